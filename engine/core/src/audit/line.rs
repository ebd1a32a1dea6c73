//! An entry as one line of CSV, for spreadsheets. As JSON Lines an entry leaves as its leaf, byte for byte.

use tresor_ledger::AuditEntry;

use super::{Decision, Facts};
use crate::clock::rfc3339;

const COLUMNS: [&str; 12] = [
    "seq",
    "at",
    "kind",
    "actor",
    "role",
    "project",
    "query_id",
    "decision",
    "code",
    "policy_revision",
    "leaf_hash",
    "body",
];

/// The names of the columns.
pub(crate) fn csv_header() -> String {
    line(COLUMNS.iter().map(|name| (*name).to_owned()))
}

/// One entry; sealed texts are not in it.
pub(crate) fn csv_line(entry: &AuditEntry) -> String {
    let facts = Facts::of(&entry.body);
    let some = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let cells = [
        entry.seq.to_string(),
        rfc3339(entry.at),
        entry.kind.as_str().to_owned(),
        entry.actor.clone(),
        some(entry.role.as_deref()),
        some(entry.account.as_deref()),
        some(entry.query_id.as_deref()),
        some(Decision::of(entry).map(Decision::as_str)),
        some(facts.text("/code").or_else(|| facts.text("/class"))),
        facts.revision().map_or_else(String::new, |revision| revision.to_string()),
        entry.leaf_hash.to_string(),
        entry.body.to_string(),
    ];
    line(cells.into_iter())
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A value in quotes where it needs them. What a spreadsheet would run as a formula is kept a text.
fn quoted(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{value}") } else { value.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}
