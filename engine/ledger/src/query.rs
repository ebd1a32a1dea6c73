//! What the ledger knows of a query.

use crate::moment::Moment;
use crate::review::ReviewState;

/// Where a query stands. Every end keeps its charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryState {
    /// Charged, not settled.
    Running,
    /// Answered; the answer is stored.
    Released,
    /// Answered; the answer is stored and waits for people to decide.
    Held,
    /// Answered; people decided that the answer may not leave.
    Refused,
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
            Self::Held => "held",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Forfeited => "forfeited",
        }
    }

    /// The state in the `queries` table, with that of the review where there is one.
    pub(crate) fn parse(text: &str, review: Option<ReviewState>) -> Option<Self> {
        let ended = [Self::Running, Self::Released, Self::Failed, Self::Forfeited]
            .into_iter()
            .find(|state| state.as_str() == text)?;
        match (ended, review) {
            (state, None) => Some(state),
            (Self::Released, Some(ReviewState::Released)) => Some(Self::Released),
            (Self::Released, Some(ReviewState::Held)) => Some(Self::Held),
            (Self::Released, Some(ReviewState::Refused)) => Some(Self::Refused),
            (_, Some(_)) => None,
        }
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
    /// When it was settled or forfeited; for an answer that was held, when it was settled.
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
