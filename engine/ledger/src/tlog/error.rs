//! What can be wrong with a log, or with something that speaks of it.

/// Why a text, a proof or a file was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A text does not have the form it should have.
    #[error("{0}")]
    Malformed(String),
    /// Nobody whom the reader trusts has signed.
    #[error("it carries no signature of `{0}`")]
    NotSigned(String),
    /// A signature in the name of a trusted key is not one by that key.
    #[error("the signature in the name of `{0}` is not by its key")]
    BadSignature(String),
    /// A checkpoint of another log.
    #[error("it is about the log `{found}`, not about `{expected}`")]
    OtherLog {
        /// The log that is meant.
        expected: String,
        /// The log of the checkpoint.
        found: String,
    },
    /// The hashes of a proof do not lead to the root.
    #[error("the proof does not lead to the root of the checkpoint")]
    NotProved,
    /// An entry or a size beyond the end.
    #[error("number {index} lies beyond the {size} entries of the log")]
    Beyond {
        /// What was asked for.
        index: u64,
        /// Entries of the log.
        size: u64,
    },
    /// A file of the log is missing or cannot be read.
    #[error("{0}")]
    File(String),
}

impl LogError {
    pub(crate) fn malformed(why: impl Into<String>) -> Self {
        Self::Malformed(why.into())
    }
}

/// Short for results about logs.
pub(crate) type Result<T> = std::result::Result<T, LogError>;
