//! The ledger: what each project has spent, and the log that proves it.
//!
//! Four things live in one database because they must change together: **charges** against the budget of an account,
//! the **audit log**, the **stored answers**, and the hashes of **API tokens**. The story of a query:
//!
//! 1. [`Ledger::reserve`] makes charge and audit intent durable, and gives an [`IntentReceipt`]. Only then may the
//!    first data page be read.
//! 2. [`Ledger::settle`] takes that receipt, makes outcome and protected answer durable, and gives an
//!    [`OutcomeReceipt`]. Only then may the first byte leave.
//! 3. An answer that people must see first is held by the outcome: [`Ledger::vote`] ends that, when [`REVIEWERS`] others
//!    have decided.
//! 4. Whatever stops in between keeps its charge and is forfeited when the ledger is next opened (CHARGE-FIRST).
//!
//! When anything is wrong with the disk, the database or the numbers, the ledger refuses to work (FAIL-CLOSED).
//!
//! This crate must never know: rows, plans, policies, HTTP, the time of day. It is told amounts, digests and names.

pub mod books;
mod canonical;
mod config;
mod entry;
mod erasure;
mod error;
mod intent;
mod leaf;
mod ledger;
mod moment;
mod outcome;
mod query;
pub mod receipt;
mod review;
mod seal;
mod steps;
mod store;
pub mod tlog;
mod token;
pub mod upkeep;

#[cfg(test)]
mod tests;

pub use config::{LedgerConfig, LedgerPlace, LogConfig};
pub use entry::{AuditEntry, EntryReceipt, Kind, NewEntry};
pub use erasure::Erasure;
pub use error::LedgerError;
pub use intent::{Idempotency, Intent, IntentReceipt, MAX_AMOUNT, Reservation};
pub use leaf::LeafHash;
pub use ledger::{Ledger, Recovery};
pub use moment::Moment;
pub use outcome::{Answer, Outcome, OutcomeReceipt, Remembered, StoredAnswer, digest_of};
pub use query::{QueryRecord, QueryState};
pub use review::{
    Decision, HeldAnswer, NewVote, REVIEWERS, ReviewRecord, ReviewState, VoteRecord, Voted,
};
pub use seal::{Opening, Sealed};
pub use steps::{NoSteps, Step, Steps};
pub use token::{NewToken, TokenRecord};
