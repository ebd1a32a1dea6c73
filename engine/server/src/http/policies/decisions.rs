//! What officers decide about a change: put forward by its author, agreed to by another, made a revision, or given up.

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use tresor_core::engine::PolicyRequest;
use tresor_core::ids::ChangeId;

use super::super::Face;
use super::super::json::{Body, NoBody};
use super::super::openapi::{OfDesk, OfReading};
use super::super::params::{Named, NoParams, Params};
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::{PolicyChange, PolicyRevision, Statement};
use super::told;
use super::wire::{Consent, Effective, Proposal};

/// What to sign
///
/// The text that the caller signs: the author, to put the change forward; any other officer, to agree to it. Compute the
/// digest of the files yourself before you sign it.
#[utoipa::path(
    get,
    path = "/api/v1/policies/changes/{id}/statement",
    operation_id = "policyChangeStatement",
    tag = "policies",
    params(("id" = String, Path, description = "the change"), Effective),
    responses((status = 200, description = "the text to sign", body = Statement), OfReading),
)]
pub(super) async fn statement(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    Params(Effective { effective_at }): Params<Effective>,
) -> Result<Json<Value>, Problem> {
    let effective_at = effective_at.map(|at| at.0);
    told(&api, &caller, PolicyRequest::Statement { change, effective_at }).await
}

/// Put a change forward
///
/// Its author signs it. It has to pass every check and every policy test.
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes/{id}/propose",
    operation_id = "proposePolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    request_body = Proposal,
    responses((status = 200, description = "the change", body = PolicyChange), OfDesk),
)]
pub(super) async fn propose(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    _: NoParams,
    Body(Proposal { bundle, effective_at, signed }): Body<Proposal>,
) -> Result<Json<Value>, Problem> {
    let effective_at = effective_at.map(|at| at.0);
    let signed = signed.into();
    told(&api, &caller, PolicyRequest::Propose { change, bundle, effective_at, signed }).await
}

/// Agree to a change
///
/// An officer who is not its author signs the same.
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes/{id}/approve",
    operation_id = "approvePolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    request_body = Consent,
    responses((status = 200, description = "the change", body = PolicyChange), OfDesk),
)]
pub(super) async fn approve(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    _: NoParams,
    Body(Consent { bundle, signed }): Body<Consent>,
) -> Result<Json<Value>, Problem> {
    let signed = signed.into();
    told(&api, &caller, PolicyRequest::Approve { change, bundle, signed }).await
}

/// Make a change a revision
///
/// It is in force from the moment that was signed, or at once. Queries that run go on under the revision they began with.
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes/{id}/activate",
    operation_id = "activatePolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    responses((status = 200, description = "the revision", body = PolicyRevision), OfDesk),
)]
pub(super) async fn activate(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    _: NoParams,
    _: NoBody,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Activate(change)).await
}

/// Give a change up
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes/{id}/withdraw",
    operation_id = "withdrawPolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    responses((status = 200, description = "the change", body = PolicyChange), OfDesk),
)]
pub(super) async fn withdraw(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    _: NoParams,
    _: NoBody,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Withdraw(change)).await
}
