//! Which extracts can be queried, as the log says it: what is new since the last start, and what is gone.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, LedgerError, NewEntry};

use super::Engine;
use crate::clock::moment;
use crate::extract::Snapshot;

/// Entries read at a time.
const PAGE: u32 = 500;
const KINDS: [Kind; 2] = [Kind::ExtractRegistered, Kind::ExtractWithdrawn];

impl Engine {
    /// Holds the snapshots that are served against the last entries about them, and records every difference: what is gone
    /// first, so that of two snapshots of one dataset the last entry is about the one that is served.
    pub(super) async fn record_extracts(&self) -> Result<(), LedgerError> {
        let mut registered = self.registered().await?;
        let mut new = vec![];
        for snapshot in self.vault.snapshots.iter() {
            if registered.remove(snapshot.id().as_str()).is_none() {
                new.push(registration(snapshot));
            }
        }
        for body in registered.into_values() {
            self.record_extract(Kind::ExtractWithdrawn, body).await?;
        }
        for body in new {
            self.record_extract(Kind::ExtractRegistered, body).await?;
        }
        Ok(())
    }

    /// What was registered and not withdrawn, by snapshot.
    async fn registered(&self) -> Result<BTreeMap<String, Value>, LedgerError> {
        let (mut standing, mut from) = (BTreeMap::new(), 0);
        loop {
            let entries = self.vault.ledger.entries_of(&KINDS, from, PAGE).await?;
            let Some(last) = entries.last() else { return Ok(standing) };
            from = last.seq.saturating_add(1);
            for entry in &entries {
                let (snapshot, dataset) = (text(entry, "snapshot"), text(entry, "dataset"));
                match entry.kind {
                    Kind::ExtractRegistered => {
                        let body = json!({ "snapshot": snapshot, "dataset": dataset });
                        standing.insert(snapshot.to_owned(), body);
                    }
                    _ => drop(standing.remove(snapshot)),
                }
            }
        }
    }

    async fn record_extract(&self, kind: Kind, mut body: Value) -> Result<(), LedgerError> {
        let mut entry = NewEntry::new(kind, "system", moment(self.clock.as_ref()));
        if let Some(body) = body.as_object_mut() {
            body.insert("policy_revision".to_owned(), json!(self.revision_number()));
        }
        entry.body = body;
        self.vault.ledger.record(entry).await.map(|_| ())
    }
}

fn text<'a>(entry: &'a AuditEntry, field: &str) -> &'a str {
    entry.body.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// What the manifest says. Its digest is the name of the snapshot.
fn registration(snapshot: &Snapshot) -> Value {
    let contract = snapshot.contract();
    let rows = contract.tables.iter().filter_map(|table| {
        let name = table.name.as_str();
        Some((name.to_owned(), json!(snapshot.rows(name)?)))
    });
    json!({
        "snapshot": snapshot.id().as_str(),
        "manifest_digest": snapshot.id().as_str(),
        "contract_digest": snapshot.contract_digest(),
        "dataset": contract.dataset.as_str(),
        "universe": contract.universe,
        "persons": snapshot.persons(),
        "rows": rows.collect::<serde_json::Map<_, _>>(),
    })
}
