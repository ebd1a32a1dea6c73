//! That the log is what it was, in the forms that other people's tools read (C2SP).

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use tresor_core::engine::{AuditRequest, Caller};
use utoipa::IntoParams;

use super::super::Face;
use super::super::openapi::OfReading;
use super::super::params::{NoParams, Params};
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::Consistency;
use super::told;

/// The log's latest checkpoint
///
/// Size and root of the log as it is now, in a signed note. Whoever keeps it notices a log that is rolled back or rewritten.
#[utoipa::path(
    get,
    path = "/api/v1/audit/checkpoint",
    operation_id = "auditCheckpoint",
    tag = "audit",
    responses((status = 200, description = "the checkpoint", body = String, content_type = "text/plain"), OfReading),
)]
pub(super) async fn checkpoint(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Response, Problem> {
    text(&api, &caller, AuditRequest::Checkpoint).await
}

/// The public key of the log
///
/// As a verifier key of signed notes: name, short hash, key. Compare it with what the organisation publishes elsewhere
/// before you trust what it signs.
#[utoipa::path(
    get,
    path = "/api/v1/audit/verification-key",
    operation_id = "auditVerificationKey",
    tag = "audit",
    responses((status = 200, description = "the key", body = String, content_type = "text/plain"), OfReading),
)]
pub(super) async fn verification_key(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Response, Problem> {
    text(&api, &caller, AuditRequest::VerificationKey).await
}

/// Which entry.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Proved {
    /// The number of the entry, from 0.
    entry: u64,
}

/// Proof that the log contains an entry
///
/// The hashes from its leaf to the root, and the checkpoint with this root.
#[utoipa::path(
    get,
    path = "/api/v1/audit/proof",
    operation_id = "auditProof",
    tag = "audit",
    params(Proved),
    responses((status = 200, description = "the proof", body = String, content_type = "text/plain"), OfReading),
)]
pub(super) async fn proof(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(Proved { entry }): Params<Proved>,
) -> Result<Response, Problem> {
    text(&api, &caller, AuditRequest::Proof(entry)).await
}

/// Which sizes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Sizes {
    /// The size of the earlier log.
    #[param(minimum = 1)]
    from: u64,
    /// The size of the later one.
    to: u64,
}

/// Proof that the log only grew
///
/// With the roots of two checkpoints it shows that the later log begins with the earlier one.
#[utoipa::path(
    get,
    path = "/api/v1/audit/consistency",
    operation_id = "auditConsistency",
    tag = "audit",
    params(Sizes),
    responses((status = 200, description = "the proof", body = Consistency), OfReading),
)]
pub(super) async fn consistency(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(Sizes { from, to }): Params<Sizes>,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, AuditRequest::Consistency(from, to)).await
}

async fn text(api: &Face, caller: &Caller, request: AuditRequest) -> Result<Response, Problem> {
    let text = api.auditing(caller, request).await?;
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((headers, text.as_str().unwrap_or_default().to_owned()).into_response())
}
