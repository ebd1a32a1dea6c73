//! Freezes: one officer stops a person, a project or everything; two let it go on.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use tresor_core::engine::PolicyRequest;
use tresor_core::ids::FreezeId;

use super::super::Face;
use super::super::json::{Body, NoBody};
use super::super::openapi::{OfDesk, OfReading};
use super::super::params::{Named, NoParams};
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::{Freeze, Freezes};
use super::wire::NewFreeze;
use super::{made, told};

const PLACE: &str = "/api/v1/freezes";

/// List freezes
#[utoipa::path(
    get,
    path = "/api/v1/freezes",
    operation_id = "freezes",
    tag = "freezes",
    responses((status = 200, description = "every freeze", body = Freezes), OfReading),
)]
pub(super) async fn list(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Freezes).await
}

/// Freeze
///
/// Stops new queries and the reading of answers at once, for a project, a person or everybody. One officer is enough.
#[utoipa::path(
    post,
    path = "/api/v1/freezes",
    operation_id = "freeze",
    tag = "freezes",
    request_body = NewFreeze,
    responses(
        (status = 201, description = "the freeze", body = Freeze,
         headers(("Location" = String, description = "the freeze, to be lifted at `/thaw` below it"))),
        OfDesk,
    ),
)]
pub(super) async fn freeze(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
    Body(NewFreeze { scope, reason }): Body<NewFreeze>,
) -> Result<Response, Problem> {
    let request = PolicyRequest::Freeze { scope: scope.into(), reason };
    made(&api, &caller, request, PLACE).await
}

/// Agree to lift a freeze
///
/// It holds until two officers have agreed.
#[utoipa::path(
    post,
    path = "/api/v1/freezes/{id}/thaw",
    operation_id = "thaw",
    tag = "freezes",
    params(("id" = String, Path, description = "the freeze")),
    responses((status = 200, description = "the freeze", body = Freeze), OfDesk),
)]
pub(super) async fn thaw(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(freeze): Named<FreezeId>,
    _: NoParams,
    _: NoBody,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, PolicyRequest::Thaw(freeze)).await
}
