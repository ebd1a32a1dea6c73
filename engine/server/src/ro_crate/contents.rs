//! The files of a crate beside its own description.

use serde_json::{Value, json};

use super::{Files, Release, Unwritable, pretty, workflow};

/// The stored answer.
pub(super) const ANSWER_JSON: &str = "outputs/answer.json";
/// The answer for spreadsheets.
pub(super) const ANSWER_CSV: &str = "outputs/answer.csv";
/// The rules that were applied, and what they did.
pub(super) const CRITERIA: &str = "criteria.json";
/// Which policy was in force.
pub(super) const POLICY: &str = "policy.json";
/// The proof that the release is in the log.
pub(super) const RECEIPT: &str = "receipt.json";

/// Every file but the description of the crate.
pub(super) fn of(release: &Release) -> Result<Files, Unwritable> {
    let mut files = Files::new();
    let mut add = |path: &str, bytes| files.insert(path.to_owned(), bytes);
    for (path, answer) in [(ANSWER_JSON, &release.json), (ANSWER_CSV, &release.csv)] {
        if let Some(bytes) = answer {
            add(path, bytes.clone());
        }
    }
    add(CRITERIA, pretty(&criteria(release))?);
    add(POLICY, pretty(&policy(release))?);
    add(RECEIPT, release.receipt.clone());
    add(workflow::QUERY, query(release).into_bytes());
    add(workflow::METADATA, pretty(&workflow::metadata(release))?);
    Ok(files)
}

/// The record of criteria with what it led to, value by value where the answer itself may leave as JSON.
fn criteria(release: &Release) -> Value {
    let about = &release.record.about;
    let whole = release.json.as_deref().map(serde_json::from_slice::<Value>);
    let whole = whole.and_then(Result::ok).unwrap_or_default();
    json!({
        "query": release.record.query,
        "criteria": about.pointer("/release/criteria"),
        "summary": about.get("summary"),
        "notes": about.get("notes"),
        "truncated": about.get("truncated"),
        "schema": about.get("schema"),
        "cell_status": whole.get("cell_status"),
        "intervals": whole.get("intervals"),
    })
}

fn policy(release: &Release) -> Value {
    let made = |path: &str| release.record.about.pointer(&format!("/release/{path}"));
    json!({
        "revision": made("policy_revision"),
        "digest": made("policy_digest"),
        "profile": made("criteria/profile"),
        "snapshots": made("snapshots"),
    })
}

fn query(release: &Release) -> String {
    let record = &release.record;
    match &record.sql {
        Some(sql) if sql.ends_with('\n') => sql.clone(),
        Some(sql) => format!("{sql}\n"),
        None => format!("-- the text was erased; this is its shape\n{}\n", record.fingerprint),
    }
}
