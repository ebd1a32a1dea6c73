//! Queries whose text seems to hold the identifier of a person, for officers: who, when and what it looks like, never the
//! text.

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, NewEntry};

use super::policies::forbidden;
use super::{Caller, Engine};
use crate::clock::{moment, rfc3339};
use crate::refusal::Refusal;
use crate::vault::unavailable;

/// Entries read at a time, and how often for one request.
const PAGE: u32 = 500;
const PAGES_MAX: usize = 40;
/// Most entries that one request tells.
const TOLD_MAX: usize = 200;
const KINDS: [Kind; 2] = [Kind::Intent, Kind::Refusal];

impl Engine {
    /// Flagged queries and refusals from entry `from` on, oldest first, and where to go on. The reading is logged.
    pub(super) async fn flagged(&self, caller: &Caller, from: u64) -> Result<Value, Refusal> {
        let in_force = self.in_force()?;
        let may = |action| in_force.allows(&caller.user, "audit-log", action);
        if !may("flags") && !may("read") {
            return Err(forbidden("audit-log", "flags"));
        }
        let now = moment(self.clock.as_ref());
        let mut reading = NewEntry::new(Kind::LogRead, caller.user.as_str(), now);
        reading.role = in_force.role(&caller.user);
        reading.body = json!({
            "what": "flags",
            "from": from,
            "openings": false,
            "policy_revision": in_force.revision().number(),
        });
        self.vault.ledger.record(reading).await.map_err(|error| unavailable(&error))?;
        let (mut told, mut next) = (vec![], from);
        for _ in 0..PAGES_MAX {
            let entries = self.vault.ledger.entries_of(&KINDS, next, PAGE).await;
            let entries = entries.map_err(|error| unavailable(&error))?;
            if entries.is_empty() {
                return Ok(json!({ "flagged": told, "next": null }));
            }
            for entry in &entries {
                next = entry.seq.saturating_add(1);
                told.extend(one(entry));
                if told.len() == TOLD_MAX {
                    return Ok(json!({ "flagged": told, "next": next }));
                }
            }
        }
        Ok(json!({ "flagged": told, "next": next }))
    }
}

fn one(entry: &AuditEntry) -> Option<Value> {
    let flags = entry.body.get("details")?.get("flags")?;
    if flags.as_array()?.is_empty() {
        return None;
    }
    Some(json!({
        "entry": entry.seq,
        "at": rfc3339(entry.at),
        "kind": entry.kind.as_str(),
        "user": entry.actor,
        "project": entry.account,
        "query_id": entry.query_id,
        "flags": flags,
        "code": entry.body.get("code"),
    }))
}
