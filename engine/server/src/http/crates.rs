//! A release as a Five Safes RO-Crate.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::response::{IntoResponse, Response};
use tresor_core::engine::{Caller, Markers, ResultFormat};
use tresor_core::ids::QueryId;
use tresor_core::refusal::{Code, Refusal};

use super::Face;
use super::openapi::OfFetching;
use super::params::{Named, NoParams};
use super::problem::Problem;
use super::sign_in::SignedIn;
use crate::ro_crate::Release;

/// Fetch a release as a crate
///
/// A zip file with the answer, the query, the record of criteria, the policy revision and the receipt, described as a Five
/// Safes RO-Crate (profile 0.4, in a BagIt bag). The answer is in it in the forms JSON and CSV, as far as the release
/// profile allows them; each is a download like any other.
#[utoipa::path(
    get,
    path = "/api/v1/queries/{id}/crate",
    operation_id = "queryCrate",
    tag = "queries",
    params(("id" = String, Path, description = "the query")),
    responses(
        (status = 200, description = "the crate", content((Vec<u8> = "application/zip"))),
        OfFetching,
    ),
)]
pub(super) async fn release(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named,
    _: NoParams,
) -> Result<Response, Problem> {
    let bytes = written(&api, &caller, &id).await;
    let bytes = bytes.map_err(|refusal| Problem::from(refusal).about(&id))?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.zip\"")),
        (LINK, "<https://w3id.org/ro/crate>; rel=\"profile\"".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

async fn written(api: &Face, caller: &Caller, id: &QueryId) -> Result<Vec<u8>, Refusal> {
    let record = api.release(caller, id).await?;
    let receipt = api.receipt(caller, id).await?;
    let json = api.result(caller, id, ResultFormat::Json).await;
    let csv = api.result(caller, id, ResultFormat::Csv(Markers::Columns)).await;
    let (json, csv) = match (in_this_form(json)?, in_this_form(csv)?) {
        (Err(refusal), Err(_)) => return Err(refusal),
        (json, csv) => (json.ok(), csv.ok()),
    };
    let release = Release { record, origin: api.log_name(), json, csv, receipt };
    release.write().map_err(|defect| Refusal::internal(defect.to_string()))
}

/// The answer, or why it may not leave in this form; outside, why there is none at all.
fn in_this_form(answer: Result<Vec<u8>, Refusal>) -> Result<Result<Vec<u8>, Refusal>, Refusal> {
    match answer {
        Err(refusal) if !matches!(refusal.code(), Code::FormNotAllowed | Code::AnswerTooLarge) => {
            Err(refusal)
        }
        answer => Ok(answer),
    }
}
