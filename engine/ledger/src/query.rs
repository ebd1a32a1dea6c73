//! What the ledger knows of a query.

use crate::moment::Moment;

/// Where a query stands. Every end keeps its charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryState {
    /// Charged, not settled.
    Running,
    /// Answered; the answer is stored.
    Released,
    /// Ended without an answer.
    Failed,
    /// Cut off by a stop of the server.
    Forfeited,
}

impl QueryState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Released => "released",
            Self::Failed => "failed",
            Self::Forfeited => "forfeited",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Released, Self::Failed, Self::Forfeited]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A query without its text and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryRecord {
    /// The query.
    pub query_id: String,
    /// The account that paid.
    pub account: String,
    /// Who asked.
    pub user: String,
    /// In which role.
    pub role: String,
    /// Where it stands.
    pub state: QueryState,
    /// Public class of the failure, if it failed.
    pub failure_class: Option<String>,
    /// What was charged, in points.
    pub cost: u64,
    /// When it was reserved.
    pub submitted_at: Moment,
    /// When it was settled or forfeited.
    pub ended_at: Option<Moment>,
    /// Shape of the SQL, without literals.
    pub sql_fingerprint: String,
    /// Digest of the policy that was applied.
    pub policy_digest: String,
    /// The release profile.
    pub profile: String,
    /// The snapshots that were read.
    pub snapshots: Vec<String>,
    /// Digest of the plan.
    pub plan_digest: String,
    /// Number of its intent in the audit log.
    pub intent_seq: u64,
    /// Number of its outcome or forfeiture in the audit log.
    pub outcome_seq: Option<u64>,
}
