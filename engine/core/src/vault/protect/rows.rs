//! Which rows a protected table has.
//!
//! A withheld row still shows its key, and the key may be the secret. So a small cell may only be listed where
//! its row would be there anyway: when all values of the key are public knowledge. Then every combination is
//! listed, empty ones too, and "few" and "none" look alike. Keys that are not public come from cells that are
//! large enough and from nowhere else.

use std::collections::BTreeMap;

use datafusion::common::Result;
use datafusion::scalar::ScalarValue;

use crate::guard::release::PersonalRelease;
use crate::limits::Limits;
use crate::vault::cells::Cells;

/// The rows of a protected table.
pub(super) struct Shown {
    /// Key values, in order.
    pub(super) rows: Vec<Vec<ScalarValue>>,
    /// Whether small cells may be missing.
    pub(super) may_omit: bool,
}

/// Decides the rows.
pub(super) fn shown(
    release: &PersonalRelease,
    cells: &Cells,
    large: &dyn Fn(&[ScalarValue]) -> bool,
    limits: &Limits,
) -> Result<Shown> {
    let mut rows: Vec<Vec<ScalarValue>> =
        cells.iter().map(|(keys, _)| keys).filter(|keys| large(keys)).cloned().collect();
    let public: Vec<Option<Vec<ScalarValue>>> = release
        .keys
        .iter()
        .map(|key| key.domain.as_ref().map(|d| typed(d, &key.data_type)))
        .collect();
    let may_omit = match complete(&rows, &public, limits.completed_rows) {
        Some(completed) => {
            rows.extend(completed);
            public.iter().any(Option::is_none)
        }
        None => true,
    };
    rows.sort_by(|a, b| compare(a, b));
    rows.dedup();
    Ok(Shown { rows, may_omit })
}

fn typed(domain: &[ScalarValue], to: &datafusion::arrow::datatypes::DataType) -> Vec<ScalarValue> {
    domain.iter().filter_map(|value| value.cast_to(to).ok()).collect()
}

/// Every combination of public values with the key values that large cells already show. `None` when there would
/// be too many: a bound on public values and on rows that are shown anyway.
fn complete(
    large: &[Vec<ScalarValue>],
    public: &[Option<Vec<ScalarValue>>],
    limit: usize,
) -> Option<Vec<Vec<ScalarValue>>> {
    // What large cells show of the keys that are not public.
    let mut known: BTreeMap<String, Vec<Option<ScalarValue>>> = BTreeMap::new();
    for row in large {
        let parts: Vec<Option<ScalarValue>> = row
            .iter()
            .zip(public)
            .map(|(value, domain)| domain.is_none().then(|| value.clone()))
            .collect();
        known.insert(format!("{parts:?}"), parts);
    }
    if public.iter().all(Option::is_some) {
        known.insert(String::new(), vec![None; public.len()]);
        known.retain(|key, _| key.is_empty());
    }
    let combinations = public.iter().flatten().try_fold(1_usize, |n, d| n.checked_mul(d.len()))?;
    if combinations.checked_mul(known.len())? > limit {
        return None;
    }
    let mut rows = vec![];
    for parts in known.values() {
        let mut partial: Vec<Vec<ScalarValue>> = vec![vec![]];
        for (part, domain) in parts.iter().zip(public) {
            let one: Vec<ScalarValue> = part.iter().cloned().collect();
            let choices = domain.as_deref().unwrap_or(&one);
            partial = partial
                .iter()
                .flat_map(|row| {
                    choices.iter().map(move |choice| {
                        let mut longer = row.clone();
                        longer.push(choice.clone());
                        longer
                    })
                })
                .collect();
        }
        rows.extend(partial);
    }
    Some(rows)
}

/// Keys in their natural order, NULL last: the order of rows must not depend on the run.
pub(super) fn compare(a: &[ScalarValue], b: &[ScalarValue]) -> std::cmp::Ordering {
    let pairs = a.iter().zip(b);
    pairs
        .map(|(x, y)| match (x.is_null(), y.is_null()) {
            (true, true) => std::cmp::Ordering::Equal,
            (true, false) => std::cmp::Ordering::Greater,
            (false, true) => std::cmp::Ordering::Less,
            (false, false) => x.partial_cmp(y).unwrap_or(std::cmp::Ordering::Equal),
        })
        .find(|order| order.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}
