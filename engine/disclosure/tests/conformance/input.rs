//! What goes in: persons, as the engine would have measured them.

use std::fmt;

use serde::Deserialize;
use tresor_disclosure::{Bins, Contribution, Distribution};

/// So many persons with so much each, written `20 x 5`.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Group {
    persons: u64,
    each: i64,
}

impl TryFrom<String> for Group {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (persons, each) = text.split_once(" x ")?;
            Some(Self { persons: persons.parse().ok()?, each: each.parse().ok()? })
        };
        parse().ok_or_else(|| format!("`{text}` is not written like `20 x 5`"))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.persons, self.each)
    }
}

/// Everybody with what is theirs.
fn everybody(groups: &[Group]) -> impl Iterator<Item = (u64, i64)> {
    let values = groups.iter().flat_map(|group| (0..group.persons).map(|_| group.each));
    (1..).map(record_key).zip(values)
}

/// Secret keys are spread over all numbers.
fn record_key(person: u64) -> u64 {
    person.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A cell of so many persons; another one for another `cell`.
pub(crate) fn cell(persons: u64, cell: u64) -> Contribution {
    let key = record_key(cell.wrapping_add(1) << 20).wrapping_add(record_key(persons));
    Contribution { persons, key: if persons == 0 { 0 } else { key }, ..Contribution::default() }
}

/// Totals of persons with one row each. Who adds zero does not contribute.
pub(crate) fn totals(groups: &[Group]) -> Contribution {
    everybody(groups)
        .filter(|(_, each)| *each != 0)
        .map(|(key, each)| Contribution::of_person(key, 1, i128::from(each)))
        .fold(Contribution::default(), Contribution::merge)
}

/// Rows of persons.
pub(crate) fn rows(groups: &[Group]) -> Contribution {
    everybody(groups)
        .map(|(key, each)| Contribution::of_person(key, each.unsigned_abs(), i128::from(each)))
        .fold(Contribution::default(), Contribution::merge)
}

/// The rows of persons with one row each, whatever is in it.
pub(crate) fn one_each(groups: &[Group]) -> Contribution {
    everybody(groups)
        .map(|(key, _)| Contribution::of_person(key, 1, 1))
        .fold(Contribution::default(), Contribution::merge)
}

/// Values of persons with one row each, in bins for whole numbers to 1,000.
pub(crate) fn spread(groups: &[Group]) -> (Distribution, Bins) {
    let bins = Bins::of(0, 1_000, true);
    let mut spread = Distribution::default();
    for (key, value) in everybody(groups) {
        let bin = bins.of_value(value);
        spread.add_row(bin);
        spread.add_person(key, bin, bin);
    }
    (spread, bins)
}

/// Groups as they are written.
pub(crate) fn written(groups: &[Group]) -> String {
    groups.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
