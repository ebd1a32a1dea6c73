//! What was left out, for the auditor.

use serde_json::{Value, json};

use super::Left;
use crate::guard::conditions::Conditions;

/// Most cells that are told one by one.
const MOST: usize = 1_000;

/// The cells of a release from which conditions were left out. Holds the researcher's constants and true numbers: it
/// is sealed.
pub(in crate::vault) fn told(table: usize, conditions: &Conditions, left: Left) -> Value {
    let words = conditions.told();
    let word = |id: u8| words.get(usize::from(id)).cloned().unwrap_or_default();
    let cells = left.iter().take(MOST).map(|cell| {
        let removed = cell.steps.iter();
        json!({
            "table": table,
            "keys": cell.keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "column": cell.column,
            "persons": cell.persons,
            "too_far": cell.too_far,
            "removed": removed
                .map(|(id, persons)| json!({ "condition": word(*id), "persons": persons }))
                .collect::<Vec<_>>(),
        })
    });
    let zero = |cell: &super::LeftOut| cell.steps.iter().filter(|(_, n)| *n == 0).count();
    let low = |cell: &super::LeftOut| cell.steps.iter().filter(|(_, n)| *n > 0).count();
    json!({
        "cells": cells.collect::<Vec<_>>(),
        "conditions": {
            "of": words.len(),
            "zero": left.iter().map(zero).max().unwrap_or(0),
            "low": left.iter().map(low).max().unwrap_or(0),
        },
    })
}
