//! An entry as auditors read it.

use serde_json::{Map, Value, json};
use tresor_ledger::{AuditEntry, Opening};

use super::Decision;
use crate::clock::rfc3339;

/// An entry, with the sealed texts that were opened.
pub(crate) fn told(entry: &AuditEntry, openings: &[Opening]) -> Value {
    let opened: Map<String, Value> =
        openings.iter().map(|opening| (opening.field.clone(), json!(opening.text))).collect();
    json!({
        "seq": entry.seq,
        "at": rfc3339(entry.at),
        "kind": entry.kind.as_str(),
        "actor": entry.actor,
        "role": entry.role,
        "project": entry.account,
        "query_id": entry.query_id,
        "body": entry.body,
        "opened": opened,
        "leaf_hash": entry.leaf_hash.to_string(),
    })
}

/// An entry in a list of what was found, with what it decided in one word.
pub(crate) fn listed(entry: &AuditEntry, openings: &[Opening]) -> Value {
    let mut listed = told(entry, openings);
    if let (Some(listed), Some(decision)) = (listed.as_object_mut(), Decision::of(entry)) {
        listed.insert("decision".to_owned(), json!(decision.as_str()));
    }
    listed
}
