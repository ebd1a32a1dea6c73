//! Named places between durable steps, so that a test can stop the process or fail the disk at each of them.
//!
//! In production nothing listens ([`NoSteps`]).

use std::io;

/// A place in the life of the ledger. `Before..`: nothing of it is written. `..Written`: inside the transaction,
/// before the commit. `..Committed`: durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// A schema version is about to be applied.
    BeforeSchema,
    /// A schema version is applied, not committed.
    SchemaWritten,
    /// A schema version is durable.
    SchemaCommitted,
    /// Queries cut off by the last stop are about to be forfeited.
    BeforeForfeit,
    /// They are forfeited, not committed.
    ForfeitWritten,
    /// Their forfeiture is durable.
    ForfeitCommitted,
    /// An entry without a charge (refusal, start, token, ..) is about to be written.
    BeforeEntry,
    /// The entry is written, not committed.
    EntryWritten,
    /// The entry is durable.
    EntryCommitted,
    /// A query is about to be charged.
    BeforeIntent,
    /// Charge, query and intent are written, not committed.
    IntentWritten,
    /// Charge, query and intent are durable; data may be read.
    IntentCommitted,
    /// A query is about to be settled.
    BeforeOutcome,
    /// Outcome and answer are written, not committed.
    OutcomeWritten,
    /// Outcome and answer are durable; bytes may leave, unless they are held.
    OutcomeCommitted,
    /// Somebody is about to decide about an answer that is held.
    BeforeVote,
    /// The vote, and the end of the review if it is the last one, are written, not committed.
    VoteWritten,
    /// They are durable.
    VoteCommitted,
    /// A file of the published log is about to be written or removed. Not one of [`Self::ALL`]: the log is published beside
    /// everything else, at no moment that a story could name.
    LogFile,
}

impl Step {
    /// Every step of a write, in the order in which a new ledger meets them (a restart comes first).
    pub const ALL: [Self; 18] = [
        Self::BeforeSchema,
        Self::SchemaWritten,
        Self::SchemaCommitted,
        Self::BeforeForfeit,
        Self::ForfeitWritten,
        Self::ForfeitCommitted,
        Self::BeforeEntry,
        Self::EntryWritten,
        Self::EntryCommitted,
        Self::BeforeIntent,
        Self::IntentWritten,
        Self::IntentCommitted,
        Self::BeforeOutcome,
        Self::OutcomeWritten,
        Self::OutcomeCommitted,
        Self::BeforeVote,
        Self::VoteWritten,
        Self::VoteCommitted,
    ];
}

/// Is told of each step as it is reached, on the thread that is about to go on.
pub trait Steps: Send + Sync {
    /// The step is reached.
    ///
    /// # Errors
    /// Stands for a disk that fails there: the write ends, and the ledger is closed until it is opened again.
    fn reached(&self, step: Step) -> io::Result<()>;
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSteps;

impl Steps for NoSteps {
    fn reached(&self, _step: Step) -> io::Result<()> {
        Ok(())
    }
}
