//! How the values of one aggregate argument spread over public bins, with the persons behind them.
//!
//! These are true values, like a [`Contribution`]: no `Debug`, `Display` or `Serialize` (ONLY-RELEASED). A person
//! stands once with the smallest bin and once with the largest, so that "persons with a value at or below this bin"
//! and "at or above it" are exact sums, and lanes, which share no person, simply add.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::bins::Bin;
use crate::contribution::Contribution;

/// What one bin received.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Held {
    rows: u64,
    /// Persons whose smallest value is here, and the sum of their record keys.
    smallest: u64,
    key: u64,
    /// Persons whose largest value is here.
    largest: u64,
}

/// True spread of one aggregate argument in one cell. Holds bins with a row only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Distribution {
    bins: BTreeMap<Bin, Held>,
}

impl Distribution {
    /// Counts a row.
    pub fn add_row(&mut self, bin: Bin) {
        self.bins.entry(bin).or_default().rows += 1;
    }

    /// Counts a person, once all of the person's rows are in.
    pub fn add_person(&mut self, key: u64, smallest: Bin, largest: Bin) {
        let low = self.bins.entry(smallest).or_default();
        low.smallest += 1;
        low.key = low.key.wrapping_add(key);
        self.bins.entry(largest).or_default().largest += 1;
    }

    /// Adds the spread of a group that shares no person, such as another lane.
    pub fn merge(&mut self, other: Self) {
        for (bin, held) in other.bins {
            let known = self.bins.entry(bin).or_default();
            known.rows = known.rows.saturating_add(held.rows);
            known.smallest = known.smallest.saturating_add(held.smallest);
            known.key = known.key.wrapping_add(held.key);
            known.largest = known.largest.saturating_add(held.largest);
        }
    }

    /// Bins with a row, from low to high, each with what all rows at or below it add up to. `most` is the largest
    /// number of rows of one person in the cell.
    pub(crate) fn steps(&self, most: u128) -> Vec<(Bin, Contribution)> {
        let mut sum = Contribution::default();
        let step = |(&bin, held): (&Bin, &Held)| {
            sum.persons = sum.persons.saturating_add(held.smallest);
            sum.key = sum.key.wrapping_add(held.key);
            sum.rows = sum.rows.saturating_add(held.rows);
            sum.total = i128::from(sum.rows);
            sum.absolute = u128::from(sum.rows);
            sum.largest = most.min(sum.absolute);
            (bin, sum)
        };
        self.bins.iter().map(step).collect()
    }

    /// Persons with a value at or below this bin.
    pub(crate) fn persons_to(&self, bin: Bin) -> u64 {
        self.bins.range(..=bin).map(|(_, held)| held.smallest).sum()
    }

    /// Persons with a value at or above this bin.
    pub(crate) fn persons_from(&self, bin: Bin) -> u64 {
        self.bins.range(bin..).map(|(_, held)| held.largest).sum()
    }

    /// At least so many persons have a value in these bins: whoever begins or ends there does.
    pub(crate) fn persons_in(&self, bins: RangeInclusive<Bin>) -> u64 {
        let held = || self.bins.range(bins.clone()).map(|(_, held)| held);
        let (low, high): (u64, u64) =
            (held().map(|h| h.smallest).sum(), held().map(|h| h.largest).sum());
        low.max(high)
    }

    /// Whether a measurement of these persons and rows can have this spread. What cannot is a broken promise of the
    /// engine and is withheld.
    pub(crate) fn is_of(&self, c: &Contribution) -> bool {
        let sums = self.bins.values().fold((0_u64, 0_u64, 0_u64, 0_u64), |sum, held| {
            (
                sum.0.saturating_add(held.rows),
                sum.1.saturating_add(held.smallest),
                sum.2.wrapping_add(held.key),
                sum.3.saturating_add(held.largest),
            )
        });
        sums == (c.rows, c.persons, c.key, c.persons)
    }
}
