//! Acts at the desk: checked, recorded, and only then in effect.

use serde_json::{Value, json};
use time::OffsetDateTime;
use tresor_ledger::NewEntry;

use super::reading::{invalid, listing, no_change};
use super::told;
use crate::clock::moment_of;
use crate::desk::{Act, Acting, Activate, Approve, Change, Passed, Propose, Scope, Signed};
use crate::engine::board::Scheduled;
use crate::engine::inspection::{TestOutcome, too_few_officers};
use crate::engine::{Caller, Engine};
use crate::ids::{BundleDigest, ChangeId, FreezeId};
use crate::policy::PolicyRevision;
use crate::refusal::{Code, Finding, Refusal};
use crate::vault::unavailable;

/// A bundle that was inspected.
struct Inspected {
    revision: PolicyRevision,
    tests: Vec<TestOutcome>,
    findings: Vec<Finding>,
}

impl Engine {
    pub(super) async fn validated(&self, id: &ChangeId) -> Result<Value, Refusal> {
        let change = self.desk.lock().await.change(id).cloned().ok_or_else(|| no_change(id))?;
        let (tests, findings) = match self.inspected(&change.bundle).await {
            Ok(inspected) => (inspected.tests, inspected.findings),
            Err(refusal) if refusal.code() == Code::PolicyInvalid => {
                (vec![], refusal.findings().to_vec())
            }
            Err(refusal) => return Err(refusal),
        };
        Ok(json!({
            "change": id.as_str(),
            "bundle": change.bundle.as_str(),
            "valid": findings.is_empty(),
            "errors": findings,
            "tests": tests,
        }))
    }

    pub(super) async fn propose(
        &self,
        caller: &Caller,
        id: ChangeId,
        bundle: BundleDigest,
        effective_at: Option<OffsetDateTime>,
        signed: Signed,
    ) -> Result<Value, Refusal> {
        let change = self.desk.lock().await.open_change(&id)?.clone();
        let (_, passed) = self.passed(&change.bundle).await?;
        let effective_at = effective_at.map(|at| moment_of(at).0);
        let act = Propose { change: id.clone(), bundle, base: change.base, effective_at, signed };
        self.take(caller, Act::Propose(act), None, Some(&passed)).await?;
        self.tell_change(&id).await
    }

    pub(super) async fn approve(
        &self,
        caller: &Caller,
        id: ChangeId,
        bundle: BundleDigest,
        signed: Signed,
    ) -> Result<Value, Refusal> {
        let act = Act::Approve(Approve { change: id.clone(), bundle, signed });
        self.take(caller, act, None, None).await?;
        self.tell_change(&id).await
    }

    pub(super) async fn activate(&self, caller: &Caller, id: ChangeId) -> Result<Value, Refusal> {
        let change = self.desk.lock().await.open_change(&id)?.clone();
        let (revision, passed) = self.passed(&change.bundle).await?;
        let number = self.make_revision(caller, &change, revision, &passed).await?;
        let desk = self.desk.lock().await;
        let made = desk.revision(number).ok_or_else(|| no_change(&id))?;
        Ok(told::revision(made, &desk, self.moment()))
    }

    async fn make_revision(
        &self,
        caller: &Caller,
        change: &Change,
        revision: PolicyRevision,
        passed: &Passed,
    ) -> Result<u64, Refusal> {
        let mut desk = self.desk.lock().await;
        let (in_force, now) = (self.in_force()?, self.moment());
        let proposal = desk.open_change(&change.id)?.proposal();
        let effective_at = proposal.map_or(now, |proposal| desk.effect_of(proposal, now));
        let number = desk.latest().map_or(1, |latest| latest.number.saturating_add(1));
        let act = Act::Activate(Activate {
            change: Some(change.id.clone()),
            revision: number,
            bundle: change.bundle.clone(),
            effective_at: effective_at.0,
        });
        let acting = Acting { by: &caller.user, now, officers: &in_force, passed: Some(passed) };
        desk.check(&acting, &act)?;
        let next = self.recorded(&desk, &acting, act, None).await?;
        *desk = next;
        let revision = std::sync::Arc::new(revision.numbered(number));
        let granted = std::sync::Arc::clone(&revision);
        self.board.activated(Scheduled { effective_at, revision })?;
        let recorded = self.record_grants(&granted, effective_at, caller.user.as_str()).await;
        recorded.map_err(|error| unavailable(&error))?;
        Ok(number)
    }

    pub(super) async fn withdraw(&self, caller: &Caller, id: ChangeId) -> Result<Value, Refusal> {
        self.take(caller, Act::Withdraw { change: id.clone() }, None, None).await?;
        self.tell_change(&id).await
    }

    pub(super) async fn freeze(
        &self,
        caller: &Caller,
        scope: Scope,
        reason: String,
    ) -> Result<Value, Refusal> {
        self.known_scope(&scope)?;
        if reason.trim().is_empty() || reason.chars().count() > 1_000 {
            return Err(Refusal::new(
                Code::PolicyInvalid,
                "a freeze needs a reason of 1 to 1000 characters",
                "say in `reason` why",
            ));
        }
        let id = FreezeId::new(format!("f_{}", self.random_name()?))
            .map_err(|error| Refusal::internal(error.to_string()))?;
        self.take(caller, Act::Freeze { freeze: id.clone(), scope, reason }, None, None).await?;
        self.tell_freeze(&id).await
    }

    pub(super) async fn thaw(&self, caller: &Caller, id: FreezeId) -> Result<Value, Refusal> {
        self.take(caller, Act::Thaw { freeze: id.clone() }, None, None).await?;
        self.tell_freeze(&id).await
    }

    async fn tell_freeze(&self, id: &FreezeId) -> Result<Value, Refusal> {
        let desk = self.desk.lock().await;
        let found = desk.freezes().find(|freeze| freeze.id == *id).map(told::freeze);
        found.ok_or_else(|| Refusal::internal("a freeze that was set is not there"))
    }

    /// A misspelt name would freeze nobody.
    fn known_scope(&self, scope: &Scope) -> Result<(), Refusal> {
        let in_force = self.in_force()?;
        let unknown = match scope {
            Scope::Everything => return Ok(()),
            Scope::Project(id) if in_force.revision().project(id).is_none() => id.as_str(),
            Scope::Person(user) if in_force.revision().person(user).is_none() => user.as_str(),
            Scope::Project(_) | Scope::Person(_) => return Ok(()),
        };
        Err(Refusal::new(
            Code::PolicyInvalid,
            format!("the policy in force knows no `{unknown}`"),
            "use the id as it stands in policies/people.toml or the name of a file in policies/projects",
        ))
    }

    /// Checks an act and records it; then it is in effect.
    pub(super) async fn take(
        &self,
        caller: &Caller,
        act: Act,
        document: Option<Vec<u8>>,
        passed: Option<&Passed>,
    ) -> Result<(), Refusal> {
        let mut desk = self.desk.lock().await;
        let in_force = self.in_force()?;
        let acting = Acting { by: &caller.user, now: self.moment(), officers: &in_force, passed };
        desk.check(&acting, &act)?;
        let freezes = matches!(act, Act::Freeze { .. } | Act::Thaw { .. });
        *desk = self.recorded(&desk, &acting, act, document).await?;
        if freezes { self.board.follow_freezes(&desk) } else { Ok(()) }
    }

    /// Makes the act durable and gives the desk that follows from it.
    async fn recorded(
        &self,
        desk: &crate::desk::Desk,
        acting: &Acting<'_>,
        act: Act,
        document: Option<Vec<u8>>,
    ) -> Result<crate::desk::Desk, Refusal> {
        let mut entry = NewEntry::new(act.kind(), acting.by.as_str(), acting.now);
        entry.role = Some("officer".to_owned());
        entry.body =
            serde_json::to_value(&act).map_err(|error| Refusal::internal(error.to_string()))?;
        let mut next = desk.clone();
        next.apply(acting.by, acting.now, act)
            .map_err(|unfitting| Refusal::internal(unfitting.to_string()))?;
        let recorded = match document {
            Some(bytes) => self.vault.ledger.record_document(entry, bytes).await,
            None => self.vault.ledger.record(entry).await,
        };
        recorded.map(|_| next).map_err(|error| unavailable(&error))
    }

    /// A bundle without a single finding.
    async fn passed(&self, bundle: &BundleDigest) -> Result<(PolicyRevision, Passed), Refusal> {
        let Inspected { revision, findings, .. } = self.inspected(bundle).await?;
        if findings.is_empty() {
            return Ok((revision, Passed::all_checks(bundle.clone())));
        }
        Err(listing(findings))
    }

    /// Everything that can be said of a bundle.
    async fn inspected(&self, bundle: &BundleDigest) -> Result<Inspected, Refusal> {
        let files = self.files_of(bundle).await?;
        let revision = PolicyRevision::from_files(&files).await.map_err(|e| invalid(&e))?;
        let inspection = self.inspection();
        let inspected = self.runtime.blocking(move || {
            let (mut findings, tests) = inspection.all(&revision);
            findings.extend(too_few_officers(&revision, inspection.now));
            Inspected { revision, tests, findings }
        });
        inspected.await.map_err(Refusal::internal)
    }
}
