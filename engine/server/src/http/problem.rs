//! Problem documents (RFC 9457): the one way in which this API says no.
//!
//! Made from a [`Refusal`], or from a [`FaceCode`] when the request never reached the engine. The sealed cause of a
//! refusal is not read here: it belongs to the audit log alone (NO-DATA-IN-VERDICTS).

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tresor_core::ids::QueryId;
use tresor_core::refusal::{Class, Finding, Position, Refusal};
use utoipa::ToSchema;

use super::face_code::FaceCode;

/// The media type of problem documents.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// Seconds after which a client may try again when the service cannot answer.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Problem(Box<Document>);

/// Why there is no answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Document {
    /// Address of a page that explains this kind of refusal.
    #[serde(rename = "type")]
    #[schema(example = "/problems/person_in_output")]
    kind: String,
    /// The kind of refusal in a few words, the same for every refusal with this code.
    #[schema(example = "results cannot list people")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// What is wrong with this request.
    #[schema(example = "`person_id` identifies people and cannot be a result")]
    detail: String,
    /// The query it is about, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The stable code, for programs.
    #[schema(example = "person_in_output")]
    code: &'static str,
    /// What to write or do instead.
    #[schema(example = "use `count(distinct person_id)`")]
    hint: String,
    /// The place in the SQL text, where there is one.
    #[schema(required)]
    position: Option<Place>,
    /// The policy rule or limit that decided, where there is one.
    #[schema(required)]
    rule: Option<String>,
    /// A whole query to send instead, where a mechanical change is enough. It was checked for the same project and is
    /// answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggested_sql: Option<String>,
    /// Everything that is wrong in policy files, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Mistake>,
}

/// A mistake in a policy file.
#[derive(Debug, Serialize, ToSchema)]
struct Mistake {
    /// Path of the file, from `policies/`.
    #[schema(example = "policies/projects/heart-study.toml")]
    file: String,
    /// Line, from 1.
    #[schema(minimum = 1)]
    line: usize,
    /// Column in characters, from 1.
    #[schema(minimum = 1)]
    column: usize,
    /// What is wrong.
    detail: String,
    /// What to write instead.
    hint: String,
}

/// A place in the SQL text, counted from 1 as editors do.
#[derive(Debug, Serialize, ToSchema)]
struct Place {
    /// Line.
    #[schema(minimum = 1)]
    line: u64,
    /// Column of the first character.
    #[schema(minimum = 1)]
    column: u64,
    /// Column after the last character on the same line.
    #[schema(minimum = 1)]
    end: u64,
}

/// The log line's view of a problem, left in the extensions of the response.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProblemCode(pub(super) &'static str);

impl Problem {
    /// A refusal of the face itself.
    pub(super) fn of_face(
        code: FaceCode,
        detail: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self(Box::new(Document {
            kind: address_of_page(code.as_str()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: detail.into(),
            instance: None,
            code: code.as_str(),
            hint: hint.into(),
            position: None,
            rule: None,
            suggested_sql: None,
            errors: vec![],
        }))
    }

    /// Names the query it is about.
    pub(super) fn about(mut self, id: &QueryId) -> Self {
        self.0.instance = Some(super::queries::address_of(id));
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(Document {
            kind: address_of_page(refusal.code().as_str()),
            title: refusal.code().title(),
            status: status_of(refusal.code().class()).as_u16(),
            detail: refusal.detail().to_owned(),
            instance: None,
            code: refusal.code().as_str(),
            hint: refusal.hint().to_owned(),
            position: refusal.position().map(Place::from),
            rule: refusal.rule().map(str::to_owned),
            suggested_sql: refusal.suggested_sql().map(str::to_owned),
            errors: refusal.findings().iter().cloned().map(Mistake::from).collect(),
        }))
    }
}

impl From<Position> for Place {
    fn from(position: Position) -> Self {
        let Position { line, column, end } = position;
        Self { line, column, end }
    }
}

impl From<Finding> for Mistake {
    fn from(finding: Finding) -> Self {
        let Finding { file, line, column, detail, hint } = finding;
        Self { file, line, column, detail, hint }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(document) = self;
        let status =
            StatusCode::from_u16(document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, RETRY_SECONDS);
        }
        let mut response = (status, headers, Json(&document)).into_response();
        response.extensions_mut().insert(ProblemCode(document.code));
        response
    }
}

/// The status that goes with a class of refusals.
pub(super) const fn status_of(class: Class) -> StatusCode {
    match class {
        Class::Sql | Class::Policy | Class::Budget => StatusCode::UNPROCESSABLE_ENTITY,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::Form => StatusCode::NOT_ACCEPTABLE,
        Class::Conflict | Class::Review => StatusCode::CONFLICT,
        Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn address_of_page(code: &str) -> String {
    format!("/problems/{code}")
}
