//! Sealed texts that should never have been sent, erased by an officer with a reason.
//!
//! The entry, its number and its commitments stay: everything that could be proven of the log before can be proven after.

use serde_json::{Value, json};
use tresor_ledger::Erasure;

use super::policies::forbidden;
use super::{Caller, Engine};
use crate::clock::moment;
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

/// The only texts that can be erased: what somebody sent, and what we said of it.
const ERASABLE: [&str; 8] = [
    "cause",
    "client_address",
    "conditions",
    "detail",
    "literals",
    "sql",
    "to_author",
    "to_checkers",
];
const REASON_MAX: usize = 1_000;

impl Engine {
    pub(super) async fn erase(
        &self,
        caller: &Caller,
        entry: u64,
        fields: Vec<String>,
        reason: String,
    ) -> Result<Value, Refusal> {
        let in_force = self.in_force()?;
        if !in_force.allows(&caller.user, "audit-log", "erase") {
            return Err(forbidden("audit-log", "erase"));
        }
        let known = fields.iter().all(|field| ERASABLE.contains(&field.as_str()));
        let worded = !reason.trim().is_empty() && reason.chars().count() <= REASON_MAX;
        if fields.is_empty() || !known || !worded {
            return Err(does_not_fit());
        }
        let erasure = Erasure {
            seq: entry,
            fields: fields.clone(),
            by: caller.user.to_string(),
            role: in_force.role(&caller.user),
            reason,
            policy_revision: Some(in_force.revision().number()),
            at: moment(self.clock.as_ref()),
        };
        let erased = self.vault.ledger.erase_openings(erasure).await;
        let receipt = erased.map_err(|error| unavailable(&error))?.ok_or_else(unknown_entry)?;
        Ok(json!({ "entry": entry, "fields": fields, "recorded_as": receipt.seq() }))
    }
}

fn does_not_fit() -> Refusal {
    Refusal::new(
        Code::PolicyInvalid,
        "an erasure names one or more sealed texts, and a reason of 1 to 1000 characters",
        format!(
            "name in `fields` one or more of {}",
            ERASABLE.map(|field| format!("`{field}`")).join(", ")
        ),
    )
}

fn unknown_entry() -> Refusal {
    Refusal::new(
        Code::UnknownEntry,
        "there is no entry with this number that has all of these texts",
        "GET /api/v1/audit/flags gives the numbers of flagged entries; what was erased before is gone",
    )
}
