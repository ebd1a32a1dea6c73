//! Output review: answers that two people look at before they leave.
//!
//! Turns requests into what the engine is asked. Must never know: who may review what, and what the others decided.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use tresor_core::engine::{Decision, Verdict};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Face;
use super::format::{Wanted, headers_of};
use super::json::{Body, Shape, bad};
use super::openapi::{OfDeciding, OfFetching, OfReading, ReleasedAnswer};
use super::params::{Named, Params};
use super::problem::Problem;
use super::sign_in::SignedIn;

/// The operations of review.
pub(super) fn routes() -> OpenApiRouter<Face> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(answer))
        .routes(routes!(decide))
}

/// List reviews
///
/// The answers that wait for a decision, oldest first, and those that were decided, newest first. Answers of the caller
/// and of projects that the caller is in are not among them.
#[utoipa::path(
    get,
    path = "/api/v1/reviews",
    operation_id = "listReviews",
    tag = "reviews",
    responses((status = 200, description = "the reviews", body = Reviews), OfReading),
)]
async fn list(State(api): State<Face>, SignedIn(caller): SignedIn) -> Result<Json<Value>, Problem> {
    Ok(Json(api.reviews(&caller).await?))
}

/// Look at a review
///
/// Everything but the numbers: the question, what was hidden and why, the record of criteria, earlier answers of the
/// project. Each reading is an entry of the audit log.
#[utoipa::path(
    get,
    path = "/api/v1/reviews/{query}",
    operation_id = "readReview",
    tag = "reviews",
    params(("query" = String, Path, description = "the query whose answer is held")),
    responses((status = 200, description = "the review", body = Review), OfReading),
)]
async fn one(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.review(&caller, &id).await?))
}

/// Read an answer under review
///
/// The protected answer as it would leave, in a form that its release profile allows. Each reading is an entry of the
/// audit log.
#[utoipa::path(
    get,
    path = "/api/v1/reviews/{query}/answer",
    operation_id = "reviewedAnswer",
    tag = "reviews",
    params(("query" = String, Path, description = "the query whose answer is held"), Wanted),
    responses(
        (status = 200, description = "the protected answer",
         content((ReleasedAnswer = "application/json"), (String = "text/csv"),
                 (Vec<u8> = "application/vnd.apache.arrow.stream"), (Vec<u8> = "application/vnd.apache.parquet"))),
        OfFetching,
    ),
)]
async fn answer(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = wanted.format(&headers)?;
    let bytes = api.reviewed_answer(&caller, &id, format).await?;
    Ok((headers_of(format, &id), bytes).into_response())
}

/// Decide about an answer
///
/// Once and for good, and without knowing what the other checker decides. When both have decided, the answer is released
/// if both were for it, and refused otherwise; from then on both see each other's decision and comments.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{query}/decide",
    operation_id = "decideReview",
    tag = "reviews",
    params(("query" = String, Path, description = "the query whose answer is held")),
    request_body = Decided,
    responses((status = 200, description = "where the review stands now", body = Review), OfDeciding),
)]
async fn decide(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named,
    Body(decided): Body<Decided>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.decide(&caller, &id, decided.verdict()?).await?))
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// Whether the answer may leave.
    decision: Word,
    /// What whoever asked is told, when both have decided. Needed to refuse. It leaves: put no number of the answer into it.
    #[serde(default)]
    #[schema(max_length = 4000, example = "Please drop the column `village`.")]
    to_author: String,
    /// What the other checkers are told, when both have decided.
    #[serde(default)]
    #[schema(max_length = 4000)]
    to_checkers: String,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// It may leave.
    Release,
    /// It may not.
    Refuse,
}

impl Shape for Decided {
    const EXAMPLE: &'static str =
        r#"send `{"decision": "release"}`, or `{"decision": "refuse", "to_author": ".."}`"#;
}

impl Decided {
    fn verdict(&self) -> Result<Verdict, Problem> {
        let decision = match self.decision {
            Word::Release => Decision::Release,
            Word::Refuse => Decision::Refuse,
        };
        Verdict::new(decision, &self.to_author, &self.to_checkers)
            .map_err(|(wrong, fix)| bad(wrong, fix))
    }
}

/// The answers that wait for a decision (`held`) and those that were decided (`decided`).
#[derive(ToSchema)]
#[schema(value_type = Object)]
struct Reviews(#[expect(dead_code, reason = "described, never made")] Value);

/// One review, with the decisions that its reader may know.
#[derive(ToSchema)]
#[schema(value_type = Object)]
struct Review(#[expect(dead_code, reason = "described, never made")] Value);
