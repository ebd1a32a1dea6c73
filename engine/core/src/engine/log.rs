//! What the engine writes into the audit log, and how the auditor reads it.

use serde_json::{Value, json};
use tresor_ledger::{Kind, LedgerError, NewEntry, Sealed};

use super::auditing::not_an_auditor;
use super::{Caller, Engine, Program, QueryRequest, seen_by};
use crate::audit::told;
use crate::clock::moment;
use crate::refusal::Refusal;
use crate::sql::Facts;
use crate::vault::unavailable;

impl Engine {
    /// The audit log, oldest first, from entry `from`, at most `limit` entries; with the sealed texts for those who may
    /// open them. The reading itself is logged.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Forbidden`] unless the caller is an auditor.
    pub async fn audit(&self, caller: &Caller, from: u64, limit: u32) -> Result<Value, Refusal> {
        let from = from.min(tresor_ledger::MAX_AMOUNT);
        let in_force = self.in_force()?;
        if !in_force.allows(&caller.user, "audit-log", "read") {
            return Err(not_an_auditor());
        }
        let mut reading =
            NewEntry::new(Kind::LogRead, caller.user.as_str(), moment(self.clock.as_ref()));
        reading.role = Some("auditor".to_owned());
        let opens = in_force.allows(&caller.user, "audit-log", "open");
        reading.body = json!({
            "from": from,
            "limit": limit,
            "openings": opens,
            "policy_revision": in_force.revision().number(),
        });
        self.vault.ledger.record(reading).await.map_err(|error| unavailable(&error))?;
        let entries = self.vault.ledger.entries(from, limit).await.map_err(|e| unavailable(&e))?;
        let mut shown = vec![];
        for entry in &entries {
            let openings = match opens {
                true => self.openings_of(entry).await?,
                false => vec![],
            };
            shown.push(told(entry, &openings));
        }
        let next = entries.last().map(|entry| entry.seq + 1);
        Ok(json!({ "entries": shown, "next": next }))
    }

    /// Logs a refusal before it is told: an unrecorded refusal is not told (CHARGE-FIRST, FAIL-CLOSED).
    pub(super) async fn logged<T>(
        &self,
        caller: &Caller,
        request: &QueryRequest,
        check: bool,
        outcome: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let Err(refusal) = outcome else { return outcome };
        let mut entry =
            NewEntry::new(Kind::Refusal, caller.user.as_str(), moment(self.clock.as_ref()));
        // Only a project that the caller is in: the log must not be a way to fill accounts.
        let in_force = self.in_force()?;
        let revision = in_force.revision();
        let mut seen = None;
        if let Ok(membership) = revision.enter(&caller.user, &request.project, in_force.now()) {
            entry.account = Some(request.project.to_string());
            entry.role = Some(membership.role().to_owned());
            seen = Some(seen_by(&membership, &self.vault.snapshots));
        }
        let facts = Facts::of_text(&request.sql, seen.as_ref(), &self.vault.limits);
        entry.body = json!({
            "code": refusal.code().as_str(),
            "rule": refusal.rule(),
            "check_only": check,
            "details": { "flags": facts.flag_names() },
            "policy_revision": revision.number(),
            "policy_digest": revision.digest(),
        });
        entry.sealed.push(Sealed::new("sql", request.sql.as_str()));
        entry.sealed.extend(facts.to_seal().map(|(field, text)| Sealed::new(field, text)));
        Err(self.recorded_refusal(entry, refusal).await)
    }

    /// The same for what is refused at the officers' desk or in a review.
    pub(super) async fn logged_act<T>(
        &self,
        caller: &Caller,
        act: &str,
        outcome: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let Err(refusal) = outcome else { return outcome };
        let mut entry =
            NewEntry::new(Kind::Refusal, caller.user.as_str(), moment(self.clock.as_ref()));
        entry.body = json!({
            "code": refusal.code().as_str(),
            "act": act,
            "policy_revision": self.revision_number(),
        });
        Err(self.recorded_refusal(entry, refusal).await)
    }

    /// The refusal, once it stands in the log; else that nothing can be recorded.
    async fn recorded_refusal(&self, mut entry: NewEntry, refusal: Refusal) -> Refusal {
        entry.sealed.push(Sealed::new("detail", refusal.detail()));
        if let Some(cause) = refusal.cause() {
            entry.sealed.push(Sealed::new("cause", cause.open_for_audit()));
        }
        // A ledger keeps no character of number 0: what was refused for it is logged with its sign instead.
        for sealed in &mut entry.sealed {
            sealed.text = sealed.text.replace('\0', "\u{2400}");
        }
        let recorded = self.vault.ledger.record(entry).await;
        recorded.map_or_else(|error| unavailable(&error), |_| refusal)
    }

    pub(super) async fn record_start(
        &self,
        forfeited: u64,
        program: &Program,
    ) -> Result<(), LedgerError> {
        let mut entry = NewEntry::new(Kind::Start, "system", moment(self.clock.as_ref()));
        let snapshots: Vec<&str> =
            self.vault.snapshots.iter().map(|snapshot| snapshot.id().as_str()).collect();
        let in_force = self.in_force().ok();
        let revision = in_force.as_ref().map(|in_force| in_force.revision());
        entry.body = json!({
            "policy_revision": revision.map(|revision| revision.number()),
            "policy_digest": revision.map(|revision| revision.digest()),
            "snapshots": snapshots,
            "forfeited": forfeited,
            "binary_digest": program.binary_digest,
            "configuration_digest": program.configuration_digest,
            "version": env!("CARGO_PKG_VERSION"),
        });
        self.vault.ledger.record(entry).await.map(|_| ())
    }

    pub(super) async fn record_stop(&self) {
        let mut entry = NewEntry::new(Kind::Stop, "system", moment(self.clock.as_ref()));
        entry.body = json!({
            "failures_since_sign_in_failed": self.sign_ins.untold_failures().await,
            "policy_revision": self.revision_number(),
        });
        // A stop that cannot be recorded is a stop all the same: the next start tells.
        let _ = self.vault.ledger.record(entry).await;
    }
}
