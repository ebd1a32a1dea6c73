//! Reviews: answers that are held until people have decided whether they leave.
//!
//! Blind: until everybody has decided, nobody is told what another decided, nor whether.

use crate::entry::EntryReceipt;
use crate::moment::Moment;
use crate::query::QueryRecord;

/// How many people decide where anybody does.
pub const REVIEWERS: u32 = 2;

/// The word of the last vote: everybody has decided, and the next entry says what comes of it.
pub(crate) const DECIDED: &str = "decided";

/// What one person decides about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may leave.
    Release,
    /// It may not.
    Refuse,
}

impl Decision {
    /// The word that stands in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Refuse => "refuse",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Release, Self::Refuse].into_iter().find(|decision| decision.as_str() == text)
    }
}

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// Somebody has yet to decide.
    Held,
    /// Everybody decided to release.
    Released,
    /// Everybody decided, and not all to release.
    Refused,
}

impl ReviewState {
    /// The word that stands in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Held, Self::Released, Self::Refused].into_iter().find(|s| s.as_str() == text)
    }

    /// What comes of the decisions of everybody.
    pub(crate) fn of(decisions: &[Decision]) -> Self {
        if decisions.iter().all(|decision| *decision == Decision::Release) {
            Self::Released
        } else {
            Self::Refused
        }
    }
}

/// A decision to be recorded. Has no `Debug`: comments are free text about an answer.
#[derive(Clone)]
pub struct NewVote {
    /// The query whose answer is held.
    pub query_id: String,
    /// Who decides.
    pub checker: String,
    /// In which role.
    pub role: String,
    /// The decision. Enters the log as a commitment, and in words when everybody has decided.
    pub decision: Decision,
    /// For whoever asked; sealed.
    pub to_author: String,
    /// For the other checkers; sealed.
    pub to_checkers: String,
    /// The policy revision in force.
    pub policy_revision: Option<u64>,
    /// Now.
    pub at: Moment,
}

/// What became of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a vote may not have been counted"]
pub enum Voted {
    /// Durable; where the review stands with it.
    Counted(ReviewState),
    /// This person decided before. Nothing is written.
    Before,
    /// The review has ended. Nothing is written.
    Ended,
    /// There is no review of this query, or the query is the checker's own. Nothing is written.
    NotTheirs,
}

/// A decision as it is told. Has no `Debug`: comments are free text about an answer.
#[derive(Clone)]
pub struct VoteRecord {
    /// Who decided.
    pub checker: String,
    /// What.
    pub decision: Decision,
    /// When.
    pub at: Moment,
    /// For whoever asked, unless it was erased.
    pub to_author: Option<String>,
    /// For the other checkers, unless it was erased.
    pub to_checkers: Option<String>,
}

/// A review as one reader may see it. Has no `Debug`, as its votes.
#[derive(Clone)]
pub struct ReviewRecord {
    /// The query. Its state is the one that its author sees.
    pub query: QueryRecord,
    /// Where the review stands.
    pub state: ReviewState,
    /// When the last one decided.
    pub decided_at: Option<Moment>,
    /// Everybody's votes in their order after the end; before it the reader's own and no other.
    pub votes: Vec<VoteRecord>,
}

/// An answer that is or was held, for whoever reviews it. It is no answer that may be released.
pub struct HeldAnswer {
    /// The bytes, equal to those that were settled.
    pub bytes: Vec<u8>,
    /// The entry that records this reading.
    pub reading: EntryReceipt,
}
