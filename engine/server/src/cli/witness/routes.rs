//! The addresses of a witness (C2SP tlog-witness).

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tresor_ledger::tlog::witness::Verdict;

use super::kept::Kept;

/// A submission is a checkpoint with a few hashes.
const BODY_BYTES_MAX: usize = 128 * 1024;
const TEXT: (HeaderName, &str) = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
const SIZE: (HeaderName, &str) = (header::CONTENT_TYPE, "text/x.tlog.size");

pub(super) fn router(kept: Arc<Kept>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{name_hash}/checkpoint", get(last_checkpoint))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(kept)
}

async fn add_checkpoint(State(kept): State<Arc<Kept>>, body: String) -> Response {
    // It waits for its turn and for the disk.
    let verdict = tokio::task::spawn_blocking(move || kept.submit(&body)).await;
    match verdict {
        Ok(Some(Verdict::Cosigned { line, .. })) => ([TEXT], format!("{line}\n")).into_response(),
        Ok(Some(Verdict::Malformed)) => StatusCode::BAD_REQUEST.into_response(),
        Ok(Some(Verdict::NotSigned)) => StatusCode::FORBIDDEN.into_response(),
        Ok(Some(Verdict::UnknownLog)) => StatusCode::NOT_FOUND.into_response(),
        Ok(Some(Verdict::Conflict { size })) => {
            (StatusCode::CONFLICT, [SIZE], format!("{size}\n")).into_response()
        }
        Ok(Some(Verdict::Inconsistent)) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Ok(None) | Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn last_checkpoint(State(kept): State<Arc<Kept>>, Path(name_hash): Path<String>) -> Response {
    match tokio::task::spawn_blocking(move || kept.last(&name_hash)).await {
        Ok(Some(text)) => ([TEXT], text).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
