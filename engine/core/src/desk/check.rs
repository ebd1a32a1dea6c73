//! Who may take which step now.
//!
//! A change becomes a revision only when its author signed it, another officer signed the same, it was made on the
//! revision that is still the latest, and it passed every check and every policy test as it stands.

use tresor_ledger::Moment;

use super::act::{Act, Activate, Approve, Draft, Propose, Scope, Signed};
use super::changes::{Change, Proposal, Stage};
use super::statement::PublicKey;
use super::{Desk, Revision};
use crate::ids::{BundleDigest, ChangeId, FreezeId, UserId};
use crate::refusal::{Code, Refusal};

/// Who the officers are, by the revision in force.
pub trait Officers: Sync {
    /// The key with which this person signs, if they may sign policy changes today.
    fn key(&self, user: &UserId) -> Option<PublicKey>;
}

/// Proof that a bundle passed every check and every policy test on a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    bundle: BundleDigest,
}

impl Passed {
    /// Only for whoever has just checked it.
    pub(crate) const fn all_checks(bundle: BundleDigest) -> Self {
        Self { bundle }
    }
}

/// Who acts, when, and what is known then.
pub struct Acting<'a> {
    /// Who.
    pub by: &'a UserId,
    /// When.
    pub now: Moment,
    /// The officers of the revision in force.
    pub officers: &'a dyn Officers,
    /// That the bundle of the change passed its checks, if it did.
    pub passed: Option<&'a Passed>,
}

type Checked = Result<(), Refusal>;

impl Desk {
    /// Whether somebody may do this now. That their role allows this kind of act was asked before.
    ///
    /// # Errors
    /// A refusal that says what is missing.
    pub fn check(&self, acting: &Acting<'_>, act: &Act) -> Checked {
        match act {
            Act::Draft(draft) => self.may_draft(acting, draft),
            Act::Propose(proposal) => self.may_propose(acting, proposal),
            Act::Approve(approval) => self.may_approve(acting, approval),
            Act::Activate(activation) => self.may_activate(acting, activation),
            Act::Withdraw { change } => self.open_change(change).map(drop),
            Act::Freeze { scope, .. } => self.may_freeze(acting, scope),
            Act::Thaw { freeze } => self.may_thaw(acting, freeze),
        }
    }

    /// The change of this id, if it has not ended.
    ///
    /// # Errors
    /// [`Code::UnknownChange`], [`Code::ChangeConflict`].
    pub fn open_change(&self, id: &ChangeId) -> Result<&Change, Refusal> {
        let change = self.change(id).ok_or_else(|| unknown_change(id))?;
        match change.stage {
            Stage::Draft | Stage::Proposed(_) => Ok(change),
            Stage::Activated(number) => Err(conflict(
                format!("`{id}` became revision {number}"),
                "begin a new change; the history has every revision",
            )),
            Stage::Withdrawn => {
                Err(conflict(format!("`{id}` was withdrawn"), "begin a new change"))
            }
        }
    }

    fn may_draft(&self, acting: &Acting<'_>, draft: &Draft) -> Checked {
        if draft.reverts.is_some_and(|number| self.revision(number).is_none()) {
            return Err(unknown_revision());
        }
        let latest = self.number_of_latest();
        let Some(earlier) = self.change(&draft.change) else {
            return if draft.base == latest { Ok(()) } else { Err(stale(draft.base, latest)) };
        };
        self.open_change(&draft.change)?;
        if earlier.author != *acting.by {
            return Err(not_yours(earlier, "edit"));
        }
        if draft.base == earlier.base || draft.base == latest {
            return Ok(());
        }
        Err(stale(draft.base, latest))
    }

    fn may_propose(&self, acting: &Acting<'_>, act: &Propose) -> Checked {
        let change = self.open_change(&act.change)?;
        if change.author != *acting.by {
            return Err(not_yours(change, "put forward"));
        }
        if change.proposal().is_some() {
            let hint = "another officer may approve it, or edit it to make it a draft again";
            return Err(conflict("it has been put forward", hint));
        }
        self.still_stands(change, &act.bundle)?;
        if change.base != act.base {
            return Err(conflict("it was rebased meanwhile", "look at it again and sign that"));
        }
        if self.latest().is_some_and(|latest| latest.bundle == change.bundle) {
            let hint = "edit it, or withdraw it";
            return Err(conflict("it is the same as the latest revision", hint));
        }
        let effective_at = act.effective_at.map(Moment);
        if let (Some(wanted), Some(latest)) = (effective_at, self.latest())
            && wanted < latest.effective_at
        {
            return Err(conflict(
                format!("it would hold before revision {}, which it is made on", latest.number),
                "choose a later moment, or none: it then holds from its activation",
            ));
        }
        has_passed(acting, change)?;
        let statement = self.statement(change, effective_at).ok_or_else(unknown_revision)?;
        signed(acting, &statement.of_author(acting.by), &act.signed)
    }

    fn may_approve(&self, acting: &Acting<'_>, act: &Approve) -> Checked {
        let change = self.open_change(&act.change)?;
        let proposal = put_forward(change)?;
        if change.author == *acting.by {
            return Err(own_change());
        }
        if proposal.approvals.iter().any(|earlier| earlier.by == *acting.by) {
            return Err(conflict("you have approved it", "it can be activated"));
        }
        self.still_stands(change, &act.bundle)?;
        let statement =
            self.statement(change, proposal.effective_at).ok_or_else(unknown_revision)?;
        signed(acting, &statement.of_approver(acting.by), &act.signed)?;
        if act.signed.key == proposal.signed.key {
            return Err(own_change());
        }
        Ok(())
    }

    fn may_activate(&self, acting: &Acting<'_>, act: &Activate) -> Checked {
        let Some(id) = &act.change else {
            return Err(conflict("only the first revision has no change", "begin a change"));
        };
        let change = self.open_change(id)?;
        let proposal = put_forward(change)?;
        self.still_stands(change, &act.bundle)?;
        has_passed(acting, change)?;
        self.two_officers(acting, change, proposal)?;
        let earliest = self.effect_of(proposal, acting.now);
        let next = self.number_of_latest().saturating_add(1);
        if act.revision != next || Moment(act.effective_at) != earliest {
            return Err(conflict("something else was activated meanwhile", "try again"));
        }
        Ok(())
    }

    /// When a proposal would take effect if it were activated now.
    #[must_use]
    pub fn effect_of(&self, proposal: &Proposal, now: Moment) -> Moment {
        let not_before = self.latest().map_or(now, |latest| latest.effective_at.max(now));
        proposal.effective_at.map_or(not_before, |wanted| wanted.max(not_before))
    }

    /// Both signatures, held against the officers of today.
    fn two_officers(&self, acting: &Acting<'_>, change: &Change, proposal: &Proposal) -> Checked {
        let statement =
            self.statement(change, proposal.effective_at).ok_or_else(unknown_revision)?;
        let holds = |user: &UserId, text: &str, signed: &Signed| {
            acting.officers.key(user).is_some_and(|key| signed.verifies(text, &key))
        };
        let author = &change.author;
        if !holds(author, &statement.of_author(author), &proposal.signed) {
            return Err(signature(
                format!("`{author}` is no officer any more, or signs with another key"),
                "another officer may begin the same change",
            ));
        }
        let approved = proposal.approvals.iter().any(|approval| {
            let by = &approval.by;
            by != author
                && approval.signed.key != proposal.signed.key
                && holds(by, &statement.of_approver(by), &approval.signed)
        });
        if approved {
            return Ok(());
        }
        Err(conflict(
            "no other officer has approved it",
            "a second officer, not its author, has to approve it first",
        ))
    }

    /// That the change has this text, and that no other revision was activated since it was made.
    fn still_stands(&self, change: &Change, bundle: &BundleDigest) -> Checked {
        if change.bundle != *bundle {
            return Err(conflict(
                "its text is not the one that you name",
                "look at it again: it was edited meanwhile",
            ));
        }
        let latest = self.number_of_latest();
        if change.base == latest { Ok(()) } else { Err(stale(change.base, latest)) }
    }

    fn may_freeze(&self, _acting: &Acting<'_>, scope: &Scope) -> Checked {
        let same = |freeze: &&super::Freeze| freeze.holds() && freeze.scope == *scope;
        match self.freezes().find(same) {
            None => Ok(()),
            Some(freeze) => {
                Err(conflict(format!("it is frozen, by `{}`", freeze.id), "it stays frozen"))
            }
        }
    }

    fn may_thaw(&self, acting: &Acting<'_>, id: &FreezeId) -> Checked {
        let found = self.freezes().find(|freeze| freeze.id == *id);
        let freeze = found.ok_or_else(|| {
            let hint = "the list of freezes has their ids";
            Refusal::new(Code::UnknownChange, format!("there is no freeze `{id}`"), hint)
        })?;
        if !freeze.holds() {
            return Err(conflict("it was lifted", "nothing more is needed"));
        }
        if freeze.lifting.iter().any(|(by, _)| by == acting.by) {
            return Err(conflict("you agreed to lift it", "a second officer has to agree, too"));
        }
        Ok(())
    }

    fn number_of_latest(&self) -> u64 {
        self.latest().map_or(0, |latest: &Revision| latest.number)
    }
}

fn put_forward(change: &Change) -> Result<&Proposal, Refusal> {
    change.proposal().ok_or_else(|| {
        let hint = format!("its author, `{}`, has to propose it first", change.author);
        conflict("it is a draft", hint)
    })
}

fn has_passed(acting: &Acting<'_>, change: &Change) -> Checked {
    if acting.passed.is_some_and(|passed| passed.bundle == change.bundle) {
        return Ok(());
    }
    Err(conflict("it has not passed its checks", "validate it, and mend what is found"))
}

fn signed(acting: &Acting<'_>, text: &str, signed: &Signed) -> Checked {
    let Some(key) = acting.officers.key(acting.by) else {
        return Err(signature(
            "the policy in force has no `signing_key` for you",
            "make a key with `tresor policy key`; two other officers put its public half into policies/people.toml",
        ));
    };
    if signed.verifies(text, &key) {
        return Ok(());
    }
    Err(signature(
        "the signature is not one of this statement with your key",
        "sign the text of `statement` byte for byte, with the key whose public half stands in policies/people.toml",
    ))
}

fn unknown_change(id: &ChangeId) -> Refusal {
    let hint = "the list of changes has their ids";
    Refusal::new(Code::UnknownChange, format!("there is no policy change `{id}`"), hint)
}

fn unknown_revision() -> Refusal {
    Refusal::new(Code::UnknownChange, "there is no such revision", "the history has their numbers")
}

fn conflict(detail: impl Into<String>, hint: impl Into<String>) -> Refusal {
    Refusal::new(Code::ChangeConflict, detail, hint)
}

fn signature(detail: impl Into<String>, hint: impl Into<String>) -> Refusal {
    Refusal::new(Code::SignatureInvalid, detail, hint)
}

fn own_change() -> Refusal {
    Refusal::new(
        Code::OwnChange,
        "nobody approves their own change",
        "ask another officer to look at it",
    )
}

fn not_yours(change: &Change, what: &str) -> Refusal {
    Refusal::new(
        Code::OwnChange,
        format!("only its author, `{}`, may {what} it", change.author),
        "ask them, or begin a change of your own",
    )
}

fn stale(base: u64, latest: u64) -> Refusal {
    Refusal::new(
        Code::ChangeStale,
        format!("it was made on revision {base}, and revision {latest} was activated meanwhile"),
        "rebase it, and look at its difference and effect again",
    )
}
