//! The text of an answer as it is stored, and what the log keeps of it.

use serde_json::{Value, json};
use tresor_disclosure::profile::HiddenAs;
use tresor_ledger::IntentReceipt;

use super::Written;
use crate::guard::Guarded;
use crate::guard::explain::Reader;
use crate::ids::{QueryId, SnapshotId};
use crate::vault::metering::Gauge;

/// The answer, to be stored and served.
pub(in crate::vault) fn body(
    guarded: &Guarded,
    receipt: &IntentReceipt,
    id: &QueryId,
    written: Written,
    gauges: &[Gauge],
) -> Vec<u8> {
    let summary = written.tally.public(written.rows.len());
    let parts = [
        ("id", json!(id.as_str())),
        ("state", json!("succeeded")),
        ("schema", written.schema),
        ("rows", Value::Array(written.rows)),
        ("cell_status", Value::Array(written.cell_status)),
        ("intervals", Value::Array(written.intervals)),
        ("summary", summary),
        ("notes", written.notes),
        ("truncated", json!(written.truncated)),
        ("release", release(guarded, receipt, id, gauges)),
    ];
    readable(&parts).into_bytes()
}

/// What the log says openly of an answer beside its digest. Its author reads that in a receipt: nothing that the answer
/// itself does not say.
pub(in crate::vault) fn outcome_summary(written: &Written) -> Value {
    json!({
        "rows": written.rows.len(),
        "truncated": written.truncated,
        "values": written.tally.values(),
        "withheld": written.tally.withheld(),
    })
}

/// What only auditors read: true reasons, what the finishing plan left out, and every criterion with all of its parameters.
pub(in crate::vault) fn outcome_details(
    guarded: &Guarded,
    written: &Written,
    low_effect: Value,
) -> Value {
    json!({
        "answer": { "by_reason": written.tally.by_reason() },
        "protected_tables": written.tables,
        "criteria": guarded.criteria(Reader::Auditor),
        "low_effect": low_effect,
    })
}

fn release(guarded: &Guarded, receipt: &IntentReceipt, id: &QueryId, gauges: &[Gauge]) -> Value {
    let limit = guarded.grant.budget_points;
    json!({
        "id": id.as_str(),
        "policy_revision": guarded.grant.policy_revision,
        "policy_digest": guarded.grant.policy_digest,
        "profile": guarded.grant.profile.id,
        "snapshots": guarded.snapshots.iter().map(SnapshotId::as_str).collect::<Vec<_>>(),
        "query_fingerprint": guarded.text.fingerprint(),
        "budget": {
            "cost": guarded.cost(),
            "spent": receipt.spent(),
            "remaining": limit.saturating_sub(receipt.spent()),
        },
        "audit": {
            "seq": receipt.entry().seq(),
            "leaf_hash": receipt.entry().leaf_hash().to_string(),
        },
        "exposure": gauges.iter().map(Gauge::told).collect::<Vec<_>>(),
        "forms": forms(guarded),
        "criteria": guarded.criteria(Reader::Researcher),
    })
}

/// In which forms it may leave. Part of the answer, so that a later profile does not change an earlier release.
fn forms(guarded: &Guarded) -> Value {
    let profile = &guarded.grant.profile;
    let hidden = match profile.hidden.sign {
        HiddenAs::Text => Some(profile.hidden.text.as_str()),
        // A 0 that stands for a withheld value is never written.
        HiddenAs::Null | HiddenAs::Zero => None,
    };
    json!({
        "allowed": profile.release.formats,
        "max_bytes": profile.release.max_bytes,
        "hidden_text": hidden,
    })
}

/// JSON that people can read in a terminal: one line per part, lists with one line per element.
fn readable(parts: &[(&str, Value)]) -> String {
    let written: Vec<String> = parts
        .iter()
        .map(|(name, value)| match value.as_array() {
            Some(elements) if !elements.is_empty() => {
                let lines: Vec<String> = elements.iter().map(|e| format!("    {e}")).collect();
                format!("  \"{name}\": [\n{}\n  ]", lines.join(",\n"))
            }
            _ => format!("  \"{name}\": {value}"),
        })
        .collect();
    format!("{{\n{}\n}}\n", written.join(",\n"))
}
