//! The register of data uses: what the public may know of every project. Officers fetch it here and publish it; to
//! researchers it would tell of projects that they are not in.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tresor_core::engine::PolicyRequest;

use super::super::Face;
use super::super::openapi::OfReading;
use super::super::params::NoParams;
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::Register;
use super::told;

/// The register of data uses
///
/// What the public may know of every project of the revision in force, past ones included, to be published. The fields
/// are those of the data use register of Health Data Research UK.
#[utoipa::path(
    get,
    path = "/api/v1/register.json",
    operation_id = "registerJson",
    tag = "policies",
    responses((status = 200, description = "the register", body = Register), OfReading),
)]
pub(super) async fn json(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Register).await
}

/// The register of data uses as CSV
///
/// A line of names, then a line for each project.
#[utoipa::path(
    get,
    path = "/api/v1/register.csv",
    operation_id = "registerCsv",
    tag = "policies",
    responses((status = 200, description = "the register", body = String, content_type = "text/csv"), OfReading),
)]
pub(super) async fn csv(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Response, Problem> {
    let text = api.policies(&caller, PolicyRequest::RegisterCsv).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"register.csv\""),
    ];
    Ok((headers, text.as_str().unwrap_or_default().to_owned()).into_response())
}
