//! The rows of the tables, as far as they follow from the log. Two sets of them are compared, so a row that was changed is
//! one too few and one too many.

use std::collections::BTreeMap;

/// A row that refers to an entry, with all that the entry says about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Row {
    Charge {
        seq: u64,
        query: String,
        account: String,
        cost: u64,
        before: u64,
        after: u64,
        limit: u64,
    },
    Query {
        seq: u64,
        query: String,
        account: String,
        user: String,
        role: String,
        at: i64,
        fingerprint: String,
        policy: String,
        profile: String,
        snapshots: String,
        plan: String,
    },
    End {
        seq: u64,
        query: String,
        account: String,
        state: String,
        class: Option<String>,
        at: i64,
        answer: Option<String>,
        reviewers: Option<u64>,
    },
    Vote {
        seq: u64,
        query: String,
        checker: String,
    },
    Decided {
        seq: u64,
        query: String,
        state: String,
        at: i64,
        /// Who decided what.
        decisions: BTreeMap<String, String>,
    },
    TokenIssued {
        seq: u64,
        token: String,
        user: String,
        at: i64,
        expires: i64,
    },
    TokenRevoked {
        seq: u64,
        token: String,
        at: i64,
    },
}

impl Row {
    /// Number of the entry that it refers to.
    pub(crate) const fn seq(&self) -> u64 {
        match self {
            Self::Charge { seq, .. }
            | Self::Query { seq, .. }
            | Self::End { seq, .. }
            | Self::Vote { seq, .. }
            | Self::Decided { seq, .. }
            | Self::TokenIssued { seq, .. }
            | Self::TokenRevoked { seq, .. } => *seq,
        }
    }

    /// What it is, in the words of a finding.
    pub(crate) const fn noun(&self) -> &'static str {
        match self {
            Self::Charge { .. } => "a charge",
            Self::Query { .. } => "a query",
            Self::End { .. } => "the end of a query",
            Self::Vote { .. } => "a vote",
            Self::Decided { .. } => "a review",
            Self::TokenIssued { .. } => "a token",
            Self::TokenRevoked { .. } => "the withdrawal of a token",
        }
    }
}
