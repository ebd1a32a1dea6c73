//! Changes on their way: begun, edited, looked at from every side.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use tresor_core::engine::{Bundle, Edit, PolicyRequest};
use tresor_core::ids::ChangeId;

use super::super::Face;
use super::super::json::{Body, NoBody};
use super::super::openapi::{OfDesk, OfReading};
use super::super::params::{Named, NoParams};
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::{
    AccessMatrix, PolicyChange, PolicyChanges, PolicyDifference, PolicyFiles, Validation, WhatIf,
};
use super::wire::{NewChange, NewTexts, Past};
use super::{made, told};

const PLACE: &str = "/api/v1/policies/changes";

/// List changes
///
/// Every policy change with how far it has come and what comes next, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/policies/changes",
    operation_id = "policyChanges",
    tag = "policies",
    responses((status = 200, description = "every change", body = PolicyChanges), OfReading),
)]
pub(super) async fn list(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Changes).await
}

/// Begin a change
///
/// A draft on the latest revision. Nothing is lost: texts with mistakes are kept too, and cannot be put forward. With
/// `reverts` it begins with the files of an earlier revision.
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes",
    operation_id = "beginPolicyChange",
    tag = "policies",
    request_body = NewChange,
    responses(
        (status = 201, description = "the draft", body = PolicyChange,
         headers(("Location" = String, description = "where it stays"))),
        OfDesk,
    ),
)]
pub(super) async fn begin(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
    Body(body): Body<NewChange>,
) -> Result<Response, Problem> {
    let NewChange { title, reason, set, remove, reverts } = body;
    let edit = Edit { set, remove };
    let request = PolicyRequest::Begin { title, reason, edit, reverts };
    made(&api, &caller, request, PLACE).await
}

/// Look at a change
#[utoipa::path(
    get,
    path = "/api/v1/policies/changes/{id}",
    operation_id = "policyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    responses((status = 200, description = "the change", body = PolicyChange), OfReading),
)]
pub(super) async fn one(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named<ChangeId>,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Change(id)).await
}

/// The files of a change
#[utoipa::path(
    get,
    path = "/api/v1/policies/changes/{id}/files",
    operation_id = "policyChangeFiles",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    responses((status = 200, description = "its files", body = PolicyFiles), OfReading),
)]
pub(super) async fn files(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named<ChangeId>,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Files(Bundle::Change(id))).await
}

/// Edit a change
///
/// Its author replaces and removes files. A change that was put forward is a draft again, without its approvals.
#[utoipa::path(
    patch,
    path = "/api/v1/policies/changes/{id}/files",
    operation_id = "editPolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    request_body = NewTexts,
    responses((status = 200, description = "the change", body = PolicyChange), OfDesk),
)]
pub(super) async fn edit(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    _: NoParams,
    Body(texts): Body<NewTexts>,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Edit { change, edit: texts.into() }).await
}

/// Put a change on the latest revision
///
/// File by file. Of a file that was changed on both sides the body says which text it is to have.
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes/{id}/rebase",
    operation_id = "rebasePolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    request_body = NewTexts,
    responses((status = 200, description = "the change", body = PolicyChange), OfDesk),
)]
pub(super) async fn rebase(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    _: NoParams,
    Body(texts): Body<NewTexts>,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Rebase { change, edit: texts.into() }).await
}

/// Who may use what under a change
#[utoipa::path(
    get,
    path = "/api/v1/policies/changes/{id}/access",
    operation_id = "policyChangeAccess",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    responses((status = 200, description = "the access matrix", body = AccessMatrix), OfDesk),
)]
pub(super) async fn access(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named<ChangeId>,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Matrix(Bundle::Change(id))).await
}

/// Check a change
///
/// Whether its files can be read, whether everything they name is there, and whether its policy tests pass. Changes
/// nothing; a change is checked again when it is put forward and when it is activated.
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes/{id}/validate",
    operation_id = "validatePolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    responses((status = 200, description = "what was found", body = Validation), OfDesk),
)]
pub(super) async fn validate(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named<ChangeId>,
    _: NoParams,
    _: NoBody,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Validate(id)).await
}

/// What a change changes
///
/// Against the latest revision: its files line by line, and who may use what.
#[utoipa::path(
    get,
    path = "/api/v1/policies/changes/{id}/diff",
    operation_id = "policyChangeDiff",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    responses((status = 200, description = "the difference", body = PolicyDifference), OfReading),
)]
pub(super) async fn difference(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named<ChangeId>,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Difference(id)).await
}

/// What would a change have done?
///
/// Plans the last queries again, under the revision in force and under the change, and says which would be refused,
/// allowed, priced or protected otherwise. Reads no rows; the texts of the queries are not told.
#[utoipa::path(
    post,
    path = "/api/v1/policies/changes/{id}/what-if",
    operation_id = "whatIfPolicyChange",
    tag = "policies",
    params(("id" = String, Path, description = "the change")),
    request_body = Past,
    responses((status = 200, description = "what it would have done", body = WhatIf), OfDesk),
)]
pub(super) async fn what_if(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(change): Named<ChangeId>,
    _: NoParams,
    Body(Past { last }): Body<Past>,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::WhatIf { change, last }).await
}
