//! What was decided about a query, in one word.

use serde_json::Value;
use tresor_ledger::{AuditEntry, Kind};

/// How a request ended, as far as one entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// An answer may leave, with at least one number in it.
    Released,
    /// An answer may leave, and every number in it is withheld.
    Withheld,
    /// An answer waits for output checkers.
    Held,
    /// Output checkers did not let an answer leave.
    RefusedByReview,
    /// A request was refused before it was charged.
    Refused,
    /// A query was charged and could not be completed.
    Failed,
    /// A query was charged and cut off by a stop of the server.
    Forfeited,
}

impl Decision {
    /// Every decision there is.
    pub const ALL: [Self; 7] = [
        Self::Released,
        Self::Withheld,
        Self::Held,
        Self::RefusedByReview,
        Self::Refused,
        Self::Failed,
        Self::Forfeited,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Withheld => "withheld",
            Self::Held => "held",
            Self::RefusedByReview => "refused_by_review",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Forfeited => "forfeited",
        }
    }

    /// The decision of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.as_str() == word)
    }

    /// What an entry says was decided. A vote decides nothing; only in logs of earlier versions the
    /// last one was the end of its review, too.
    #[must_use]
    pub fn of(entry: &AuditEntry) -> Option<Self> {
        let state = entry.body.get("state").and_then(Value::as_str);
        match (entry.kind, state) {
            (Kind::Outcome, Some("released")) if shows_nothing(&entry.body) => Some(Self::Withheld),
            (Kind::Outcome | Kind::Review | Kind::ReviewEnded, Some("released")) => {
                Some(Self::Released)
            }
            (Kind::Outcome, Some("held")) => Some(Self::Held),
            (Kind::Outcome, Some("failed")) => Some(Self::Failed),
            (Kind::Review | Kind::ReviewEnded, Some("refused")) => Some(Self::RefusedByReview),
            (Kind::Forfeited, _) => Some(Self::Forfeited),
            (Kind::Refusal, _) => Some(Self::Refused),
            _ => None,
        }
    }
}

/// Whether an answer has values and all of them are withheld.
fn shows_nothing(body: &Value) -> bool {
    let count = |name: &str| body.pointer(&format!("/summary/{name}")).and_then(Value::as_u64);
    count("values").is_some_and(|values| values > 0 && count("withheld") == Some(values))
}
