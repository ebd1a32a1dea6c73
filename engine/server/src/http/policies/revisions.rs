//! What is in force, and what was.

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use tresor_core::engine::{Bundle, PolicyRequest};

use super::super::Face;
use super::super::openapi::OfReading;
use super::super::params::{Named, NoParams};
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::{AccessMatrix, PoliciesInForce, PolicyFiles, PolicyRevisions};
use super::told;
use super::wire::Number;

/// What is in force
///
/// The policy revision in force, revisions that take effect later, and what is frozen. For officers and auditors.
#[utoipa::path(
    get,
    path = "/api/v1/policies",
    operation_id = "policiesInForce",
    tag = "policies",
    responses((status = 200, description = "what is in force", body = PoliciesInForce), OfReading),
)]
pub(super) async fn in_force(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::InForce).await
}

/// List revisions
///
/// Every policy revision that was ever activated, newest first. None is ever removed.
#[utoipa::path(
    get,
    path = "/api/v1/policies/revisions",
    operation_id = "policyRevisions",
    tag = "policies",
    responses((status = 200, description = "every revision", body = PolicyRevisions), OfReading),
)]
pub(super) async fn history(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::History).await
}

/// The files of a revision
#[utoipa::path(
    get,
    path = "/api/v1/policies/revisions/{number}/files",
    operation_id = "policyRevisionFiles",
    tag = "policies",
    params(("number" = u64, Path, description = "the revision, from 1")),
    responses((status = 200, description = "its files", body = PolicyFiles), OfReading),
)]
pub(super) async fn files(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(Number(number)): Named<Number>,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Files(Bundle::Revision(number))).await
}

/// Who may use what under a revision
#[utoipa::path(
    get,
    path = "/api/v1/policies/revisions/{number}/access",
    operation_id = "policyRevisionAccess",
    tag = "policies",
    params(("number" = u64, Path, description = "the revision, from 1")),
    responses((status = 200, description = "the access matrix", body = AccessMatrix), OfReading),
)]
pub(super) async fn access(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(Number(number)): Named<Number>,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Matrix(Bundle::Revision(number))).await
}
