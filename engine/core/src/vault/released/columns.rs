//! The columns of a flat form: beside each protected number what was done to it, why, and its interval.
//!
//! Which columns there are follows from the schema of the answer, never from its values.

use super::stored::{Answer, Column};
use crate::vault::mark::Mark;

/// One column of a flat form.
pub(super) struct Laid<'a> {
    pub(super) name: String,
    /// Which column of the answer.
    pub(super) of: usize,
    pub(super) column: &'a Column,
    pub(super) part: Part,
}

/// What a column holds of the column of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The values themselves.
    Value,
    /// The mark of each.
    Status,
    /// Why a value has a mark of its own.
    Reason,
    /// Lower end of its interval.
    Low,
    /// Upper end of its interval.
    High,
}

impl Part {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::Status => "__status",
            Self::Reason => "__reason",
            Self::Low => "__low",
            Self::High => "__high",
        }
    }
}

/// Lays the columns of an answer out. A name that the query took already gets further underscores.
pub(super) fn laid(answer: &Answer) -> Vec<Laid<'_>> {
    let mut taken: Vec<String> =
        answer.schema.iter().map(|column| column.name.to_lowercase()).collect();
    let mut all = vec![];
    for (of, column) in answer.schema.iter().enumerate() {
        for part in parts(column) {
            let mut name = format!("{}{}", column.name, part.suffix());
            if *part != Part::Value {
                while taken.contains(&name.to_lowercase()) {
                    name.push('_');
                }
                taken.push(name.to_lowercase());
            }
            all.push(Laid { name, of, column, part: *part });
        }
    }
    all
}

fn parts(column: &Column) -> &'static [Part] {
    match (column.is_measure(), column.intervals) {
        (false, _) => &[Part::Value],
        (true, false) => &[Part::Value, Part::Status, Part::Reason],
        (true, true) => &[Part::Value, Part::Status, Part::Reason, Part::Low, Part::High],
    }
}

impl Laid<'_> {
    /// The mark of this row's value: its own, else that of the column.
    pub(super) fn mark(&self, answer: &Answer, row: usize) -> Option<Mark> {
        answer.marked(row, self.of).map(|marked| marked.mark).or(self.column.status)
    }

    /// Why this row's value has a mark of its own.
    pub(super) fn reason<'a>(&self, answer: &'a Answer, row: usize) -> Option<&'a str> {
        answer.marked(row, self.of).map(|marked| marked.reason.as_str())
    }
}
