//! What follows from how much is known.

use crate::profile::Exposure;

/// What a project may still ask about a sensitive column, least strict first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Anything.
    Open,
    /// Anything; the gauge says so to the project and to auditors.
    Warn,
    /// Output checkers release every further answer.
    Review,
    /// Nothing.
    Lock,
}

impl Level {
    /// Its name in answers and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Warn => "warn",
            Self::Review => "review",
            Self::Lock => "lock",
        }
    }

    /// The level at this share; a limit of 0 is off. A meter that is `full` no longer knows everything: then the first
    /// limit counts as reached at which something happens to answers.
    #[must_use]
    pub fn of(share: f64, full: bool, limits: &Exposure) -> Self {
        let Exposure { warn, review, lock } = *limits;
        // What is no number is taken for the worst.
        let reached = |limit: f64| limit > 0.0 && (share.is_nan() || share >= limit);
        let by_share = match (reached(lock), reached(review), reached(warn)) {
            (true, _, _) => Self::Lock,
            (false, true, _) => Self::Review,
            (false, false, true) => Self::Warn,
            (false, false, false) => Self::Open,
        };
        let stops = [(review, Self::Review), (lock, Self::Lock), (warn, Self::Warn)];
        let first = stops.into_iter().find(|(limit, _)| *limit > 0.0).map(|(_, level)| level);
        match first {
            Some(first) if full => by_share.max(first),
            _ => by_share,
        }
    }
}
