//! The officers' desk over the ledger: reads, and acts that are checked, recorded, and only then take effect.

mod acting;
mod difference;
mod drafts;
mod opening;
mod reading;
mod told;
mod what_if;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use time::OffsetDateTime;

use super::board::InForce;
use super::inspection::{Inspection, too_few_officers};
use super::{Caller, Engine};
use crate::desk::{Scope, Signed};
use crate::ids::{BundleDigest, ChangeId, FreezeId};
use crate::policy::{register, register_csv};
use crate::refusal::{Code, Refusal};

pub(super) use opening::open;

/// What an officer or auditor asks of the desk.
#[derive(Debug, Clone)]
pub enum PolicyRequest {
    /// What is in force, and what will be.
    InForce,
    /// Every revision.
    History,
    /// Every change.
    Changes,
    /// One change.
    Change(ChangeId),
    /// The files of a bundle.
    Files(Bundle),
    /// Who may use what under a bundle.
    Matrix(Bundle),
    /// Whether a change passes its checks and tests.
    Validate(ChangeId),
    /// What a change changes, in texts and in access.
    Difference(ChangeId),
    /// What would have become of the last queries.
    WhatIf {
        /// The change.
        change: ChangeId,
        /// How many queries, from the last one back.
        last: u32,
    },
    /// What the author or an approver has to sign.
    Statement {
        /// The change.
        change: ChangeId,
        /// From when on it is to hold; asked of authors.
        effective_at: Option<OffsetDateTime>,
    },
    /// The register of data uses, by the revision in force.
    Register,
    /// The same as one text, CSV.
    RegisterCsv,
    /// Every freeze.
    Freezes,
    /// Begins a change.
    Begin {
        /// What it is called.
        title: String,
        /// Why it is wanted.
        reason: String,
        /// How it differs from the latest revision, or from the one it brings back.
        edit: Edit,
        /// Number of the revision that it brings back.
        reverts: Option<u64>,
    },
    /// Replaces texts of a change.
    Edit {
        /// The change.
        change: ChangeId,
        /// What is replaced.
        edit: Edit,
    },
    /// Puts a change on the latest revision.
    Rebase {
        /// The change.
        change: ChangeId,
        /// The texts of files that were changed on both sides.
        edit: Edit,
    },
    /// Puts a change forward.
    Propose {
        /// The change.
        change: ChangeId,
        /// The bundle that was signed.
        bundle: BundleDigest,
        /// From when on it is to hold.
        effective_at: Option<OffsetDateTime>,
        /// The author's signature.
        signed: Signed,
    },
    /// Agrees to a change.
    Approve {
        /// The change.
        change: ChangeId,
        /// The bundle that was signed.
        bundle: BundleDigest,
        /// The signature.
        signed: Signed,
    },
    /// Makes a change a revision.
    Activate(ChangeId),
    /// Gives a change up.
    Withdraw(ChangeId),
    /// Freezes a person, a project or everything.
    Freeze {
        /// What.
        scope: Scope,
        /// Why.
        reason: String,
    },
    /// Agrees to lift a freeze.
    Thaw(FreezeId),
}

/// A bundle by what it is.
#[derive(Debug, Clone)]
pub enum Bundle {
    /// The one in force.
    InForce,
    /// That of a revision.
    Revision(u64),
    /// That of a change.
    Change(ChangeId),
}

/// How texts of a bundle change.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// New texts, by path below `policies/`.
    pub set: BTreeMap<String, String>,
    /// Files that go.
    pub remove: Vec<String>,
}

impl PolicyRequest {
    /// What a role must be allowed for it.
    const fn needs(&self) -> (&'static str, &'static str) {
        match self {
            Self::InForce
            | Self::History
            | Self::Changes
            | Self::Change(_)
            | Self::Files(_)
            | Self::Matrix(_)
            | Self::Validate(_)
            | Self::Difference(_)
            | Self::Register
            | Self::RegisterCsv => ("policies", "read"),
            Self::WhatIf { .. } | Self::Begin { .. } | Self::Edit { .. } | Self::Rebase { .. } => {
                ("policies", "draft")
            }
            Self::Statement { .. } | Self::Propose { .. } | Self::Withdraw(_) => {
                ("policies", "propose")
            }
            Self::Approve { .. } => ("policies", "approve"),
            Self::Activate(_) => ("policies", "activate"),
            Self::Freezes => ("freezes", "read"),
            Self::Freeze { .. } => ("freezes", "set"),
            Self::Thaw(_) => ("freezes", "lift"),
        }
    }

    /// What it is called in the log.
    const fn name(&self) -> &'static str {
        match self {
            Self::InForce => "policies_in_force",
            Self::History => "policy_history",
            Self::Changes => "policy_changes",
            Self::Change(_) => "policy_change",
            Self::Files(_) => "policy_files",
            Self::Matrix(_) => "access_matrix",
            Self::Validate(_) => "policy_validate",
            Self::Difference(_) => "policy_difference",
            Self::WhatIf { .. } => "policy_what_if",
            Self::Statement { .. } => "policy_statement",
            Self::Register | Self::RegisterCsv => "register",
            Self::Freezes => "freezes",
            Self::Begin { .. } => "policy_begin",
            Self::Edit { .. } => "policy_edit",
            Self::Rebase { .. } => "policy_rebase",
            Self::Propose { .. } => "policy_propose",
            Self::Approve { .. } => "policy_approve",
            Self::Activate(_) => "policy_activate",
            Self::Withdraw(_) => "policy_withdraw",
            Self::Freeze { .. } => "freeze",
            Self::Thaw(_) => "thaw",
        }
    }
}

impl Engine {
    /// Reads or changes policies, for whoever may. What is refused is logged.
    ///
    /// # Errors
    /// [`Code::Forbidden`] unless the caller's role allows it; and what is wrong with the request.
    pub async fn policies(
        self: &Arc<Self>,
        caller: &Caller,
        request: PolicyRequest,
    ) -> Result<Value, Refusal> {
        // In a task of its own: a client that hangs up must not part an entry in the log from its effect.
        let (engine, caller) = (Arc::clone(self), caller.clone());
        let name = request.name();
        let outcome = tokio::spawn(async move {
            let outcome = engine.answered(&caller, request).await;
            engine.logged_act(&caller, name, outcome).await
        });
        outcome.await.unwrap_or_else(|_| Err(Refusal::internal("an act at the desk panicked")))
    }

    /// Whether two officers have a key, so that the policy in force can ever be changed.
    #[must_use]
    pub fn policies_can_change(&self) -> bool {
        self.in_force()
            .is_ok_and(|in_force| too_few_officers(in_force.revision(), in_force.now()).is_none())
    }

    async fn answered(
        self: &Arc<Self>,
        caller: &Caller,
        request: PolicyRequest,
    ) -> Result<Value, Refusal> {
        let in_force = self.in_force()?;
        let (object, action) = request.needs();
        if !in_force.allows(&caller.user, object, action) {
            return Err(forbidden(object, action));
        }
        match request {
            PolicyRequest::InForce => self.tell_in_force().await,
            PolicyRequest::History => Ok(self.tell_history().await),
            PolicyRequest::Changes => Ok(self.tell_changes().await),
            PolicyRequest::Change(id) => self.tell_change(&id).await,
            PolicyRequest::Files(bundle) => self.tell_files(&bundle).await,
            PolicyRequest::Matrix(bundle) => self.tell_matrix(&bundle).await,
            PolicyRequest::Validate(id) => self.validated(&id).await,
            PolicyRequest::Difference(id) => self.difference(&id).await,
            PolicyRequest::WhatIf { change, last } => self.what_if(caller, &change, last).await,
            PolicyRequest::Statement { change, effective_at } => {
                self.tell_statement(caller, &change, effective_at).await
            }
            PolicyRequest::Register => Ok(register(in_force.revision())),
            PolicyRequest::RegisterCsv => Ok(Value::String(register_csv(in_force.revision()))),
            PolicyRequest::Freezes => Ok(self.tell_freezes().await),
            PolicyRequest::Begin { title, reason, edit, reverts } => {
                self.begin(caller, title, reason, edit, reverts).await
            }
            PolicyRequest::Edit { change, edit } => self.edit(caller, &change, edit).await,
            PolicyRequest::Rebase { change, edit } => self.rebase(caller, &change, edit).await,
            PolicyRequest::Propose { change, bundle, effective_at, signed } => {
                self.propose(caller, change, bundle, effective_at, signed).await
            }
            PolicyRequest::Approve { change, bundle, signed } => {
                self.approve(caller, change, bundle, signed).await
            }
            PolicyRequest::Activate(change) => self.activate(caller, change).await,
            PolicyRequest::Withdraw(change) => self.withdraw(caller, change).await,
            PolicyRequest::Freeze { scope, reason } => self.freeze(caller, scope, reason).await,
            PolicyRequest::Thaw(freeze) => self.thaw(caller, freeze).await,
        }
    }

    /// What decides now.
    pub(super) fn in_force(&self) -> Result<InForce, Refusal> {
        self.board.at(self.clock.now())
    }

    fn inspection(&self) -> Inspection {
        Inspection {
            snapshots: Arc::clone(&self.vault.snapshots),
            limits: self.vault.limits.clone(),
            now: self.clock.now(),
        }
    }
}

pub(super) fn forbidden(object: &str, action: &str) -> Refusal {
    Refusal::new(
        Code::Forbidden,
        format!("your role does not give you `{action}` on `{object}`"),
        "the lines outside projects in policies/access/rules.csv say which role does",
    )
}
