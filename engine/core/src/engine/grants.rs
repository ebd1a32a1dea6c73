//! What each project may spend in all, as the log says it: an entry for every difference that a policy revision makes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tresor_ledger::{Kind, LedgerError, MAX_AMOUNT, Moment, NewEntry};

use super::Engine;
use super::board::Scheduled;
use crate::clock::moment;
use crate::policy::PolicyRevision;

/// Entries read at a time.
const PAGE: u32 = 500;

impl Engine {
    /// Records how the limits of a revision differ from those that were granted last. Catches up as well: what could not be
    /// recorded when the revision was activated is recorded at the next start.
    pub(super) async fn record_grants(
        &self,
        revision: &PolicyRevision,
        effective_at: Moment,
        actor: &str,
    ) -> Result<(), LedgerError> {
        let activation = self.vault.ledger.latest_of(&[Kind::PolicyActivation], 1).await?;
        let activation = activation.first().map(|entry| entry.seq);
        for (project, from, to) in differences(self.granted().await?, revision) {
            let mut entry = NewEntry::new(Kind::BudgetGrant, actor, moment(self.clock.as_ref()));
            entry.account = Some(project.clone());
            entry.body = json!({
                "project": project,
                "from": from,
                "to": to,
                "policy_revision": revision.number(),
                "effective_at": effective_at.0,
                "activation": activation,
            });
            self.vault.ledger.record(entry).await?;
        }
        Ok(())
    }

    /// The same for the latest revision, when the engine starts.
    pub(super) async fn record_latest_grants(&self) -> Result<(), LedgerError> {
        match self.board.latest() {
            Some(Scheduled { effective_at, revision }) => {
                self.record_grants(&revision, effective_at, "system").await
            }
            None => Ok(()),
        }
    }

    /// What was granted last, by project.
    async fn granted(&self) -> Result<BTreeMap<String, u64>, LedgerError> {
        let (mut granted, mut from) = (BTreeMap::new(), 0);
        loop {
            let entries = self.vault.ledger.entries_of(&[Kind::BudgetGrant], from, PAGE).await?;
            let Some(last) = entries.last() else { return Ok(granted) };
            from = last.seq.saturating_add(1);
            for entry in &entries {
                let to = entry.body.get("to").and_then(Value::as_u64);
                if let (Some(project), Some(to)) = (&entry.account, to) {
                    granted.insert(project.clone(), to);
                }
            }
        }
    }
}

/// Project, from and to. A project that is gone may spend nothing.
fn differences(
    mut granted: BTreeMap<String, u64>,
    revision: &PolicyRevision,
) -> Vec<(String, u64, u64)> {
    let mut all = vec![];
    for project in revision.projects() {
        let (id, to) = (project.id.to_string(), project.budget_points.min(MAX_AMOUNT));
        let from = granted.remove(&id).unwrap_or(0);
        all.push((id, from, to));
    }
    all.extend(granted.into_iter().map(|(id, from)| (id, from, 0)));
    all.retain(|(_, from, to)| from != to);
    all
}
