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
    /// Numbers that are those of an earlier answer.
    pub(super) given_again: Vec<Given>,
    absences: BTreeMap<String, Absence>,
}

/// A number that is that of an earlier answer, because hardly anybody lies between the two.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Given {
    /// The query of that answer.
    pub(super) earlier: String,
    /// Of what it is.
    #[serde(default)]
    pub(super) measure: String,
    /// The people of its cell.
    pub(super) persons: u64,
    /// The people who are in one of the two cells.
    #[serde(default)]
    pub(super) differing: u64,
}

/// A cell where conditions counted as absent.
#[derive(Debug, Clone, Deserialize)]
struct Cell {
    /// Its people.
    persons: u64,
    #[serde(default)]
    removed: Vec<Removed>,
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

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    low_effect: LowEffect,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LowEffect {
    /// For each protected table.
    left_out: Vec<LeftOut>,
    given_again: Vec<Given>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LeftOut {
    cells: Vec<Cell>,
}

impl Effects {
    /// Of the texts of an outcome. A text of another form says nothing.
    pub(super) fn of(outcome: &[Opening]) -> Self {
        let details = outcome.iter().find(|opening| opening.field == "details");
        let details =
            details.and_then(|details| serde_json::from_str::<Details>(&details.text).ok());
        let LowEffect { left_out, given_again } = details.unwrap_or_default().low_effect;
        let mut absences: BTreeMap<String, Absence> = BTreeMap::new();
        for cell in left_out.into_iter().flat_map(|table| table.cells) {
            for removed in &cell.removed {
                let absence = cell.absence(removed);
                let known = absences.entry(removed.condition.clone()).or_insert(absence);
                *known = known.and(absence);
            }
        }
        Self { given_again, absences }
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
    const fn absence(&self, removed: &Removed) -> Absence {
        let many_times = self.persons >= removed.persons.saturating_mul(FEW_OF);
        Absence {
            most: removed.persons,
            few_of_many: removed.persons > 0 && many_times,
            idle: removed.persons == 0 && self.persons >= LARGE,
        }
    }
}

impl Given {
    /// Whether its cell is so large that small differences to others say something: any two small cells are alike.
    pub(super) const fn is_of_many(&self) -> bool {
        self.persons >= LARGE
    }

    /// Whether both cells have the same people, and somebody is in them.
    pub(super) const fn is_of_the_same(&self) -> bool {
        self.differing == 0 && self.persons >= FEW_OF
    }
}

/// Whether a text names nothing but what a condition names. One is written by the log and the other by protection: they
/// agree in the names of columns and in constants, and not in what stands between.
pub(super) fn are_of(text: &str, condition: &str) -> bool {
    let text = words(text);
    !text.is_empty() && text.is_subset(&words(condition))
}

/// Columns without their tables, and constants.
fn words(condition: &str) -> BTreeSet<&str> {
    let mut words = BTreeSet::new();
    let mut rest = condition;
    while let Some(begin) = rest.find(is_of_word) {
        let from = rest.get(begin..).unwrap_or_default();
        let end = from.find(|sign| !is_of_word(sign)).unwrap_or(from.len());
        let (word, after) = from.split_at_checked(end).unwrap_or((from, ""));
        // What stands before a bracket is a function or a type.
        let links = LINKS.iter().any(|link| link.eq_ignore_ascii_case(word));
        if !after.starts_with('(') && !links {
            let number = word.parse::<f64>().is_ok();
            words.insert(if number { word } else { word.rsplit('.').next().unwrap_or(word) });
        }
        rest = after;
    }
    words.remove("");
    words
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_' || sign == '.'
}

/// Words that name nothing.
const LINKS: [&str; 18] = [
    "and", "or", "not", "is", "true", "false", "in", "as", "case", "when", "then", "else", "end",
    "between", "like", "int64", "float64", "utf8",
];
