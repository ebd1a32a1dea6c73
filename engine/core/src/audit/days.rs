//! What happened day by day, in numbers.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::{Date, OffsetDateTime};
use tresor_ledger::AuditEntry;

use super::Decision;

/// Counts of entries by day (UTC).
#[derive(Default)]
pub(crate) struct Days(BTreeMap<Date, Day>);

#[derive(Default)]
struct Day {
    entries: u64,
    kinds: BTreeMap<&'static str, u64>,
    decisions: BTreeMap<&'static str, u64>,
    first: u64,
    last: u64,
}

impl Days {
    /// Counts an entry.
    pub(crate) fn count(&mut self, entry: &AuditEntry) {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(entry.at.0) * 1_000);
        let day = at.map_or(Date::MIN, OffsetDateTime::date);
        let day = self.0.entry(day).or_insert_with(|| Day { first: entry.seq, ..Day::default() });
        day.entries += 1;
        day.first = day.first.min(entry.seq);
        day.last = day.last.max(entry.seq);
        *day.kinds.entry(entry.kind.as_str()).or_default() += 1;
        if let Some(decision) = Decision::of(entry) {
            *day.decisions.entry(decision.as_str()).or_default() += 1;
        }
    }

    /// One object for each day, the earliest first; `who` is what the list of its entries is asked with.
    pub(crate) fn told(&self, who: &str) -> Vec<Value> {
        let told = self.0.iter().map(|(date, day)| {
            let until = date.next_day().map(|next| format!("&until={next}")).unwrap_or_default();
            let from = day.first;
            json!({
                "day": date.to_string(),
                "entries": day.entries,
                "kinds": day.kinds,
                "decisions": day.decisions,
                "first": day.first,
                "last": day.last,
                "list": format!("/api/v1/audit/entries?{who}&since={date}{until}&order=oldest&from={from}"),
            })
        });
        told.collect()
    }
}
