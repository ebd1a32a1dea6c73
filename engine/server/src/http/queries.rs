//! Queries: ask, check, look, fetch.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_LOCATION, LINK, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tresor_core::engine::{Asked, Caller, QueryRequest, QueryState, QueryStatus, ResultFormat};
use tresor_core::ids::QueryId;
use tresor_core::refusal::Refusal;
use utoipa::{IntoParams, ToSchema};

use super::Face;
use super::body::{self, Question};
use super::format::{Wanted, headers_of};
use super::openapi::{OfAsking, OfFetching, OfReading, ReleasedAnswer, Verdict};
use super::params::{Named, NoParams, Params};
use super::problem::Problem;
use super::receipts::link_to;
use super::sign_in::SignedIn;
use super::wait::Wait;

/// Ask a question
///
/// Checks, charges and answers one SELECT. When the answer is there in time it comes at once; otherwise the address
/// of the query comes, to look again. A repeat with the same `Idempotency-Key` is the same query and is not charged
/// again.
///
/// The answer comes in the form that `format` or else `Accept` names: JSON, CSV, Arrow or Parquet.
///
/// `EXPLAIN SELECT ..` is answered like a check: what the query would do, without running it, for nothing.
#[utoipa::path(
    post,
    path = "/api/v1/queries",
    operation_id = "submitQuery",
    tag = "queries",
    params(("Idempotency-Key" = Option<String>, Header,
            description = "makes a repeat the same query: 1 to 128 visible ASCII characters"), Wanted),
    request_body = Question,
    responses(
        (status = 200, description = "the protected answer",
         content((ReleasedAnswer = "application/json"), (String = "text/csv"),
                 (Vec<u8> = "application/vnd.apache.arrow.stream"), (Vec<u8> = "application/vnd.apache.parquet")),
         headers(("Content-Location" = String, description = "where the answer stays"),
                 ("Link" = String, description = "where its receipt is"))),
        (status = 202, description = "charged and still running, or held until output checkers have decided", body = Running,
         headers(("Location" = String, description = "where to look"),
                 ("Retry-After" = u32, description = "seconds"))),
        OfAsking,
    ),
)]
pub(super) async fn submit(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
    body::Asked { request, wait }: body::Asked,
) -> Result<Response, Problem> {
    // Before anything is charged: who asks for a form that does not exist has not asked.
    let format = wanted.format(&headers)?;
    let id = match ask_whole(&api, &caller, request).await? {
        Asked::Query(id) => id,
        Asked::Explained(verdict) => return Ok(Json(verdict).into_response()),
    };
    // From here on the query has an id: every problem names it.
    answer_or_address(&api, &caller, &id, wait, format)
        .await
        .map_err(|refusal| Problem::from(refusal).about(&id))
}

/// Submits in a task of its own: a client that hangs up must not cut a query off between charge and start.
async fn ask_whole(api: &Face, caller: &Caller, request: QueryRequest) -> Result<Asked, Refusal> {
    let (api, caller) = (Arc::clone(api), caller.clone());
    match tokio::spawn(async move { api.ask(&caller, request).await }).await {
        Ok(submitted) => submitted,
        Err(_) => Err(Refusal::internal("the submission panicked")),
    }
}

async fn answer_or_address(
    api: &Face,
    caller: &Caller,
    id: &QueryId,
    Wait(patience): Wait,
    format: ResultFormat,
) -> Result<Response, Refusal> {
    match api.status(caller, id, patience).await?.state {
        QueryState::Running => Ok(Running::of(id).into_response()),
        QueryState::Held => Ok(Running::held(id).into_response()),
        QueryState::RefusedByReview => Err(refused(api, caller, id, format).await),
        QueryState::Failed => Err(Refusal::internal("the query failed while its client waited")),
        QueryState::Succeeded => {
            let bytes = api.result(caller, id, format).await?;
            let place = [(CONTENT_LOCATION, result_of(id)), (LINK, link_to(id))];
            Ok((headers_of(format, id), place, bytes).into_response())
        }
    }
}

/// Why a repeat finds no answer: output checkers refused it. The engine has the words.
async fn refused(api: &Face, caller: &Caller, id: &QueryId, format: ResultFormat) -> Refusal {
    match api.result(caller, id, format).await {
        Err(refusal) => refusal,
        Ok(_) => Refusal::internal("a refused answer was there"),
    }
}

/// Check a question
///
/// Says what would happen: verdict, price, protection. Touches no rows and costs nothing. `wait` is ignored.
#[utoipa::path(
    post,
    path = "/api/v1/queries:check",
    operation_id = "checkQuery",
    tag = "queries",
    request_body = Question,
    responses((status = 200, description = "it would be answered, like this", body = Verdict), OfAsking),
)]
pub(super) async fn check(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
    body::Asked { request, .. }: body::Asked,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.check(&caller, request).await?))
}

/// The parameters of a look at a query.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Patience {
    /// How long to wait for its end: a whole number and `ms` or `s`, at most `60s`.
    #[param(value_type = Option<String>, example = "30s")]
    wait: Option<Wait>,
}

/// Look at a query
///
/// Says where a query stands; with `wait` as soon as it has ended.
#[utoipa::path(
    get,
    path = "/api/v1/queries/{id}",
    operation_id = "queryStatus",
    tag = "queries",
    params(("id" = String, Path, description = "the query"), Patience),
    responses((status = 200, description = "where it stands", body = Standing), OfReading),
)]
pub(super) async fn status(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named,
    Params(Patience { wait }): Params<Patience>,
) -> Result<Json<Standing>, Problem> {
    let Wait(patience) = wait.unwrap_or(Wait::NOT_AT_ALL);
    match api.status(&caller, &id, patience).await {
        Ok(status) => Ok(Json(status.into())),
        Err(refusal) => Err(Problem::from(refusal).about(&id)),
    }
}

/// Fetch a result
///
/// The protected answer as it was released: the same bytes however often it is fetched. The profile under which it was
/// released says in which forms and how large it may leave; one that it may not have leaves it where it is.
#[utoipa::path(
    get,
    path = "/api/v1/queries/{id}/result",
    operation_id = "queryResult",
    tag = "queries",
    params(("id" = String, Path, description = "the query"), Wanted),
    responses(
        (status = 200, description = "the protected answer. Other forms than JSON have beside each measure the columns \
         `<column>__status` and `<column>__reason`, and `<column>__low` and `<column>__high` where it has intervals",
         content((ReleasedAnswer = "application/json"), (String = "text/csv"),
                 (Vec<u8> = "application/vnd.apache.arrow.stream"), (Vec<u8> = "application/vnd.apache.parquet"))),
        OfFetching,
    ),
)]
pub(super) async fn result(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = wanted.format(&headers)?;
    match api.result(&caller, &id, format).await {
        Ok(bytes) => Ok((headers_of(format, &id), [(LINK, link_to(&id))], bytes).into_response()),
        Err(refusal) => Err(Problem::from(refusal).about(&id)),
    }
}

/// A query that is still running, or whose answer is held.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Running {
    /// The query.
    id: String,
    /// Where it stands.
    #[schema(example = "running")]
    state: QueryStateName,
    /// Where to look.
    links: Links,
}

/// Addresses of a query.
#[derive(Debug, Serialize, ToSchema)]
struct Links {
    /// Where it stands.
    #[serde(rename = "self")]
    status: String,
    /// Its result, once there is one.
    result: String,
}

impl Running {
    fn of(id: &QueryId) -> Self {
        Self::in_state(id, QueryStateName::Running)
    }

    fn held(id: &QueryId) -> Self {
        Self::in_state(id, QueryStateName::Held)
    }

    fn in_state(id: &QueryId, state: QueryStateName) -> Self {
        Self {
            id: id.to_string(),
            state,
            links: Links { status: address_of(id), result: result_of(id) },
        }
    }
}

impl IntoResponse for Running {
    fn into_response(self) -> Response {
        // People take their time.
        let seconds = if self.state == QueryStateName::Held { "3600" } else { "1" };
        let headers = [(LOCATION, self.links.status.clone()), (RETRY_AFTER, seconds.to_owned())];
        (StatusCode::ACCEPTED, headers, Json(self)).into_response()
    }
}

/// Where a query stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standing {
    /// The query.
    id: String,
    /// Where it stands.
    state: QueryStateName,
    /// The project.
    project: String,
    /// When it was received, RFC 3339.
    #[schema(format = DateTime)]
    submitted_at: String,
    /// What was charged, in points.
    cost: u64,
    /// What output checkers tell whoever asked, once all have decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    comments: Vec<String>,
}

/// The states of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum QueryStateName {
    /// Charged, being answered.
    Running,
    /// Answered; output checkers have yet to decide whether the answer leaves.
    Held,
    /// Answered, and the answer may be fetched.
    Succeeded,
    /// Answered; output checkers decided that the answer may not leave.
    RefusedByReview,
    /// Not answered; the charge stays.
    Failed,
}

impl From<QueryStatus> for Standing {
    fn from(status: QueryStatus) -> Self {
        let QueryStatus { id, state, project, submitted_at, cost, comments } = status;
        let state = match state {
            QueryState::Running => QueryStateName::Running,
            QueryState::Held => QueryStateName::Held,
            QueryState::Succeeded => QueryStateName::Succeeded,
            QueryState::RefusedByReview => QueryStateName::RefusedByReview,
            QueryState::Failed => QueryStateName::Failed,
        };
        Self { id, state, project, submitted_at, cost, comments }
    }
}

/// The address of a query.
pub(super) fn address_of(id: &QueryId) -> String {
    format!("/api/v1/queries/{id}")
}

fn result_of(id: &QueryId) -> String {
    format!("{}/result", address_of(id))
}
