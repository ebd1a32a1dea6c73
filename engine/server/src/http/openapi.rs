//! The description of the API (OpenAPI): what the operations have in common, and its own address.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, ToSchema};

use super::problem::{Document, MEDIA_TYPE};

/// The description without the operations, which bring their own.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tresor",
        description = "SQL in, protected aggregates out. Every refusal is a problem document (RFC 9457) that says \
                       what is wrong, where, and what to write instead. Every answer to somebody who signed in carries the \
                       newest checkpoint of the audit log in `Tresor-Log-Checkpoint`: base64 of a C2SP signed note."
    ),
    components(schemas(Document)),
    security(("token" = [])),
    modifiers(&Token),
    tags(
        (name = "queries", description = "ask, check, look, fetch"),
        (name = "datasets", description = "what may be asked about"),
        (name = "reviews", description = "answers that two people look at before they leave; for output checkers"),
        (name = "policies", description = "what is in force, and how it changes; for governance officers"),
        (name = "freezes", description = "stop at once; for governance officers"),
        (name = "audit", description = "what was asked, decided and released; for auditors"),
        (name = "tokens", description = "credentials: everybody's own, and all of them for administrators"),
        (name = "health", description = "for whatever watches the server"),
        (name = "description", description = "this document"),
        (name = "problems", description = "what the codes of refusals mean"),
    ),
)]
pub(super) struct Description;

struct Token;

impl Modify for Token {
    fn modify(&self, description: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        description.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// The description, written once when the server starts.
#[derive(Clone)]
pub(super) struct Written(Bytes);

impl Written {
    /// Writes it.
    pub(super) fn of(description: &OpenApi) -> Self {
        Self(serde_json::to_vec(description).unwrap_or_default().into())
    }
}

/// The description of this API
///
/// OpenAPI; what programs and people need to use it.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "describe",
    tag = "description",
    security(()),
    responses((status = 200, description = "this document", body = Object)),
)]
pub(super) async fn describe(Extension(Written(written)): Extension<Written>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], written)
}

/// A protected answer: columns with how each is protected, rows, the status of cells that carry one, and the record
/// of the release. A value that is withheld is null and has a status, it is never 0.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct ReleasedAnswer(#[expect(dead_code, reason = "described, never made")] Value);

/// What would happen: verdict, price, protection of each column.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct Verdict(#[expect(dead_code, reason = "described, never made")] Value);

/// Datasets with their tables and columns.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(super) struct Datasets(#[expect(dead_code, reason = "described, never made")] Value);

/// The refusals of asking and checking.
pub(super) struct OfAsking;

/// The refusals of looking and fetching.
pub(super) struct OfReading;

/// The refusals of fetching a result.
pub(super) struct OfFetching;

/// The refusals of deciding.
pub(super) struct OfDeciding;

/// The refusals of acts at the officers' desk.
pub(super) struct OfDesk;

/// The refusals of keeping the service in order.
pub(super) struct OfKeeping;

/// The refusals of the health operations.
pub(super) struct OfHealth;

/// The refusals of the pages about refusals.
pub(super) struct OfPages;

const BAD_REQUEST: (&str, &str) = ("400", "the request cannot be understood");
const NOT_SIGNED_IN: (&str, &str) = ("401", "no valid token");
const FORBIDDEN: (&str, &str) = ("403", "the role does not allow it, or access has ended");
const NOT_FOUND: (&str, &str) = ("404", "not there, or not the caller's: the same words for both");
const NOT_IN_THIS_FORM: (&str, &str) =
    ("406", "the release profile does not allow this form, or so many bytes of it");
const CONFLICT: (&str, &str) = ("409", "the idempotency key was used for another question");
const DECIDED: (&str, &str) =
    ("409", "output checkers have yet to decide, or did not release the answer");
const DECIDED_BEFORE: (&str, &str) = ("409", "decided before, or the review has ended");
const NOT_NOW: (&str, &str) =
    ("409", "the change or freeze is not at this point, or the policy moved on");
const TOO_LARGE: (&str, &str) =
    ("413", "more than 128 KiB; more than 12 MiB where policy files are sent");
const NOT_JSON: (&str, &str) = ("415", "the body is not JSON");
const REFUSED: (&str, &str) = ("422", "SQL, policy or budget do not allow an answer");
const MISTAKES: (&str, &str) = ("422", "the policy files have mistakes; `errors` lists them");
const DEFECT: (&str, &str) = ("500", "a defect of ours; says nothing about data");
const UNAVAILABLE: (&str, &str) = ("503", "nothing can be answered now; `Retry-After` says when");

impl IntoResponses for OfAsking {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            BAD_REQUEST,
            NOT_SIGNED_IN,
            FORBIDDEN,
            NOT_FOUND,
            NOT_IN_THIS_FORM,
            CONFLICT,
            TOO_LARGE,
            NOT_JSON,
            REFUSED,
            DEFECT,
            UNAVAILABLE,
        ])
    }
}

impl IntoResponses for OfReading {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[BAD_REQUEST, NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND, DEFECT, UNAVAILABLE])
    }
}

impl IntoResponses for OfFetching {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            BAD_REQUEST,
            NOT_SIGNED_IN,
            FORBIDDEN,
            NOT_FOUND,
            NOT_IN_THIS_FORM,
            DECIDED,
            DEFECT,
            UNAVAILABLE,
        ])
    }
}

impl IntoResponses for OfDeciding {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            BAD_REQUEST,
            NOT_SIGNED_IN,
            FORBIDDEN,
            NOT_FOUND,
            DECIDED_BEFORE,
            TOO_LARGE,
            NOT_JSON,
            DEFECT,
            UNAVAILABLE,
        ])
    }
}

impl IntoResponses for OfDesk {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            BAD_REQUEST,
            NOT_SIGNED_IN,
            FORBIDDEN,
            NOT_FOUND,
            NOT_NOW,
            TOO_LARGE,
            NOT_JSON,
            MISTAKES,
            DEFECT,
            UNAVAILABLE,
        ])
    }
}

impl IntoResponses for OfKeeping {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            BAD_REQUEST,
            NOT_SIGNED_IN,
            FORBIDDEN,
            NOT_FOUND,
            TOO_LARGE,
            NOT_JSON,
            DEFECT,
            UNAVAILABLE,
        ])
    }
}

impl IntoResponses for OfHealth {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNAVAILABLE])
    }
}

impl IntoResponses for OfPages {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[NOT_FOUND])
    }
}

fn problems(statuses: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    statuses
        .iter()
        .map(|(status, description)| {
            let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let response =
                ResponseBuilder::new().description(*description).content(MEDIA_TYPE, content);
            ((*status).to_owned(), RefOr::T(response.build()))
        })
        .collect()
}
