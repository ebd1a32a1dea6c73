//! Receipts: proof that a release is an entry of the audit log; and the state of the log on every answer.
//!
//! Who keeps a receipt can show later, to anybody and without this server, that the answer was released and that the log
//! still says so. The checkpoint in the header of every answer to somebody who signed in makes each of them a witness: a
//! log that is rolled back or rewritten later contradicts what they were given.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tresor_core::ids::QueryId;
use utoipa::ToSchema;

use super::Face;
use super::openapi::OfFetching;
use super::params::{Named, NoParams};
use super::problem::Problem;
use super::sign_in::SignedIn;

/// The header with the log's latest checkpoint.
pub(super) const CHECKPOINT: HeaderName = HeaderName::from_static("tresor-log-checkpoint");

/// Fetch the receipt of an answer
///
/// Proof that the release is an entry of the audit log: the entry, the path from it to the root of the log, and a checkpoint
/// that the log has signed. Whoever has the key of the log checks it without this server: with `tresor audit
/// check-receipt`, or with the script `docs/verify_receipt.py`. Later receipts of the same answer name later checkpoints.
#[utoipa::path(
    get,
    path = "/api/v1/queries/{id}/receipt",
    operation_id = "queryReceipt",
    tag = "queries",
    params(("id" = String, Path, description = "the query")),
    responses((status = 200, description = "the receipt", body = Receipt), OfFetching),
)]
pub(super) async fn receipt(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named,
    _: NoParams,
) -> Result<Response, Problem> {
    let receipt =
        api.receipt(&caller, &id).await.map_err(|refusal| Problem::from(refusal).about(&id))?;
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{id}.receipt\"")),
    ];
    Ok((headers, receipt).into_response())
}

/// Where the receipt of a query is, for the `Link` header of its answer: the answer's own bytes never change.
pub(super) fn link_to(id: &QueryId) -> String {
    format!(
        "<{}/receipt>; rel=\"describedby\"; type=\"application/json\"",
        super::queries::address_of(id)
    )
}

/// A mark that a request leaves when its token was good.
#[derive(Clone, Default)]
pub(super) struct Recognised(Arc<AtomicBool>);

impl Recognised {
    /// Leaves the mark.
    pub(super) fn mark(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Adds the latest checkpoint to what somebody who signed in is answered. Asked for after the answer was made, so that it
/// covers the entries of the answer.
pub(super) async fn add_checkpoint(
    State(api): State<Face>,
    mut request: Request,
    next: Next,
) -> Response {
    let recognised = Recognised::default();
    request.extensions_mut().insert(recognised.clone());
    let mut response = next.run(request).await;
    if recognised.0.load(Ordering::Relaxed)
        && let Ok(checkpoint) = api.checkpoint().await
    {
        insert(response.headers_mut(), &checkpoint);
    }
    response
}

fn insert(headers: &mut HeaderMap, checkpoint: &str) {
    if let Ok(value) = HeaderValue::try_from(BASE64_STANDARD.encode(checkpoint)) {
        headers.insert(CHECKPOINT, value);
    }
}

/// Proof that a release is an entry of the audit log.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct Receipt(#[expect(dead_code, reason = "described, never made")] Value);
