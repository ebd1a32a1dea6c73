//! The desk of the governance officers: the life of a policy change from draft to activation, and what is frozen.
//!
//! A pure state machine. Its steps are [`Act`]s, which are what stands in the audit log; its state is what follows from
//! them, so the log alone proves who wanted, agreed to and activated what. [`Desk::check`] holds an act against the
//! rules (two officers, never the author alone, never on a stale base, never untested), [`Desk::apply`] takes it in.
//!
//! Must never know: the ledger, the clock, plans, rows. It is told who acts, when, and who is an officer.

mod act;
mod changes;
mod check;
mod freezes;
mod signatures;
mod statement;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use tresor_ledger::Moment;

pub use act::{Act, Activate, Approve, Draft, Propose, Scope, Signed};
pub use changes::{Approval, Change, Proposal, Revision, Stage};
pub use check::{Acting, Officers, Passed};
pub use freezes::Freeze;
pub use signatures::{OfficerSignature, Part};
pub use statement::{PublicKey, Statement, parse_key};

use crate::ids::{ChangeId, FreezeId, UserId};

/// Everything that was decided about policies so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desk {
    revisions: Vec<Revision>,
    changes: BTreeMap<ChangeId, Change>,
    freezes: BTreeMap<FreezeId, Freeze>,
}

/// An act that cannot follow what came before: the log contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an entry about policies does not follow from the ones before it: {0}")]
pub struct Unfitting(pub(crate) String);

impl Desk {
    /// Every revision that was ever activated, oldest first. The number of a revision is its place, from 1.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The revision that was activated last; it may not be in force yet.
    #[must_use]
    pub fn latest(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// The revision of this number.
    #[must_use]
    pub fn revision(&self, number: u64) -> Option<&Revision> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        self.revisions.get(at)
    }

    /// The revision in force at this moment: of those that have taken effect, the one activated last.
    #[must_use]
    pub fn in_force(&self, now: Moment) -> Option<&Revision> {
        self.revisions.iter().rev().find(|revision| revision.effective_at <= now)
    }

    /// Every change, also those that ended.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.values()
    }

    /// The change of this id.
    #[must_use]
    pub fn change(&self, id: &ChangeId) -> Option<&Change> {
        self.changes.get(id)
    }

    /// Every freeze, also those that were lifted.
    pub fn freezes(&self) -> impl Iterator<Item = &Freeze> {
        self.freezes.values()
    }

    /// What somebody would sign to put a change forward or to agree to it, with this moment of effect.
    #[must_use]
    pub fn statement(&self, change: &Change, effective_at: Option<Moment>) -> Option<Statement> {
        let base = self.revision(change.base)?;
        Some(Statement {
            change: change.id.clone(),
            bundle: change.bundle.clone(),
            base: (base.number, base.bundle.clone()),
            effective_at,
        })
    }

    /// Takes in an act that was checked or stands in the log.
    ///
    /// # Errors
    /// [`Unfitting`] when it cannot follow what came before.
    pub fn apply(&mut self, by: &UserId, at: Moment, act: Act) -> Result<(), Unfitting> {
        match act {
            Act::Draft(draft) => self.draft(by, at, draft),
            Act::Propose(proposal) => self.propose(by, at, proposal),
            Act::Approve(approval) => self.approve(by, at, approval),
            Act::Activate(activation) => self.activate(by, at, activation),
            Act::Withdraw { change } => self.withdraw(&change),
            Act::Freeze { freeze, scope, reason } => self.freeze(by, at, freeze, scope, reason),
            Act::Thaw { freeze } => self.thaw(by, at, &freeze),
        }
    }
}
