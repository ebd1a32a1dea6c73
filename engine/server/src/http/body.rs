//! The body of a request, turned into a checked request to the engine.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tresor_core::engine::QueryRequest;
use tresor_core::ids::ProjectId;
use utoipa::ToSchema;

use super::Face;
use super::json::{bad, read, require_plain_json, whole};
use super::problem::Problem;
use super::wait::Wait;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const IDEMPOTENCY_KEY_MAX: usize = 128;
const EXAMPLE: &str =
    r#"send `{"sql": "select ..", "project": ".."}`; `"wait": "30s"` may be added"#;

const TOO_LARGE: (&str, &str) = (
    "the body has more than 128 KiB",
    "shorten the SQL; a range or a code list says more than a long list of values",
);

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// One SELECT.
    #[schema(
        example = "select region, count(distinct person_id) as persons from patients group by region"
    )]
    sql: String,
    /// The project on whose behalf it is asked.
    #[schema(value_type = String, example = "heart-study")]
    project: ProjectId,
    /// How long to wait for the answer: a whole number and `ms` or `s`, at most `60s`.
    #[serde(default = "for_an_answer")]
    #[schema(value_type = String, default = "10s", example = "30s")]
    wait: Wait,
}

fn for_an_answer() -> Wait {
    Wait::FOR_AN_ANSWER
}

/// A question as it is put to the engine, and how long the client waits for the answer.
pub(super) struct Asked {
    pub(super) request: QueryRequest,
    pub(super) wait: Wait,
}

impl FromRequest<Face> for Asked {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Face) -> Result<Self, Problem> {
        require_plain_json(request.headers())?;
        let idempotency_key = idempotency_key(request.headers())?;
        let bytes = whole(request, api, TOO_LARGE).await?;
        let Question { sql, project, wait } = read(&bytes, EXAMPLE)?;
        let body_digest = digest(&project, &sql);
        Ok(Self { request: QueryRequest { sql, project, idempotency_key, body_digest }, wait })
    }
}

/// What makes two requests the same question: SHA-256 over project and SQL text, each with its length before it,
/// so that no shift of text from one to the other gives the same digest.
///
/// `wait` stays out, as do the order of the fields and the white space between them: a client that repeats its
/// question after a broken connection, with more patience, gets the query that it has already paid for.
fn digest(project: &ProjectId, sql: &str) -> String {
    let mut hash = Sha256::new_with_prefix("tresor question v1\n");
    for part in [project.as_str(), sql] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => match key.to_str() {
            Ok(text) if is_idempotency_key(text) => Ok(Some(text.to_owned())),
            _ => Err(bad_idempotency_key()),
        },
        (Some(_), Some(_)) => Err(bad_idempotency_key()),
    }
}

fn is_idempotency_key(text: &str) -> bool {
    (1..=IDEMPOTENCY_KEY_MAX).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic())
}

fn bad_idempotency_key() -> Problem {
    bad(
        "the header `Idempotency-Key` does not fit",
        "send it once, with 1 to 128 visible ASCII characters, for example a UUID",
    )
}

#[cfg(test)]
mod tests;
