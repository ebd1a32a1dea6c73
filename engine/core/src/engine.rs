//! The one entry to core: what a face (HTTP today) may ask for.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use time::OffsetDateTime;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::ids::{ProjectId, QueryId, UserId};
use crate::limits::Limits;
use crate::refusal::Refusal;

/// What the engine is made from.
pub struct EngineConfig {
    /// The home: `policies/`, `extracts/`, `state/`.
    pub home: PathBuf,
    /// Limits on one query.
    pub limits: Limits,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids.
    pub entropy: Arc<dyn Entropy>,
    /// Lanes that run at the same time; usually the number of cores.
    pub lanes: usize,
}

/// Who asks. Made by the face after it has checked a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The signed-in person.
    pub user: UserId,
}

/// A query as it arrives; untrusted.
#[derive(Debug, Clone)]
pub struct QueryRequest {
    /// SQL text.
    pub sql: String,
    /// The project on whose behalf it is asked.
    pub project: ProjectId,
    /// `Idempotency-Key` header, if given: 1 to 128 visible ASCII characters.
    pub idempotency_key: Option<String>,
    /// SHA-256 of the request body as received, hexadecimal: tells a repeat from a conflict.
    pub body_digest: String,
}

/// Where a query stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum QueryState {
    /// Charged, being answered.
    Running,
    /// Answered.
    Succeeded,
    /// Not answered, by rule.
    Refused,
    /// Not answered, by defect, or cut off by a restart; the charge stays.
    Failed,
}

/// What is known of a query without its result.
#[derive(Debug, Clone, Serialize)]
pub struct QueryStatus {
    /// The query.
    pub id: String,
    /// Where it stands.
    pub state: QueryState,
    /// The project.
    pub project: String,
    /// When it was received, RFC 3339.
    pub submitted_at: String,
    /// What was charged, in points.
    pub cost: u64,
}

/// What can be written to a client.
pub enum ResultFormat {
    /// JSON, the shape of `POST /api/v1/queries`.
    Json,
    /// CSV with `<column>__status` columns.
    Csv,
}
