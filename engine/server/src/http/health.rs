//! Two questions for whatever watches the server. Anybody may ask them, so they say nothing about the inside.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Face;
use super::openapi::OfHealth;
use super::problem::Problem;

/// A sign of life.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// `live` or `ready`.
    status: &'static str,
}

/// Live?
///
/// Whether the process answers at all.
#[utoipa::path(
    get,
    path = "/livez",
    operation_id = "live",
    tag = "health",
    security(()),
    responses((status = 200, description = "it does", body = Health)),
)]
pub(super) async fn live() -> Json<Health> {
    Json(Health { status: "live" })
}

/// Ready?
///
/// Whether queries can be answered now.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "health",
    security(()),
    responses((status = 200, description = "they can", body = Health), OfHealth),
)]
pub(super) async fn ready(State(api): State<Face>) -> Result<Json<Health>, Problem> {
    api.ready().await?;
    Ok(Json(Health { status: "ready" }))
}
