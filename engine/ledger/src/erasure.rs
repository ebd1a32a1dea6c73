//! Erasing sealed texts: what should never have been written is deleted for good, and the log stays provable, because it
//! holds commitments only.

use crate::moment::Moment;

/// Sealed texts of one entry that are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The entry.
    pub seq: u64,
    /// Which of its texts, by name; at least one.
    pub fields: Vec<String>,
    /// Who decides it.
    pub by: String,
    /// In which role.
    pub role: Option<String>,
    /// Why; stands in the log in words.
    pub reason: String,
    /// The policy revision in force.
    pub policy_revision: Option<u64>,
    /// Now.
    pub at: Moment,
}
