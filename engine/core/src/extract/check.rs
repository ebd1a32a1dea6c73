//! Whether the values of a column keep to its contract. Says which rows do not, never what they hold.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::{Float64Type, Int64Type};

use super::convert::{convert, describe};
use super::identifiers::{self, Identifier};
use crate::catalog::contract::{ColumnContract, ColumnType, Role};

/// Longest pseudonym, in bytes.
const MAX_PSEUDONYM_BYTES: usize = 256;

/// Rows of one batch that have the same problem.
pub(super) struct Offence {
    pub(super) problem: String,
    /// The first of them, from 0 within the batch.
    pub(super) first: usize,
    pub(super) rows: u64,
}

/// The rules of one column, prepared once.
pub(super) struct ColumnCheck<'c> {
    column: &'c ColumnContract,
    texts: Option<HashSet<&'c str>>,
    integers: Option<HashSet<i64>>,
}

impl<'c> ColumnCheck<'c> {
    pub(super) fn new(column: &'c ColumnContract) -> Self {
        let values = column.values.as_ref();
        let texts = values
            .filter(|_| column.kind == ColumnType::Text)
            .map(|values| values.iter().map(String::as_str).collect());
        let integers = values
            .filter(|_| column.kind == ColumnType::Integer)
            .map(|values| values.iter().filter_map(|value| value.parse().ok()).collect());
        Self { column, texts, integers }
    }

    /// The values in the type of the contract, after noting every rule they break.
    pub(super) fn check(&self, source: &ArrayRef, offences: &mut Vec<Offence>) -> ArrayRef {
        let values = convert(source, self.column.kind);
        self.check_presence(source, &values, offences);
        match self.column.kind {
            ColumnType::Text => self.check_texts(values.as_string(), offences),
            ColumnType::Integer => {
                let array = values.as_primitive::<Int64Type>();
                let at = |row: usize| array.is_valid(row).then(|| array.value(row));
                self.check_bounds(values.len(), |row| at(row).map(|value| value as f64), offences);
                if let Some(listed) = &self.integers {
                    let strange =
                        |row: usize| at(row).is_some_and(|value| !listed.contains(&value));
                    note(offences, values.len(), UNLISTED, strange);
                }
            }
            ColumnType::Number => {
                let array = values.as_primitive::<Float64Type>();
                let at = |row: usize| array.is_valid(row).then(|| array.value(row));
                let endless = |row: usize| at(row).is_some_and(|value| !value.is_finite());
                note(offences, values.len(), "is not a finite number", endless);
                self.check_bounds(
                    values.len(),
                    |row| at(row).filter(|value| value.is_finite()),
                    offences,
                );
            }
            ColumnType::Boolean | ColumnType::Date | ColumnType::Timestamp => {}
        }
        values
    }

    /// Missing values, and values that did not survive the conversion.
    fn check_presence(&self, source: &ArrayRef, values: &ArrayRef, offences: &mut Vec<Offence>) {
        if values.null_count() == 0 {
            return;
        }
        let missing = source.logical_nulls();
        let was_missing = |row: usize| {
            missing.as_ref().is_some_and(|nulls| row < nulls.len() && nulls.is_null(row))
        };
        if !self.column.nullable {
            note(
                offences,
                values.len(),
                "is missing, which the contract does not allow",
                was_missing,
            );
        }
        let problem = format!("is not {}", describe(self.column.kind));
        note(offences, values.len(), &problem, |row| values.is_null(row) && !was_missing(row));
    }

    fn check_bounds(
        &self,
        rows: usize,
        at: impl Fn(usize) -> Option<f64>,
        offences: &mut Vec<Offence>,
    ) {
        let Some(bounds) = self.column.bounds else { return };
        let outside =
            |row: usize| at(row).is_some_and(|value| value < bounds.lower || value > bounds.upper);
        let problem = format!("is outside {} to {}", bounds.lower, bounds.upper);
        note(offences, rows, &problem, outside);
    }

    fn check_texts(&self, values: &StringArray, offences: &mut Vec<Offence>) {
        let at = |row: usize| values.is_valid(row).then(|| values.value(row));
        if self.column.role == Role::Person {
            let unusable = |row: usize| at(row).is_some_and(|text| !is_pseudonym(text));
            let problem = format!("is empty or longer than {MAX_PSEUDONYM_BYTES} bytes");
            note(offences, values.len(), &problem, unusable);
            return;
        }
        if let Some(listed) = &self.texts {
            // What is listed is public knowledge, and everything else is refused: no identifier can pass.
            let strange = |row: usize| at(row).is_some_and(|text| !listed.contains(text));
            note(offences, values.len(), UNLISTED, strange);
            return;
        }
        check_identifiers(values, offences);
    }
}

const UNLISTED: &str = "is not one of the values that the contract lists";

/// Whether a text can be the pseudonym of a person.
pub(super) fn is_pseudonym(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_PSEUDONYM_BYTES
}

fn check_identifiers(values: &StringArray, offences: &mut Vec<Offence>) {
    let found: Vec<(usize, Identifier)> = values
        .iter()
        .enumerate()
        .filter_map(|(row, text)| Some((row, identifiers::find(text?)?)))
        .collect();
    for kind in [Identifier::NhsNumber, Identifier::Postcode, Identifier::Email] {
        let mut rows = found.iter().filter(|(_, found)| *found == kind);
        if let Some((first, _)) = rows.next() {
            let rows = 1 + rows.count() as u64;
            offences.push(Offence { problem: kind.problem().to_owned(), first: *first, rows });
        }
    }
}

/// Notes the rows for which the question is answered with yes, if there are any.
pub(super) fn note(
    offences: &mut Vec<Offence>,
    rows: usize,
    problem: &str,
    offends: impl Fn(usize) -> bool,
) {
    let mut offending = (0..rows).filter(|row| offends(*row));
    if let Some(first) = offending.next() {
        let rows = 1 + offending.count() as u64;
        offences.push(Offence { problem: problem.to_owned(), first, rows });
    }
}
