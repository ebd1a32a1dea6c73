//! Changes and revisions: what follows from the acts about them.

use tresor_ledger::Moment;

use super::act::{Activate, Approve, Draft, Propose, Signed};
use super::{Desk, Unfitting};
use crate::ids::{BundleDigest, ChangeId, UserId};

/// A policy change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: ChangeId,
    /// What it is called.
    pub title: String,
    /// Why it is wanted.
    pub reason: String,
    /// Who began it. Nobody else edits it.
    pub author: UserId,
    /// When it was begun.
    pub begun_at: Moment,
    /// Number of the revision it was made on.
    pub base: u64,
    /// The bundle it would put in force.
    pub bundle: BundleDigest,
    /// Number of the revision that it brings back.
    pub reverts: Option<u64>,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a change has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Its author works on it.
    Draft,
    /// It is put forward.
    Proposed(Proposal),
    /// It became the revision of this number.
    Activated(u64),
    /// It was given up.
    Withdrawn,
}

/// A change as it was put forward. A later edit drops it, with all approvals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// When.
    pub at: Moment,
    /// From when on it is to hold.
    pub effective_at: Option<Moment>,
    /// The author's signature.
    pub signed: Signed,
    /// Who agreed.
    pub approvals: Vec<Approval>,
}

/// The consent of another officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Moment,
    /// Their signature.
    pub signed: Signed,
}

/// A bundle that was activated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number, from 1.
    pub number: u64,
    /// The bundle.
    pub bundle: BundleDigest,
    /// The change that it was; none for the first, which came with the installation.
    pub change: Option<ChangeId>,
    /// Who activated it.
    pub activated_by: UserId,
    /// When.
    pub activated_at: Moment,
    /// From when on it is in force.
    pub effective_at: Moment,
}

impl Change {
    /// Whether it may still become something.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Draft | Stage::Proposed(_))
    }

    /// The proposal, while it is put forward.
    #[must_use]
    pub const fn proposal(&self) -> Option<&Proposal> {
        match &self.stage {
            Stage::Proposed(proposal) => Some(proposal),
            Stage::Draft | Stage::Activated(_) | Stage::Withdrawn => None,
        }
    }
}

impl Desk {
    pub(super) fn draft(&mut self, by: &UserId, at: Moment, draft: Draft) -> Result<(), Unfitting> {
        let Draft { change, title, reason, base, bundle, reverts } = draft;
        if self.revision(base).is_none() {
            return Err(Unfitting(format!("change {change} is made on revision {base}")));
        }
        let (author, begun_at) = match self.changes.get(&change) {
            None => (by.clone(), at),
            Some(earlier) if earlier.is_open() => (earlier.author.clone(), earlier.begun_at),
            Some(_) => return Err(Unfitting(format!("change {change} has ended"))),
        };
        let stage = Stage::Draft;
        let id = change.clone();
        let edited = Change { id, title, reason, author, begun_at, base, bundle, reverts, stage };
        self.changes.insert(change, edited);
        Ok(())
    }

    pub(super) fn propose(
        &mut self,
        by: &UserId,
        at: Moment,
        act: Propose,
    ) -> Result<(), Unfitting> {
        let change = self.open(&act.change)?;
        if change.author != *by || change.bundle != act.bundle || change.base != act.base {
            return Err(Unfitting(format!("change {} is not what was put forward", act.change)));
        }
        let effective_at = act.effective_at.map(Moment);
        let proposal = Proposal { at, effective_at, signed: act.signed, approvals: vec![] };
        change.stage = Stage::Proposed(proposal);
        Ok(())
    }

    pub(super) fn approve(
        &mut self,
        by: &UserId,
        at: Moment,
        act: Approve,
    ) -> Result<(), Unfitting> {
        let change = self.open(&act.change)?;
        let is_other = change.author != *by && change.bundle == act.bundle;
        match &mut change.stage {
            Stage::Proposed(proposal) if is_other => {
                let approval = Approval { by: by.clone(), at, signed: act.signed };
                proposal.approvals.push(approval);
                Ok(())
            }
            _ => Err(Unfitting(format!("change {} could not be approved", act.change))),
        }
    }

    pub(super) fn activate(
        &mut self,
        by: &UserId,
        at: Moment,
        act: Activate,
    ) -> Result<(), Unfitting> {
        let next = self.latest().map_or(1, |latest| latest.number.saturating_add(1));
        let wrong = |what: &str| Unfitting(format!("revision {}: {what}", act.revision));
        if act.revision != next {
            return Err(wrong("its number is not the next"));
        }
        let effective_at = Moment(act.effective_at);
        if self.latest().is_some_and(|latest| effective_at < latest.effective_at) {
            return Err(wrong("it takes effect before an earlier one"));
        }
        match &act.change {
            None if next == 1 => {}
            None => return Err(wrong("only the first has no change behind it")),
            Some(id) => {
                let change = self.open(id)?;
                let approved = change.proposal().is_some_and(|found| !found.approvals.is_empty());
                if !approved || change.bundle != act.bundle {
                    return Err(wrong("nobody approved it"));
                }
                change.stage = Stage::Activated(next);
            }
        }
        self.revisions.push(Revision {
            number: next,
            bundle: act.bundle,
            change: act.change,
            activated_by: by.clone(),
            activated_at: at,
            effective_at,
        });
        Ok(())
    }

    pub(super) fn withdraw(&mut self, change: &ChangeId) -> Result<(), Unfitting> {
        self.open(change)?.stage = Stage::Withdrawn;
        Ok(())
    }

    fn open(&mut self, id: &ChangeId) -> Result<&mut Change, Unfitting> {
        let change = self.changes.get_mut(id).filter(|change| change.is_open());
        change.ok_or_else(|| Unfitting(format!("there is no open change {id}")))
    }
}
