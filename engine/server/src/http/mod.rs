//! The HTTP API.
//!
//! Every answer that is not the engine's is a problem document, including those that other servers leave to their
//! framework: an unknown path, a wrong method, a body that is no JSON, a defect. Nothing here decides what may be
//! answered, and nothing here logs SQL, tokens or bodies. Must never know: policies, plans, rows.
//!
//! - `queries`, `datasets`, `policies`, `reviews`, `audit`, `keeping`, `health` the operations
//! - `receipts`, `crates` what proves and describes a release
//! - `sign_in` who asks, `peer` from where; `body`, `json`, `params`, `wait`, `format` what they ask, checked once
//! - `problem`, `face_code`, `problem_pages` how refusals look and what they mean
//! - `openapi` the description; `envelope` headers and the log line of every answer

mod audit;
mod body;
mod crates;
mod datasets;
mod envelope;
mod face_code;
mod format;
mod health;
mod json;
mod keeping;
mod openapi;
mod params;
mod peer;
mod policies;
mod problem;
mod problem_pages;
mod queries;
mod receipts;
mod reviews;
mod sign_in;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use face_code::FaceCode;
pub(crate) use peer::Peer;
use problem::Problem;

/// What every handler works with.
type Face = Arc<dyn Api>;

const BODY_BYTES_MAX: usize = 128 * 1024;
/// Longest pause between two pieces of a request body.
const BODY_PAUSE_MAX: Duration = Duration::from_secs(10);

/// The API over whatever answers queries.
pub(crate) fn router(api: Face) -> Router {
    let (operations, description) = OpenApiRouter::with_openapi(openapi::Description::openapi())
        .routes(routes!(queries::submit))
        .routes(routes!(queries::check))
        .routes(routes!(queries::status))
        .routes(routes!(queries::result))
        .routes(routes!(receipts::receipt))
        .routes(routes!(crates::release))
        .routes(routes!(datasets::list))
        .merge(reviews::routes())
        .merge(policies::routes())
        .merge(audit::routes())
        .merge(keeping::routes())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(problem_pages::page))
        .routes(routes!(openapi::describe))
        .split_for_parts();
    let routes = operations
        .fallback(no_such_address)
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(openapi::Written::of(&description)))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE_MAX))
        .layer(from_fn_with_state(Arc::clone(&api), receipts::add_checkpoint))
        .with_state(api);
    envelope::around(routes)
}

async fn no_such_address() -> Problem {
    Problem::of_face(
        FaceCode::NotFound,
        "there is nothing at this address",
        "see `/api/v1/openapi.json` for every address there is",
    )
}

async fn wrong_method() -> Problem {
    Problem::of_face(
        FaceCode::MethodNotAllowed,
        "this address does not take this method",
        "the `Allow` header of this answer lists the methods it takes",
    )
}

#[cfg(test)]
mod tests;
