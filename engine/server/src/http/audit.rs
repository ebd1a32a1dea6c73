//! The audit log, for auditors. Each reading is itself an entry.
//!
//! Turns requests into what the engine is asked, and nothing more: who may read the log and open its texts is decided
//! there. Must never know: what an entry means.
//!
//! - `reading` from end to end, `searching` what fits, `comparing` queries with each other, `exporting` all of it,
//!   `proving` that it is what it was
//! - `wanted` parameters, checked once; `described` the shapes of answers

mod comparing;
mod described;
mod exporting;
mod proving;
mod reading;
mod searching;
#[cfg(test)]
mod tests;
mod wanted;

use axum::Json;
use serde_json::Value;
use tresor_core::engine::{AuditRequest, Caller};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Face;
use super::problem::Problem;

/// The operations of the log.
pub(super) fn routes() -> OpenApiRouter<Face> {
    OpenApiRouter::new()
        .routes(routes!(reading::read))
        .routes(routes!(searching::entries))
        .routes(routes!(searching::entry))
        .routes(routes!(searching::timeline))
        .routes(routes!(comparing::column))
        .routes(routes!(comparing::overlaps))
        .routes(routes!(comparing::near_duplicates))
        .routes(routes!(comparing::patterns))
        .routes(routes!(comparing::exposure))
        .routes(routes!(exporting::export))
        .routes(routes!(proving::checkpoint))
        .routes(routes!(proving::verification_key))
        .routes(routes!(proving::proof))
        .routes(routes!(proving::consistency))
}

/// What the engine says.
async fn told(api: &Face, caller: &Caller, request: AuditRequest) -> Result<Json<Value>, Problem> {
    Ok(Json(api.auditing(caller, request).await?))
}
