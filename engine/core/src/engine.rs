//! The one entry to core: what a face (HTTP today) may ask for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::ids::{ProjectId, QueryId, UserId};
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::secret::Secret;

/// What the engine is made from.
pub struct EngineConfig {
    /// The home: `policies/`, `extracts/`, `state/`.
    pub home: PathBuf,
    /// Key of all noise. Without it a cell key predicts nothing.
    pub noise_secret: Secret,
    /// Limits on one query.
    pub limits: Limits,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids.
    pub entropy: Arc<dyn Entropy>,
    /// Lanes that run at the same time; usually the number of cores.
    pub lanes: usize,
}

/// Why the engine cannot start; for the person who runs the server.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

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

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFormat {
    /// JSON, the shape of `POST /api/v1/queries`.
    Json,
    /// CSV with `<column>__status` columns.
    Csv,
}

/// Bytes of a released answer, ready for a client.
pub struct ReleasedBytes(pub(crate) Vec<u8>);

impl ReleasedBytes {
    /// The bytes, to be written out as they are.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The engine.
pub struct Engine {
    _config: EngineConfig,
}

impl Engine {
    /// Opens policies, ledger and every current snapshot in the home, and checks them.
    ///
    /// # Errors
    /// [`StartError`] in words for the person who runs the server.
    pub async fn open(config: EngineConfig) -> Result<Arc<Self>, StartError> {
        Ok(Arc::new(Self { _config: config }))
    }

    /// Takes a query: checks it, charges it, starts it. A repeat with the same idempotency key gives the earlier id.
    ///
    /// # Errors
    /// A refusal; refusals cost nothing and are logged.
    pub async fn submit(
        self: &Arc<Self>,
        _caller: &Caller,
        _request: QueryRequest,
    ) -> Result<QueryId, Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// What would happen: verdict, price, protection. Touches no rows, costs nothing.
    ///
    /// # Errors
    /// The refusal that `submit` would give.
    pub async fn check(
        &self,
        _caller: &Caller,
        _request: QueryRequest,
    ) -> Result<serde_json::Value, Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// Where a query stands; waits up to `patience` for its end.
    ///
    /// # Errors
    /// [`crate::refusal::Code::UnknownQuery`] when it is not there or not the caller's.
    pub async fn status(
        &self,
        _caller: &Caller,
        _id: &QueryId,
        _patience: Duration,
    ) -> Result<QueryStatus, Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// The stored answer of a query that succeeded.
    ///
    /// # Errors
    /// Not there, not the caller's, not finished, or failed.
    pub async fn result(
        &self,
        _caller: &Caller,
        _id: &QueryId,
        _format: ResultFormat,
    ) -> Result<ReleasedBytes, Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// The tables and columns the caller may see, with descriptions, for all projects of the caller.
    ///
    /// # Errors
    /// When the caller is in no project.
    pub async fn datasets(&self, _caller: &Caller) -> Result<serde_json::Value, Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// The audit log, oldest first, from entry `from`, at most `limit` entries. The reading itself is logged.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Forbidden`] unless the caller is an auditor.
    pub async fn audit(
        &self,
        _caller: &Caller,
        _from: u64,
        _limit: u32,
    ) -> Result<serde_json::Value, Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// Whether queries can be answered now.
    ///
    /// # Errors
    /// When not; the cause is sealed.
    pub async fn ready(&self) -> Result<(), Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// Checks an API token (`trs_<id>_<secret>`) against the ledger.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Unavailable`] when the ledger cannot be read. An invalid token is `Ok(None)`.
    pub async fn caller_of_token(&self, _token: &str) -> Result<Option<Caller>, Refusal> {
        Err(Refusal::unavailable("not built"))
    }

    /// Makes a token for a person, valid for so long. The text is shown once and only its hash is kept.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn issue_token(
        &self,
        _user: &UserId,
        _valid_for: Duration,
    ) -> Result<String, Refusal> {
        Err(Refusal::unavailable("not built"))
    }
}
