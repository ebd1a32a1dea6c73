//! What was left out, for the auditor.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Left;
use crate::guard::conditions::Conditions;

/// Most cells that are told one by one.
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
        let cells = left.iter().take(MOST.saturating_sub(self.cells)).map(|cell| {
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

/// A name for a set of people: the same for the same people, and nothing that could be looked up without their record
/// keys.
pub(in crate::vault) fn cohort(key: u64) -> String {
    let digest = Sha256::new_with_prefix(b"tresor/cohort\0").chain_update(key.to_le_bytes());
    hex::encode(digest.finalize()).chars().take(16).collect()
}
