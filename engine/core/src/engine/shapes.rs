//! What goes into the engine and comes out of it, as plain data.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tresor_ledger::{LedgerPlace, NoSteps, Steps};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::ids::{ProjectId, QueryId, UserId};
use crate::limits::Limits;
use crate::secret::Secret;
use crate::vault::{NoStages, Optimizer, Stages};

/// What the engine is made from.
pub struct EngineConfig {
    /// The home: `policies/`, `extracts/`, `state/`.
    pub home: PathBuf,
    /// Key of all noise. Without it a cell key predicts nothing.
    pub noise_secret: Secret,
    /// Seed of the key that signs the checkpoints of the audit log.
    pub log_secret: Secret,
    /// Name of the audit log, for example `tre.example.org/tresor`.
    pub log_origin: String,
    /// A copy of the last checkpoint of the log, on another disk.
    pub log_anchor: Option<PathBuf>,
    /// Where the ledger is; `None` for the file in the home.
    pub ledger: Option<LedgerPlace>,
    /// What the log says of the program that runs.
    pub program: Program,
    /// Limits on one query.
    pub limits: Limits,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids.
    pub entropy: Arc<dyn Entropy>,
    /// Threads that queries run on; usually the number of cores.
    pub lanes: usize,
    /// Told of every durable step of the ledger; [`NoSteps`] outside tests.
    pub steps: Arc<dyn Steps>,
    /// Told of every stage of answering a query; [`NoStages`] outside benchmarks.
    pub stages: Arc<dyn Stages>,
    /// Whether logical optimizer rules run; off in tests only.
    pub optimizer: Optimizer,
}

impl EngineConfig {
    /// A configuration with default limits and nothing to observe.
    #[must_use]
    pub fn new(
        home: PathBuf,
        noise_secret: Secret,
        log_secret: Secret,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            home,
            noise_secret,
            log_secret,
            log_origin: LOG_NAME.to_owned(),
            log_anchor: None,
            ledger: None,
            program: Program::default(),
            limits: Limits::default(),
            clock,
            entropy,
            lanes: std::thread::available_parallelism().map_or(1, usize::from),
            steps: Arc::new(NoSteps),
            stages: Arc::new(NoStages),
            optimizer: Optimizer::On,
        }
    }
}

/// What runs, as the log says it at every start.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// SHA-256 of the binary, in hexadecimal; empty where there is none, as in tests.
    pub binary_digest: String,
    /// SHA-256 of how it was configured, in hexadecimal.
    pub configuration_digest: String,
}

/// What an audit log is called where nobody gave it a name.
pub const LOG_NAME: &str = "localhost/tresor";

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
    /// Digest of what the request asks, hexadecimal: tells a repeat from a conflict.
    pub body_digest: String,
}

/// What became of a question.
#[derive(Debug)]
pub enum Asked {
    /// It is charged and runs.
    Query(QueryId),
    /// It was only explained.
    Explained(Value),
}

/// Where a query stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryState {
    /// Charged, being answered.
    Running,
    /// Answered; output checkers have yet to decide whether the answer leaves.
    Held,
    /// Answered, and the answer may be fetched.
    Succeeded,
    /// Answered; output checkers decided that the answer may not leave.
    RefusedByReview,
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
    /// What output checkers tell whoever asked, once all have decided.
    pub comments: Vec<String>,
}

/// Bytes of a released answer, ready for a client.
pub struct ReleasedBytes(pub(super) Vec<u8>);

impl ReleasedBytes {
    /// The bytes, to be written out as they are.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
