//! The desk of the governance officers: what is in force, what was, changes and freezes.
//!
//! Turns requests into what the engine's desk is asked, and nothing more: who may do what is decided there. Must never
//! know: what policy files mean.
//!
//! - `revisions` what is and was in force; `changes` drafts: begun, edited, looked at
//! - `decisions` proposed, approved, activated, withdrawn; `freezes` stopped, and let go on
//! - `register` what the public may know of projects
//! - `wire` the shapes of bodies and addresses; `described` the shapes of answers

mod changes;
mod decisions;
mod described;
mod freezes;
mod register;
mod revisions;
#[cfg(test)]
mod tests;
mod wire;

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tresor_core::engine::{Caller, PolicyRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Face;
use super::problem::Problem;

/// Largest body that carries policy files: a bundle may have 8 MiB, and JSON writes line ends as two characters.
const FILES_BYTES_MAX: usize = 12 * 1024 * 1024;

/// The operations of the desk.
pub(super) fn routes() -> OpenApiRouter<Face> {
    let with_files = OpenApiRouter::new()
        .routes(routes!(changes::list, changes::begin))
        .routes(routes!(changes::files, changes::edit))
        .routes(routes!(changes::rebase))
        .layer(DefaultBodyLimit::max(FILES_BYTES_MAX));
    OpenApiRouter::new()
        .routes(routes!(revisions::in_force))
        .routes(routes!(revisions::history))
        .routes(routes!(revisions::files))
        .routes(routes!(revisions::access))
        .merge(with_files)
        .routes(routes!(changes::one))
        .routes(routes!(changes::access))
        .routes(routes!(changes::validate))
        .routes(routes!(changes::difference))
        .routes(routes!(changes::what_if))
        .routes(routes!(decisions::statement))
        .routes(routes!(decisions::propose))
        .routes(routes!(decisions::approve))
        .routes(routes!(decisions::activate))
        .routes(routes!(decisions::withdraw))
        .routes(routes!(freezes::list, freezes::freeze))
        .routes(routes!(freezes::thaw))
        .routes(routes!(register::json))
        .routes(routes!(register::csv))
}

/// What the desk says.
async fn told(api: &Face, caller: &Caller, request: PolicyRequest) -> Result<Json<Value>, Problem> {
    Ok(Json(api.policies(caller, request).await?))
}

/// What the desk says of something new, and where it stays.
async fn made(
    api: &Face,
    caller: &Caller,
    request: PolicyRequest,
    folder: &str,
) -> Result<Response, Problem> {
    let made = api.policies(caller, request).await?;
    let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
    let place = [(LOCATION, format!("{folder}/{id}"))];
    Ok((StatusCode::CREATED, place, Json(made)).into_response())
}
