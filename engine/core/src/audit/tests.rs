mod comparing;
mod searching;
mod summing;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, LeafHash, Moment, Opening};

/// An entry of a small log that nobody wrote.
pub(super) fn entry(seq: u64, kind: Kind, actor: &str, body: Value) -> AuditEntry {
    let mut entry = AuditEntry {
        seq,
        at: at(seq),
        kind,
        actor: actor.to_owned(),
        role: None,
        account: None,
        query_id: None,
        body,
        leaf_hash: LeafHash([0; 32]),
    };
    entry.leaf_hash = LeafHash::of(entry.leaf_data().unwrap().as_bytes());
    entry
}

/// An hour later for each entry, from midnight on 1 January 2026.
fn at(seq: u64) -> Moment {
    Moment((1_767_225_600 + 3_600 * i64::try_from(seq).unwrap()) * 1_000_000)
}

/// An intent of a query whose number is that of its entry.
pub(super) fn intent(seq: u64, actor: &str, fingerprint: &str, conditions: &[&str]) -> AuditEntry {
    let columns = ["clinic.people.region:group", "clinic.people.hiv:filter"];
    let body = json!({
        "sql_fingerprint": fingerprint,
        "details": {
            "columns": columns,
            "tables": ["clinic.people"],
            "conditions": conditions,
            "rules": ["rules.csv:7"],
            "flags": ["postcode"],
            "policy_revision": 3,
        },
    });
    AuditEntry {
        account: Some("heart".to_owned()),
        query_id: Some(format!("q_{seq}")),
        ..entry(seq, Kind::Intent, actor, body)
    }
}

fn opening(seq: u64, field: &str, text: &str) -> Opening {
    Opening { seq, field: field.to_owned(), salt: [7; 32], text: text.to_owned() }
}
