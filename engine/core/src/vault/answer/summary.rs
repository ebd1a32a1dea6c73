//! What was hidden and why, in numbers.
//!
//! A reader is told what could be counted from the answer itself: values by the sentence that stands with them. True
//! reasons, and what a HAVING left out, are for auditors.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Statuses;
use crate::vault::mark::Mark;
use crate::vault::protect::Status;

/// Counts over the values of measures that are in an answer.
#[derive(Default)]
pub(super) struct Tally {
    values: usize,
    shown: usize,
    withheld: usize,
    public: BTreeMap<(Mark, String), usize>,
    secret: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Counts a value that has its number.
    pub(super) const fn shown(&mut self) {
        self.values += 1;
        self.shown += 1;
    }

    /// Counts a value with a mark of its own. `reason` is the true one, if a rule withheld it.
    pub(super) fn marked(
        &mut self,
        mark: Mark,
        why: &str,
        reason: Option<&'static str>,
        number: bool,
    ) {
        self.values += 1;
        self.shown += usize::from(number && mark != Mark::Withheld);
        self.withheld += usize::from(mark == Mark::Withheld);
        *self.public.entry((mark, why.to_owned())).or_default() += 1;
        if let Some(reason) = reason {
            *self.secret.entry(reason).or_default() += 1;
        }
    }

    /// For the reader of the answer.
    pub(super) fn public(&self, rows: usize) -> Value {
        let reasons = self
            .public
            .iter()
            .map(|((mark, why), values)| json!({ "code": mark, "reason": why, "values": values }));
        json!({
            "rows": rows,
            "values": self.values,
            "shown": self.shown,
            "withheld": self.withheld,
            "without_value": self.values - self.shown - self.withheld,
            "reasons": reasons.collect::<Vec<_>>(),
        })
    }

    /// Values of measures in the answer.
    pub(super) const fn values(&self) -> usize {
        self.values
    }

    /// Those that are withheld.
    pub(super) const fn withheld(&self) -> usize {
        self.withheld
    }

    /// For auditors: how many values were withheld, by true reason.
    pub(super) fn by_reason(&self) -> Value {
        by_name(&self.secret).into()
    }
}

/// For auditors: the same of every protected table, whatever the finishing plan made of it.
pub(super) fn of_tables(statuses: &Statuses) -> Value {
    let of_table = |rows: &Vec<Vec<Status>>| {
        let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
        for reason in rows.iter().flatten().filter_map(|status| status.reason()) {
            *reasons.entry(reason.as_str()).or_default() += 1;
        }
        json!({
            "rows": rows.len(),
            "values": rows.iter().map(Vec::len).sum::<usize>(),
            "withheld": reasons.values().sum::<usize>(),
            "by_reason": by_name(&reasons),
        })
    };
    statuses.iter().map(of_table).collect()
}

fn by_name(counts: &BTreeMap<&'static str, usize>) -> Map<String, Value> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect()
}
