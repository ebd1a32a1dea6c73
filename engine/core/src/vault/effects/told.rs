//! What was left out, for the auditor.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Left;
use crate::guard::conditions::Conditions;

/// Most cells that are told one by one, beside those that say most of a condition.
const MOST: usize = 1_000;

/// What was left out of the cells of a query, release by release. Holds the researcher's constants and true numbers: it is
/// sealed.
#[derive(Default)]
pub(in crate::vault) struct Told {
    releases: Vec<Value>,
    cells: usize,
}

impl Told {
    /// Adds what was left out of the cells of one release.
    pub(in crate::vault) fn add(&mut self, table: usize, conditions: &Conditions, left: &Left) {
        let words = conditions.told();
        let word = |id: u8| words.get(usize::from(id)).cloned().unwrap_or_default();
        let telling = most_telling(left);
        let mut more = MOST.saturating_sub(self.cells);
        let cells = left.iter().enumerate().filter(|(at, _)| {
            let is_told = telling.contains(at) || more > 0;
            more -= usize::from(is_told && more > 0);
            is_told
        });
        let cells = cells.map(|(_, cell)| {
            let removed = cell.steps.iter();
            json!({
                "table": table,
                "keys": cell.keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "column": cell.column,
                "cohort": cohort(cell.key),
                "persons": cell.persons,
                "too_far": cell.too_far,
                "removed": removed
                    .map(|(id, persons)| json!({ "condition": word(*id), "persons": persons }))
                    .collect::<Vec<_>>(),
            })
        });
        let cells: Vec<Value> = cells.collect();
        self.cells += cells.len();
        let most = |zero: bool| {
            let of = left.iter().map(|cell| cell.steps.iter().filter(|(_, n)| (*n == 0) == zero));
            of.map(Iterator::count).max().unwrap_or(0)
        };
        let conditions = json!({ "of": words.len(), "zero": most(true), "low": most(false) });
        self.releases.push(json!({ "cells": cells, "conditions": conditions }));
    }

    /// All of it.
    pub(in crate::vault) fn told(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.releases)
    }
}

/// Cells that must not be missing however many there are, by their places: for each condition the one in which it concerned
/// most people, the one in which it concerned the fewest of the most, and the largest in which it concerned nobody.
fn most_telling(left: &Left) -> BTreeSet<usize> {
    let mut best: BTreeMap<(u8, &str), (u64, usize)> = BTreeMap::new();
    for (at, cell) in left.iter().enumerate() {
        for (id, persons) in &cell.steps {
            let says = match cell.persons.checked_div(*persons) {
                Some(times) => vec![("most", *persons), ("few of many", times)],
                None => vec![("nobody", cell.persons)],
            };
            for (what, much) in says {
                let known = best.entry((*id, what)).or_insert((much, at));
                *known = (*known).max((much, at));
            }
        }
    }
    best.into_values().map(|(_, at)| at).collect()
}

/// A name for a set of people: the same for the same people, and nothing that could be looked up without their record
/// keys.
pub(in crate::vault) fn cohort(key: u64) -> String {
    let digest = Sha256::new_with_prefix(b"tresor/cohort\0").chain_update(key.to_le_bytes());
    hex::encode(digest.finalize()).chars().take(16).collect()
}
