//! Keeping the service in order: tokens, queries that seem to hold identifiers, and the erasure of texts.
//!
//! Turns requests into what the engine is asked, and nothing more: who may do what is decided there.

#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use tresor_core::engine::KeepingRequest;
use tresor_core::ids::{TokenId, UserId};
use tresor_core::refusal::{Code, Refusal};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Face;
use super::json::{Body, NoBody, Shape};
use super::openapi::{OfDesk, OfKeeping, OfReading};
use super::params::{InAddress, Named, NoParams, Params};
use super::problem::Problem;
use super::sign_in::SignedIn;

const HOURS_PER_DAY: u64 = 24;
const DAYS_MAX: u64 = 90;

pub(super) fn routes() -> OpenApiRouter<Face> {
    OpenApiRouter::new()
        .routes(routes!(tokens, issue))
        .routes(routes!(revoke))
        .routes(routes!(flags))
        .routes(routes!(erase))
}

/// Tokens, newest first; without their secrets, which nobody keeps.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct Tokens(#[expect(dead_code, reason = "described, never made")] Value);

/// A token: whose it is, since when, until when, and who withdrew it.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct Token(#[expect(dead_code, reason = "described, never made")] Value);

/// A new token. `token` is shown here and never again.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct IssuedToken(#[expect(dead_code, reason = "described, never made")] Value);

/// Queries and refusals with their flags, oldest first, and in `next` the entry to go on from; null at the end.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct Flagged(#[expect(dead_code, reason = "described, never made")] Value);

/// For whom a token is, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    /// The person, as the policies name them.
    #[schema(value_type = String, example = "ada")]
    user: UserId,
    /// For how many days it is valid.
    #[serde(deserialize_with = "days")]
    #[schema(minimum = 1, maximum = 90)]
    days: u64,
}

impl Shape for NewToken {
    const EXAMPLE: &'static str = r#"send {"user": "ada", "days": 30}"#;
}

fn days<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    match u64::deserialize(input)? {
        days @ 1..=DAYS_MAX => Ok(days),
        _ => Err(de::Error::custom("`days` is a number from 1 to 90")),
    }
}

/// List tokens
///
/// Your own; those of everybody for whoever may issue or revoke tokens.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    operation_id = "tokens",
    tag = "tokens",
    responses((status = 200, description = "tokens, newest first", body = Tokens), OfReading),
)]
pub(super) async fn tokens(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.keep(&caller, KeepingRequest::Tokens).await?))
}

/// Issue a token
///
/// For a person whom the policies name. The answer holds the token, once and for all: only its hash is kept.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    operation_id = "issueToken",
    tag = "tokens",
    request_body = NewToken,
    responses(
        (status = 201, description = "the token", body = IssuedToken,
         headers(("Location" = String, description = "where it is withdrawn"))),
        OfKeeping,
    ),
)]
pub(super) async fn issue(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    _: NoParams,
    Body(NewToken { user, days }): Body<NewToken>,
) -> Result<Response, Problem> {
    let valid_for = Duration::from_hours(HOURS_PER_DAY.saturating_mul(days));
    let made = api.keep(&caller, KeepingRequest::IssueToken { user, valid_for }).await?;
    let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
    let place = [(LOCATION, format!("/api/v1/tokens/{id}"))];
    Ok((StatusCode::CREATED, place, Json(made)).into_response())
}

/// Withdraw a token
///
/// Your own, or anybody's for whoever may revoke tokens. It is refused from the next request on. Withdrawing it again
/// changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{id}",
    operation_id = "revokeToken",
    tag = "tokens",
    params(("id" = String, Path, description = "the token: what stands between `trs_` and the next `_`")),
    responses((status = 200, description = "the token, withdrawn", body = Token), OfKeeping),
)]
pub(super) async fn revoke(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(id): Named<TokenId>,
    _: NoParams,
    _: NoBody,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.keep(&caller, KeepingRequest::RevokeToken(id)).await?))
}

impl InAddress for TokenId {
    fn read(text: String) -> Option<Self> {
        Self::new(text).ok()
    }

    fn absent() -> Refusal {
        let detail = "there is no token with this id";
        let hint = "the id of a token is what stands between `trs_` and the next `_`: 16 hexadecimal digits";
        Refusal::new(Code::UnknownToken, detail, hint)
    }
}

/// Which sealed texts of an entry go, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewErasure {
    /// Names of sealed texts: `sql`, `literals`, `conditions`, `detail`, `cause`, `client_address`, `to_author`,
    /// `to_checkers`.
    #[schema(example = json!(["sql", "literals", "conditions"]))]
    fields: Vec<String>,
    /// Why; stands in the log in words, so it must not repeat what is erased.
    reason: String,
}

impl Shape for NewErasure {
    const EXAMPLE: &'static str =
        r#"send {"fields": ["sql", "literals", "conditions"], "reason": ".."}"#;
}

/// An erasure: the entry, which of its texts, and the entry that records it.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct Erased(#[expect(dead_code, reason = "described, never made")] Value);

/// Erase sealed texts of an entry
///
/// For officers, for example after an NHS number was sent. The texts are gone for good; the log keeps its commitments and
/// stays provable, and an entry says who erased what and why.
#[utoipa::path(
    post,
    path = "/api/v1/audit/entries/{seq}/erasure",
    operation_id = "eraseTexts",
    tag = "audit",
    params(("seq" = u64, Path, description = "number of the entry")),
    request_body = NewErasure,
    responses((status = 200, description = "what was erased", body = Erased), OfDesk),
)]
pub(super) async fn erase(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Named(EntryNumber(entry)): Named<EntryNumber>,
    _: NoParams,
    Body(NewErasure { fields, reason }): Body<NewErasure>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.keep(&caller, KeepingRequest::Erase { entry, fields, reason }).await?))
}

/// The number of an entry.
pub(super) struct EntryNumber(u64);

impl InAddress for EntryNumber {
    fn read(text: String) -> Option<Self> {
        text.parse().ok().filter(|number| *number <= i64::MAX.unsigned_abs()).map(Self)
    }

    fn absent() -> Refusal {
        let detail = "there is no entry with this number";
        Refusal::new(Code::UnknownEntry, detail, "entries are numbered from 0 and without gaps")
    }
}

/// From which entry on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// The first entry, counted from 0.
    #[param(default = 0)]
    from: u64,
}

/// Queries that seem to hold identifiers
///
/// Queries and refusals whose text holds what looks like an NHS number, a postcode or a date of birth: who asked, when, and
/// what it looks like; never the text, which auditors may open. The reading is logged.
#[utoipa::path(
    get,
    path = "/api/v1/audit/flags",
    operation_id = "auditFlags",
    tag = "audit",
    params(From),
    responses((status = 200, description = "flagged entries", body = Flagged), OfReading),
)]
pub(super) async fn flags(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(From { from }): Params<From>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.keep(&caller, KeepingRequest::Flagged { from }).await?))
}
