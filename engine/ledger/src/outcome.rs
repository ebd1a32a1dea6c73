//! The outcome: what is recorded and stored before a byte of an answer may leave.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::entry::EntryReceipt;
use crate::seal::Sealed;

/// How a query ended. Has no `Debug`: a sealed cause may quote data.
pub enum Outcome {
    /// Answered.
    Released {
        /// The protected answer, byte for byte as it will be served.
        answer: Vec<u8>,
        /// [`digest_of`] the answer, computed where the answer was made. Checked here.
        digest: String,
        /// What the answer says of itself: its author reads this entry in a receipt. A JSON object; numbers in it are
        /// whole, up to 2^53 - 1.
        summary: Value,
        /// What is for auditors only.
        sealed: Vec<Sealed>,
        /// How many others must agree before it is served: 0, or [`crate::REVIEWERS`].
        reviewers: u32,
        /// What later queries of the account are decided by. Never in the log: how much it is tells of the answer.
        remembered: Vec<Remembered>,
    },
    /// Not answered. The charge stays.
    Failed {
        /// Public class of the failure; must not depend on rows.
        class: String,
        /// The cause, for the auditor only.
        sealed_cause: String,
    },
}

/// Something to be kept for later queries of the same account; not looked into here. Has no `Debug`: it holds numbers
/// that nobody may read.
#[derive(Clone, PartialEq, Eq)]
pub struct Remembered {
    /// What it is about: only the same text is found again.
    pub topic: String,
    /// What is kept.
    pub body: Vec<u8>,
}

/// Proof that the outcome of one query, and its answer if there is one, are durable (CHARGE-FIRST). Only this crate
/// makes one, and nothing may be released without it.
#[derive(Debug)]
pub struct OutcomeReceipt {
    pub(crate) query_id: String,
    pub(crate) entry: EntryReceipt,
    pub(crate) answer_digest: Option<String>,
}

impl OutcomeReceipt {
    /// The query.
    #[must_use]
    pub fn query_id(&self) -> &str {
        &self.query_id
    }

    /// The audit entry of the outcome.
    #[must_use]
    pub const fn entry(&self) -> &EntryReceipt {
        &self.entry
    }

    /// Digest of the answer that may be released; `None` when the query failed, and while the answer is held.
    #[must_use]
    pub fn answer_digest(&self) -> Option<&str> {
        self.answer_digest.as_deref()
    }
}

/// What became of an answer.
#[derive(Debug)]
pub enum Answer {
    /// It may leave.
    Released(StoredAnswer),
    /// It waits for people to decide.
    Held,
    /// People decided that it may not leave.
    Refused,
}

impl Answer {
    /// The answer, where it may leave.
    #[must_use]
    pub fn released(self) -> Option<StoredAnswer> {
        match self {
            Self::Released(answer) => Some(answer),
            Self::Held | Self::Refused => None,
        }
    }
}

/// An answer as it was released.
#[derive(Debug)]
pub struct StoredAnswer {
    /// The bytes, equal to those that were settled.
    pub bytes: Vec<u8>,
    /// [`digest_of`] the bytes, as it stands in the audit log.
    pub digest: String,
    /// The receipt of the release.
    pub receipt: OutcomeReceipt,
}

/// SHA-256 of an answer, hexadecimal, lower case.
#[must_use]
pub fn digest_of(answer: &[u8]) -> String {
    hex::encode(Sha256::digest(answer))
}
