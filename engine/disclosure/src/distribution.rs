//! How the values of one aggregate argument spread over public bins, with the persons behind them.
//!
//! These are true values, like a [`Contribution`]: no `Debug`, `Display` or `Serialize` (ONLY-RELEASED). A person
//! stands once with the smallest bin and once with the largest, so that "persons with a value at or below this bin"
//! and "at or above it" are exact sums, and lanes, which share no person, simply add.

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use crate::bins::Bin;
use crate::contribution::Contribution;

/// What one bin received.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Held {
    rows: u64,
    /// Sum of the record keys of the persons whose smallest value is here, and how many they are.
    key: u64,
    smallest: u32,
    /// Persons whose largest value is here.
    largest: u32,
}

/// True spread of one aggregate argument in one cell.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Distribution {
    /// Bins with a row, in order. A plain list: most cells have few bins, and there are many cells.
    bins: Vec<(Bin, Held)>,
}

impl Distribution {
    /// Counts a row.
    pub fn add_row(&mut self, bin: Bin) {
        self.change(bin, |held| held.rows = held.rows.saturating_add(1));
    }

    /// Counts a person, once all of the person's rows are in.
    pub fn add_person(&mut self, key: u64, smallest: Bin, largest: Bin) {
        self.change(smallest, |held| {
            held.smallest = held.smallest.saturating_add(1);
            held.key = held.key.wrapping_add(key);
        });
        self.change(largest, |held| held.largest = held.largest.saturating_add(1));
    }

    /// Adds the spread of a group that shares no person, such as another lane.
    pub fn merge(&mut self, other: Self) {
        for (bin, more) in other.bins {
            self.change(bin, |held| {
                held.rows = held.rows.saturating_add(more.rows);
                held.smallest = held.smallest.saturating_add(more.smallest);
                held.key = held.key.wrapping_add(more.key);
                held.largest = held.largest.saturating_add(more.largest);
            });
        }
    }

    fn change(&mut self, bin: Bin, change: impl FnOnce(&mut Held)) {
        let found = self.bins.binary_search_by_key(&bin, |(known, _)| *known);
        let at = found.unwrap_or_else(|at| {
            self.bins.insert(at, (bin, Held::default()));
            at
        });
        if let Some((_, held)) = self.bins.get_mut(at) {
            change(held);
        }
    }

    /// Bins with a row, from low to high, each with what all rows at or below it add up to. `most` is the largest
    /// number of rows of one person in the cell.
    pub(crate) fn steps(&self, most: u128) -> Vec<(Bin, Contribution)> {
        let mut sum = Contribution::default();
        let step = |&(bin, held): &(Bin, Held)| {
            sum.persons = sum.persons.saturating_add(held.smallest.into());
            sum.key = sum.key.wrapping_add(held.key);
            sum.rows = sum.rows.saturating_add(held.rows);
            sum.total = i128::from(sum.rows);
            sum.absolute = u128::from(sum.rows);
            sum.top[0] = most.min(sum.absolute);
            (bin, sum)
        };
        self.bins.iter().map(step).collect()
    }

    /// Persons with a value at or below this bin.
    pub(crate) fn persons_to(&self, bin: Bin) -> u64 {
        self.within(Bin::MIN..=bin).map(|held| u64::from(held.smallest)).sum()
    }

    /// Persons with a value at or above this bin.
    pub(crate) fn persons_from(&self, bin: Bin) -> u64 {
        self.within(bin..=Bin::MAX).map(|held| u64::from(held.largest)).sum()
    }

    /// At least so many persons have a value in these bins: whoever begins or ends there does.
    pub(crate) fn persons_in(&self, bins: &RangeInclusive<Bin>) -> u64 {
        let begin: u64 = self.within(bins.clone()).map(|held| u64::from(held.smallest)).sum();
        let end: u64 = self.within(bins.clone()).map(|held| u64::from(held.largest)).sum();
        begin.max(end)
    }

    fn within(&self, bins: RangeInclusive<Bin>) -> impl Iterator<Item = &Held> {
        let first = self.bins.partition_point(|(bin, _)| bin < bins.start());
        let inside = move |(bin, _): &&(Bin, Held)| bin <= bins.end();
        self.bins.iter().skip(first).take_while(inside).map(|(_, held)| held)
    }

    /// Whether a measurement of these persons and rows can have this spread. What cannot is a broken promise of the
    /// engine and is withheld.
    pub(crate) fn is_of(&self, c: &Contribution) -> bool {
        let sums = self.bins.iter().fold((0_u64, 0_u64, 0_u64, 0_u64), |sum, (_, held)| {
            (
                sum.0.saturating_add(held.rows),
                sum.1.saturating_add(held.smallest.into()),
                sum.2.wrapping_add(held.key),
                sum.3.saturating_add(held.largest.into()),
            )
        });
        sums == (c.rows, c.persons, c.key, c.persons)
    }
}
