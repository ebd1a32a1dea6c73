//! What follows from how much is known.

use crate::profile::Exposure;

/// What a project may still ask about a sensitive column, least strict first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Anything.
    Open,
    /// Anything, but the project is told.
    Warn,
    /// Officers release every further answer.
    Review,
    /// Nothing.
    Lock,
}

impl Level {
    /// The level at this share; a limit of 0 is off.
    #[must_use]
    pub fn of(share: f64, limits: &Exposure) -> Self {
        let Exposure { warn, review, lock } = *limits;
        // What is no number is taken for the worst.
        let reached = |limit: f64| limit > 0.0 && (share.is_nan() || share >= limit);
        match (reached(lock), reached(review), reached(warn)) {
            (true, _, _) => Self::Lock,
            (false, true, _) => Self::Review,
            (false, false, true) => Self::Warn,
            (false, false, false) => Self::Open,
        }
    }
}
