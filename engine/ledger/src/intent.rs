//! The intent: what is recorded and charged before a query may read data.

use serde_json::Value;

use crate::entry::EntryReceipt;
use crate::moment::Moment;
use crate::seal::Sealed;

/// Largest cost and largest limit, in points: 2^53 - 1, so that every JSON reader reads an audit entry exactly.
pub const MAX_AMOUNT: u64 = (1 << 53) - 1;

/// A query that wants to run. Has no `Debug`: it carries SQL text.
#[derive(Clone)]
pub struct Intent {
    /// Unused id of the query.
    pub query_id: String,
    /// The budget account that pays: the project.
    pub account: String,
    /// Who asks.
    pub user: String,
    /// In which role.
    pub role: String,
    /// Makes a repeat recognisable, if the client asked for that.
    pub idempotency: Option<Idempotency>,
    /// SQL text as submitted. Enters the log as a commitment; the text itself is kept as an opening.
    pub sql: String,
    /// The SQL with placeholders for its literals, or a digest of that. Public in the log.
    pub sql_fingerprint: String,
    /// Number of the policy revision that was applied.
    pub policy_revision: Option<u64>,
    /// Digest of the policy that was applied.
    pub policy_digest: String,
    /// Name of the release profile.
    pub profile: String,
    /// Ids of the snapshots that will be read.
    pub snapshots: Vec<String>,
    /// Digest of the plan. Public in the log, so it must not be the bare hash of something with literals in it.
    pub plan_digest: String,
    /// What it costs, in points: 1 to [`MAX_AMOUNT`].
    pub cost: u64,
    /// What the account may spend in all, in points: at most [`MAX_AMOUNT`]. Comes from policy, may change.
    pub limit: u64,
    /// Now.
    pub at: Moment,
    /// Further public facts: a JSON object; numbers in it are whole, up to 2^53 - 1.
    pub details: Value,
    /// Further texts that enter the log as commitments only; `sql` is one already.
    pub sealed: Vec<Sealed>,
}

/// Recognises a repeat of a request. Scoped to account and user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The key that the client chose.
    pub key: String,
    /// Digest of the request body. Never enters the log: it would let anyone test guesses of the SQL text.
    pub body_digest: String,
}

/// What became of an intent.
#[derive(Debug)]
#[must_use = "a fresh reservation is charged; not running it wastes the budget"]
pub enum Reservation {
    /// Charged and durable: the query may run, once.
    Fresh(IntentReceipt),
    /// The same request came before; this one cost nothing.
    Replay {
        /// The earlier query.
        query_id: String,
    },
    /// The key was used before for another request. Nothing is written; the caller records the refusal.
    Conflict,
    /// The account cannot pay. Nothing is written; the caller records the refusal.
    OverBudget {
        /// Spent so far, in points.
        spent: u64,
        /// The limit that was applied, in points.
        limit: u64,
    },
}

/// Proof that charge and intent of one query are durable (CHARGE-FIRST). Only this crate makes one, it is not `Clone`,
/// and [`crate::Ledger::settle`] consumes it: a query is executed and settled once.
#[derive(Debug)]
#[must_use = "a query that is never settled is forfeited at the next start"]
pub struct IntentReceipt {
    pub(crate) query_id: String,
    pub(crate) entry: EntryReceipt,
    pub(crate) spent: u64,
    pub(crate) policy_revision: Option<u64>,
}

impl IntentReceipt {
    /// The query.
    #[must_use]
    pub fn query_id(&self) -> &str {
        &self.query_id
    }

    /// The audit entry of the intent.
    #[must_use]
    pub const fn entry(&self) -> &EntryReceipt {
        &self.entry
    }

    /// Spent by the account in all, this charge included, in points.
    #[must_use]
    pub const fn spent(&self) -> u64 {
        self.spent
    }
}
