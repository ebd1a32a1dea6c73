//! Entries of an invented audit log, as long as those of a real one.

use serde_json::json;
use tresor_ledger::tlog::LogKey;

/// Name of the log.
pub const ORIGIN: &str = "test.example/log";

/// Its key.
///
/// # Panics
/// Never: the name is a good one.
pub fn key() -> LogKey {
    LogKey::new(ORIGIN, &[7; 32]).unwrap()
}

/// The text of an entry: an intent with the facts that the engine writes.
pub fn entry(seq: u64) -> String {
    let digest = format!("{seq:064x}");
    // The map of the library is sorted, and nothing in here needs an escape: the text is canonical.
    json!({
        "account": "heart-study",
        "actor": format!("researcher-{}", seq % 50),
        "at": 1_790_000_000_000_000_u64 + seq * 1_000,
        "body": {
            "commitments": { "conditions": digest, "literals": digest, "sql": digest },
            "cost": 10,
            "details": {
                "columns": ["patients.birth_year", "patients.diagnosis", "patients.sex"],
                "conditions": ["diagnosis = ?", "birth_year between ? and ?"],
                "flags": [],
                "purpose": "incidence of infarction by age",
                "tables": ["patients"],
            },
            "limit": 1_000_000,
            "plan_digest": digest,
            "policy_digest": digest,
            "policy_revision": 7,
            "profile": "standard",
            "snapshots": [digest],
            "spent_after": seq * 10 + 10,
            "spent_before": seq * 10,
            "sql_fingerprint": "select sex, count(*) from patients where diagnosis = ? and birth_year between ? and ? group by sex",
        },
        "kind": "intent",
        "query_id": format!("q_{seq:026}"),
        "role": "researcher",
        "seq": seq,
        "v": 1,
    })
    .to_string()
}
