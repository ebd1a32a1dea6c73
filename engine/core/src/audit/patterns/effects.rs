//! What protection did to the conditions of a query, as the sealed `details` of its outcome say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tresor_ledger::Opening;

/// A condition is on few of many if the cell has so many times its people.
const FEW_OF: u64 = 20;
/// A cell of so many people is large.
const LARGE: u64 = 100;

/// What was done. Nothing where texts stay closed.
#[derive(Debug, Clone, Default)]
pub(super) struct Effects {
    /// Cells where a condition counted as absent, or an earlier answer was given.
    pub(super) cells: Vec<Cell>,
    absences: BTreeMap<String, Absence>,
}

/// One cell.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Cell {
    /// Names the people of the cell: equal people, equal name.
    #[serde(default)]
    pub(super) cohort: String,
    /// How many they are.
    #[serde(default)]
    persons: u64,
    /// Conditions that counted as absent.
    #[serde(default)]
    removed: Vec<Removed>,
    /// The query whose answer was given.
    #[serde(default)]
    pub(super) earlier: Option<String>,
}

/// A condition that counted as absent in a cell.
#[derive(Debug, Clone, Deserialize)]
struct Removed {
    /// The condition, with its constants.
    condition: String,
    /// The people who told it from the rest.
    persons: u64,
}

/// What is known of a condition that counted as absent in some cells of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Absence {
    /// The most people that told it from the rest in a cell.
    pub(super) most: u64,
    /// Whether they were few of many. In a small cell every condition is one on few people.
    pub(super) few_of_many: bool,
    /// Whether it was true for everybody of a large cell.
    pub(super) idle: bool,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    cells: Vec<Cell>,
}

impl Effects {
    /// Of the texts of an outcome. A text of another form says nothing.
    pub(super) fn of(outcome: &[Opening]) -> Self {
        let details = outcome.iter().find(|opening| opening.field == "details");
        let details =
            details.and_then(|details| serde_json::from_str::<Details>(&details.text).ok());
        let cells = details.map(|details| details.cells).unwrap_or_default();
        let mut absences: BTreeMap<String, Absence> = BTreeMap::new();
        for cell in &cells {
            for removed in &cell.removed {
                let absence = cell.absence(removed);
                let known = absences.entry(removed.condition.clone()).or_insert(absence);
                *known = known.and(absence);
            }
        }
        Self { cells, absences }
    }

    /// The conditions that counted as absent somewhere, as protection writes them.
    pub(super) fn absences(&self) -> impl Iterator<Item = (&str, Absence)> {
        self.absences.iter().map(|(condition, absence)| (condition.as_str(), *absence))
    }

    /// What became of a condition; nothing where it counted in every cell. Protection may write it in another way, or remove
    /// a part of it.
    pub(super) fn absence_of(&self, condition: &str) -> Option<Absence> {
        let is_of = |(removed, _): &(&str, Absence)| are_of(removed, condition);
        self.absences().filter(is_of).map(|(_, absence)| absence).reduce(Absence::and)
    }
}

impl Absence {
    fn and(self, other: Self) -> Self {
        Self {
            most: self.most.max(other.most),
            few_of_many: self.few_of_many || other.few_of_many,
            idle: self.idle || other.idle,
        }
    }
}

impl Cell {
    fn absence(&self, removed: &Removed) -> Absence {
        Absence {
            most: removed.persons,
            few_of_many: removed.persons > 0 && self.has_many_times(removed),
            idle: removed.persons == 0 && self.is_large(),
        }
    }

    /// Whether somebody is in it, and nothing was removed but conditions on few of many, or on nobody.
    pub(super) fn is_nearly_what_was_asked(&self) -> bool {
        self.persons >= FEW_OF && self.removed.iter().all(|removed| self.has_many_times(removed))
    }

    /// Whether it is so large that small differences to other cells say something.
    pub(super) const fn is_large(&self) -> bool {
        self.persons >= LARGE
    }

    const fn has_many_times(&self, removed: &Removed) -> bool {
        self.persons >= removed.persons.saturating_mul(FEW_OF)
    }
}

/// Whether a text names nothing but what a condition names.
pub(super) fn are_of(text: &str, condition: &str) -> bool {
    let text = words(text);
    !text.is_empty() && text.is_subset(&words(condition))
}

/// Names of columns and constants, whatever stands between them.
fn words(condition: &str) -> BTreeSet<&str> {
    let no_word = |sign: char| !(sign.is_alphanumeric() || sign == '_');
    let all = condition.split(no_word).filter(|word| !word.is_empty());
    all.filter(|word| !LINKS.contains(word)).collect()
}

const LINKS: [&str; 6] = ["and", "or", "not", "is", "true", "in"];
