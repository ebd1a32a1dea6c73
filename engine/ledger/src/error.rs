//! What can go wrong with a ledger, in words for the person who runs the server.
//!
//! No message quotes the SQL text of a researcher; parameters of our own statements are bound, so they do not appear
//! in messages of the database either.

use std::io;

/// Why the ledger did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Somebody else has the ledger open. Two writers would each spend the same budget.
    #[error(
        "the ledger {place} is in use: another process (or another handle in this one) holds {lock}; \
         stop it first, two servers must never share a ledger"
    )]
    InUse {
        /// The ledger, without a password.
        place: String,
        /// The lock that keeps others away.
        lock: String,
    },
    /// The ledger was written by a later version.
    #[error(
        "the ledger has schema {found}, this program knows schemas up to {known}: run the newer program"
    )]
    NewerSchema {
        /// Version of the ledger.
        found: i64,
        /// Latest version known here.
        known: i64,
    },
    /// There is something else.
    #[error("{place} is not a ledger of Tresor")]
    NotALedger {
        /// What it is, without a password.
        place: String,
    },
    /// The books are shorter than the log that was signed over them. What was spent since is not in them.
    #[error(
        "these books hold {books} entries, but the log was signed over {known} ({place}): an older copy of the ledger was put \
         back. Put back a copy with at least {known} entries (`tresor db restore`). If there is none, what was spent since is \
         unknown, and an officer must decide how to go on"
    )]
    OlderCopy {
        /// What knows of more entries.
        place: String,
        /// How many it knows of.
        known: u64,
        /// Entries of the books.
        books: u64,
    },
    /// What is stored contradicts itself. Nothing is answered from it.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// Disk or database failed, or a commit did not report success. The handle stays closed until it is opened
    /// again: what is on the disk is then read back instead of guessed.
    #[error("the ledger is unavailable until it is opened again: {0}")]
    Unavailable(String),
    /// Nothing was written, and the ledger is still sound: a foreign tool held it, or too many are reading.
    #[error("the ledger is busy: {0}")]
    TryLater(String),
    /// The caller asked for something that cannot be recorded. Nothing was written.
    #[error("cannot be recorded: {0}")]
    Invalid(String),
    /// A query of this id was reserved before.
    #[error("query `{query_id}` is in the ledger already")]
    DuplicateQuery {
        /// The query.
        query_id: String,
    },
    /// The query is unknown, was settled before, or was reserved by an earlier run of the server.
    #[error("query `{query_id}` is not running, so it cannot be settled")]
    NotRunning {
        /// The query.
        query_id: String,
    },
    /// A token of this id was issued before.
    #[error("token `{token_id}` is in the ledger already")]
    DuplicateToken {
        /// The token.
        token_id: String,
    },
    /// A rule of the schema stopped a write that the code should have stopped. Nothing was written.
    #[error("a rule of the ledger was about to be broken: {0}")]
    Defect(String),
}

/// The disk failed at a step of a write.
impl From<io::Error> for LedgerError {
    fn from(error: io::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Short for results of this crate.
pub(crate) type Result<T> = std::result::Result<T, LedgerError>;
