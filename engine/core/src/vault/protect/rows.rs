//! Which rows a protected table has.
//!
//! A withheld row still shows its key, and the key may be the secret. So a small cell may only be listed where
//! its row would be there anyway: when all values of the key are public knowledge. Then every combination is
//! listed, empty ones too, and "few" and "none" look alike. Keys that are not public come from cells that are
//! large enough and from nowhere else.

use std::borrow::Cow;

use datafusion::common::{HashSet, Result};
use datafusion::scalar::ScalarValue;

use crate::guard::release::PersonalRelease;
use crate::limits::Limits;
use crate::vault::cells::{Cells, Measured};

/// Key values: those of a measured cell, or put together from public ones.
pub(super) type Keys<'a> = Cow<'a, [ScalarValue]>;

/// The rows of a protected table.
pub(super) struct Shown<'a> {
    /// Key values, in order, and what was measured there.
    pub(super) rows: Vec<(Keys<'a>, Option<&'a [Measured]>)>,
    /// Cells whose row nobody sees, in order.
    pub(super) unlisted: Vec<(&'a [ScalarValue], &'a [Measured])>,
    /// Whether small cells may be missing.
    pub(super) may_omit: bool,
}

/// Decides the rows.
pub(super) fn shown<'a>(
    release: &PersonalRelease,
    cells: &'a Cells,
    large: &dyn Fn(&[Measured]) -> bool,
    limits: &Limits,
) -> Result<Shown<'a>> {
    let (listed, mut small): (Vec<_>, Vec<_>) =
        cells.iter().partition(|(_, measured)| large(measured));
    let public: Vec<Option<Vec<ScalarValue>>> = release
        .keys
        .iter()
        .map(|key| key.domain.as_ref().map(|d| typed(d, &key.data_type)))
        .collect();
    let mut rows: Vec<(Keys<'a>, Option<&'a [Measured]>)> =
        listed.iter().map(|(keys, measured)| (Cow::Borrowed(*keys), Some(*measured))).collect();
    let keys = listed.iter().map(|(keys, _)| *keys);
    let may_omit = match complete(keys, &public, limits.completed_rows) {
        Some(completed) => {
            let mut seen: HashSet<&[ScalarValue]> = HashSet::new();
            for keys in completed {
                match cells.entry(&keys) {
                    Some((_, measured)) if large(measured) => {}
                    Some((keys, measured)) => {
                        if seen.insert(keys) {
                            rows.push((Cow::Borrowed(keys), Some(measured)));
                        }
                    }
                    None => rows.push((Cow::Owned(keys), None)),
                }
            }
            small.retain(|(keys, _)| !seen.contains(keys));
            public.iter().any(Option::is_none)
        }
        None => true,
    };
    rows.sort_by(|(a, _), (b, _)| compare(a, b));
    rows.dedup_by(|(a, _), (b, _)| a == b);
    small.sort_by(|(a, _), (b, _)| compare(a, b));
    Ok(Shown { rows, unlisted: small, may_omit })
}

fn typed(domain: &[ScalarValue], to: &datafusion::arrow::datatypes::DataType) -> Vec<ScalarValue> {
    domain.iter().filter_map(|value| value.cast_to(to).ok()).collect()
}

/// Every combination of public values with the key values that large cells already show. `None` when there would
/// be too many: a bound on public values and on rows that are shown anyway.
fn complete<'a>(
    large: impl Iterator<Item = &'a [ScalarValue]>,
    public: &[Option<Vec<ScalarValue>>],
    limit: usize,
) -> Option<Vec<Vec<ScalarValue>>> {
    let combinations = public.iter().flatten().try_fold(1_usize, |n, d| n.checked_mul(d.len()))?;
    let nothing_to_add = !public.is_empty() && public.iter().all(Option::is_none);
    if nothing_to_add || combinations > limit {
        return None;
    }
    // What large cells show of the keys that are not public.
    let known: HashSet<Vec<Option<&ScalarValue>>> = if public.iter().all(Option::is_some) {
        std::iter::once(vec![None; public.len()]).collect()
    } else {
        let not_public = |(value, domain): (&'a ScalarValue, &Option<Vec<ScalarValue>>)| {
            domain.is_none().then_some(value)
        };
        large.map(|row| row.iter().zip(public).map(not_public).collect()).collect()
    };
    if combinations.checked_mul(known.len())? > limit {
        return None;
    }
    let mut rows = vec![];
    for parts in &known {
        let mut partial: Vec<Vec<ScalarValue>> = vec![vec![]];
        for (part, domain) in parts.iter().zip(public) {
            let one: Vec<ScalarValue> = part.iter().map(|part| (*part).clone()).collect();
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
