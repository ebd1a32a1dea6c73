//! Perturbation tables: what is added to a number of persons, by that number and the cell key.
//!
//! A table may be public, keys are secret: they are sums of the persons' secret record keys, or are made of them under
//! the noise secret. The table is a value that somebody read from a text ([`PerturbationTable::parse`]); [`index`]
//! selects its entries in the three published ways, [`magnitude`] stretches them over sums, [`build`] makes new ones.
//!
//! Totals are not additive: a total is a cell of its own and has its own entry.
//!
//! Whether limits and variance of a table may be told is up to the table. Limits help whoever wants to undo it: a true
//! number lies within them for certain. So a table says `interval = "told"` or `"confidential"`, and where it is
//! confidential no answer brings an interval ([`crate::profile::Profile::tells_intervals`]).

pub mod build;
pub mod index;
pub mod magnitude;
mod row;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

pub use index::{CellKey, Selector};
pub use row::{Row, WHOLE};
pub use text::TableProblem;

use crate::profile::TableIndex;

/// Noise further than this from zero is a slip of the pen.
pub const LARGEST_NOISE: u64 = 1_000;

/// A perturbation table.
#[derive(Clone, PartialEq, Eq)]
pub struct PerturbationTable {
    id: String,
    tells_intervals: bool,
    /// Columns, where the rows are given by columns.
    keys: Option<u64>,
    entries: Entries,
}

#[derive(Clone, PartialEq, Eq)]
enum Entries {
    /// Counts below `below` become 0, to others `noise` is added by their remainder. Whatever the key.
    Modulo { below: u64, noise: Vec<i64> },
    /// A row for every number of persons from 0 on.
    Rows(BTreeMap<u64, Row>),
}

/// By name only: the entries may be confidential, and must not get into a log with the profile.
impl std::fmt::Debug for PerturbationTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PerturbationTable").field("id", &self.id).finish_non_exhaustive()
    }
}

impl PerturbationTable {
    /// The name by which profiles ask for it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether answers may bring the intervals that follow from it.
    #[must_use]
    pub const fn tells_intervals(&self) -> bool {
        self.tells_intervals
    }

    /// The last number of persons with a row of its own.
    #[must_use]
    pub fn largest(&self) -> u64 {
        match &self.entries {
            Entries::Modulo { .. } => u64::MAX,
            Entries::Rows(rows) => rows.keys().next_back().copied().unwrap_or(0),
        }
    }

    /// Checks that a profile's way of selecting entries fits this table. Where ranges of keys disagree the published
    /// package warns and goes on without noise; here that is an error (FAIL-CLOSED).
    ///
    /// # Errors
    /// The field of the profile's `noise` that does not fit, what is wrong with it and what to write.
    pub fn suits(&self, selector: Selector) -> Result<(), Misfit> {
        let misfit = |field, wrong: String, fix| Err(Misfit { field, wrong, fix });
        let by_key = selector.index != TableIndex::Destatis;
        if by_key && (selector.keys == 0 || self.keys.is_some_and(|keys| keys != selector.keys)) {
            let has = self.keys.map_or("any number".to_owned(), |keys| keys.to_string());
            let wrong = format!("is {}, but the table `{}` is for {has}", selector.keys, self.id);
            return misfit("noise.keys", wrong, format!("write {has} of keys, at least 1"));
        }
        match (selector.index, &self.entries) {
            (TableIndex::Ons, Entries::Modulo { .. }) => Ok(()),
            (TableIndex::Destatis | TableIndex::Abs, Entries::Modulo { .. }) => misfit(
                "noise.index",
                format!("selects rows, but the table `{}` is a rule without rows", self.id),
                "write `index = \"ons\"`".to_owned(),
            ),
            (TableIndex::Ons, Entries::Rows(_)) if selector.rows() != Some(self.largest()) => {
                misfit(
                    "noise.index",
                    format!("is for tables of 750 rows, but `{}` has {}", self.id, self.largest()),
                    "take a table with a row for each count from 1 to 750".to_owned(),
                )
            }
            (TableIndex::Abs, Entries::Rows(_))
                if selector.small_n == 0 || selector.small_n >= selector.ptable_size =>
            {
                misfit(
                    "noise.small_n",
                    format!("is {} of {} rows", selector.small_n, selector.ptable_size),
                    "write at least 1 and less than `ptable_size`".to_owned(),
                )
            }
            (TableIndex::Abs, Entries::Rows(_)) if self.largest() > selector.ptable_size => misfit(
                "noise.ptable_size",
                format!(
                    "is {}, but `{}` has {} rows",
                    selector.ptable_size,
                    self.id,
                    self.largest()
                ),
                format!("write {} or more", self.largest()),
            ),
            (TableIndex::Ons | TableIndex::Destatis | TableIndex::Abs, Entries::Rows(_)) => Ok(()),
        }
    }

    /// What is added to a number of persons. Nothing to none: a cell of nobody stays one.
    #[must_use]
    pub fn noise(&self, selector: Selector, persons: u64, key: CellKey) -> i64 {
        if persons == 0 {
            return 0;
        }
        let row = selector.row(persons, self.largest());
        match &self.entries {
            Entries::Modulo { below, noise } => by_remainder(*below, noise, row),
            Entries::Rows(rows) => rows.get(&row).map_or(0, |row| row.noise(key)),
        }
    }

    /// The entries for a number of persons: each noise with its chance.
    #[must_use]
    pub fn chances(&self, selector: Selector, persons: u64) -> Vec<(i64, f64)> {
        self.row_of(selector, persons).chances()
    }

    /// Half of the 95 % interval around a shown number of persons: for every true number that can be shown as this one,
    /// at least 95 % of the keys move it no further. Depends on the shown number and the table alone.
    #[must_use]
    pub fn half_width(&self, selector: Selector, shown: i128) -> u128 {
        let furthest = i128::from(self.furthest());
        let mut widest = 0;
        for persons in shown.saturating_sub(furthest).max(0)..=shown.saturating_add(furthest) {
            let row = self.row_of(selector, u64::try_from(persons).unwrap_or(u64::MAX));
            if row.can_add(shown.saturating_sub(persons)) {
                widest = widest.max(row.half_width());
            }
        }
        widest.into()
    }

    fn row_of(&self, selector: Selector, persons: u64) -> Row {
        let nothing = || Row::constant(0);
        if persons == 0 {
            return nothing();
        }
        let row = selector.row(persons, self.largest());
        match &self.entries {
            Entries::Modulo { below, noise } => Row::constant(by_remainder(*below, noise, row)),
            Entries::Rows(rows) => rows.get(&row).cloned().unwrap_or_else(nothing),
        }
    }

    /// The furthest that the table moves any number.
    #[must_use]
    pub fn furthest(&self) -> u64 {
        match &self.entries {
            Entries::Modulo { below, noise } => {
                let by_remainder = noise.iter().map(|noise| noise.unsigned_abs()).max();
                by_remainder.unwrap_or(0).max(below.saturating_sub(1))
            }
            Entries::Rows(rows) => rows.values().map(Row::furthest).max().unwrap_or(0),
        }
    }

    /// The row for a number of persons, with no rows in turn; the last one for more. `None` for a rule without rows.
    fn own_row(&self, persons: u64) -> Option<&Row> {
        match &self.entries {
            Entries::Modulo { .. } => None,
            Entries::Rows(rows) => rows.get(&persons.min(self.largest())),
        }
    }

    /// Variance of the noise on large numbers, in persons squared. `None` for a rule without rows.
    #[must_use]
    pub fn last_variance(&self) -> Option<f64> {
        Some(self.own_row(u64::MAX)?.variance())
    }
}

fn by_remainder(below: u64, noise: &[i64], count: u64) -> i64 {
    if count < below {
        return i64::try_from(count).map_or(i64::MIN, i64::wrapping_neg);
    }
    let remainder = count.checked_rem(noise.len() as u64).unwrap_or(0);
    usize::try_from(remainder).ok().and_then(|at| noise.get(at)).copied().unwrap_or(0)
}

/// Why a table and the profile that names it do not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {wrong}; {fix}")]
pub struct Misfit {
    /// The field, as it is written in the profile.
    pub field: &'static str,
    /// What is wrong with it.
    pub wrong: String,
    /// What to write instead.
    pub fix: String,
}
