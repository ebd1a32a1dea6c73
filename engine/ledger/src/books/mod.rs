//! The books as the log implies them: what each entry charges, ends, decides, issues.
//!
//! Tables can be edited by anyone who can write them; the log is what is proved to others. So the books must follow from
//! it, entry by entry. [`Books::follow`] is the one telling of those rules: at the start of a server its [`Row`]s are held
//! against the tables, and an auditor runs it over a copy of the log with no database at all.
//!
//! | file | what it does |
//! |---|---|
//! | `rows` | the rows of the tables, as far as they follow from the log |
//! | `body` | reads what an entry says, or says what is missing in it |
//! | `queries` | charges and ends |
//! | `reviews` | answers that are held, and votes |
//! | `tokens` | tokens issued and withdrawn |
//!
//! This module must never know: a database, a file, a key.

mod body;
mod queries;
mod reviews;
mod rows;
mod tokens;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::{AuditEntry, Kind};
use body::Said;
use queries::Queries;
use reviews::Reviews;
pub(crate) use rows::Row;
use tokens::Tokens;

/// Where an entry does not follow from those before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("audit entry {seq}: {why}")]
pub struct Contradiction {
    /// Number of the entry.
    pub seq: u64,
    /// What is wrong with it.
    pub why: String,
}

/// The books after some entries of a log.
#[derive(Default)]
pub struct Books {
    entries: u64,
    queries: Queries,
    reviews: Reviews,
    tokens: Tokens,
    documents: BTreeSet<String>,
}

impl Books {
    /// Books before the first entry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next entry into the books.
    ///
    /// # Errors
    /// The first thing that does not follow: a number left out, a charge that does not add up or exceeds the limit of its
    /// time, a second end, a vote out of turn, ..
    pub fn follow(&mut self, entry: &AuditEntry) -> Result<(), Contradiction> {
        self.rows_of(entry).map(drop)
    }

    /// What every account has spent in all, in points.
    #[must_use]
    pub fn spent(&self) -> BTreeMap<String, u64> {
        self.queries.spent()
    }

    /// The queries that were charged and have no end: at the next start they are forfeited.
    #[must_use]
    pub fn running(&self) -> BTreeSet<String> {
        self.queries.running()
    }

    /// The queries whose answers wait for people to decide.
    #[must_use]
    pub fn held(&self) -> BTreeSet<String> {
        self.reviews.held()
    }

    /// How many entries were followed.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// How many queries were charged.
    #[must_use]
    pub fn charges(&self) -> u64 {
        self.queries.charges()
    }

    /// The documents that entries speak of, by digest.
    #[must_use]
    pub const fn documents(&self) -> &BTreeSet<String> {
        &self.documents
    }

    /// The same as [`Self::follow`], with the rows that the entry implies.
    pub(crate) fn rows_of(&mut self, entry: &AuditEntry) -> Result<Vec<Row>, Contradiction> {
        let rows = self.next(entry);
        rows.map_err(|why| Contradiction { seq: entry.seq, why })
    }

    fn next(&mut self, entry: &AuditEntry) -> Result<Vec<Row>, String> {
        if entry.seq != self.entries {
            return Err(format!("the entry before it should have the number {}", self.entries));
        }
        self.entries += 1;
        self.reviews.in_turn(entry)?;
        let said = Said(entry);
        if let Some(digest) = said.document() {
            self.documents.insert(digest.to_owned());
        }
        match entry.kind {
            Kind::Intent => self.queries.charged(said),
            Kind::Outcome => {
                let (ended, rows) = self.queries.settled(said)?;
                if ended.held {
                    self.reviews.begin(said, ended.user)?;
                }
                Ok(rows)
            }
            Kind::Forfeited => self.queries.forfeited(said),
            Kind::Replay => self.queries.repeated(said),
            Kind::Review => self.reviews.voted(said),
            Kind::ReviewEnded => self.reviews.ended(said),
            Kind::TokenIssued => self.tokens.issued(said),
            Kind::TokenRevoked => self.tokens.revoked(said),
            Kind::Start => self.queries.started(),
            Kind::Refusal
            | Kind::SignIn
            | Kind::SignInFailed
            | Kind::Download
            | Kind::ExtractRegistered
            | Kind::ExtractWithdrawn
            | Kind::BudgetGrant
            | Kind::ReviewRead
            | Kind::LogRead
            | Kind::OpeningErased
            | Kind::PolicyDraft
            | Kind::PolicyProposal
            | Kind::PolicyApproval
            | Kind::PolicyActivation
            | Kind::PolicyWithdrawal
            | Kind::Freeze
            | Kind::Thaw
            | Kind::ClockJump
            | Kind::Stop => Ok(Vec::new()),
        }
    }
}
