//! Whether a text holds what looks like the identifier of a person: an NHS number, a postcode, a date of birth.
//!
//! Decides by the text and the contract alone. It refuses nothing: a flag is for people to look at, and tells nobody
//! whether there is such a person. Who writes an identifier in pieces is not found; the sealed text is there for those who
//! look.

mod dates;
mod nhs_numbers;
mod postcodes;

use std::collections::BTreeSet;

use super::text::QueryText;
use crate::catalog::contract::{ColumnContract, ColumnType};
use crate::catalog::view::View;
use crate::limits::Limits;

/// What a text seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Ten digits whose last one fits the others as in NHS numbers.
    NhsNumber,
    /// A whole postcode of the United Kingdom.
    Postcode,
    /// A day, in a query that names a column with dates of birth.
    DateOfBirth,
}

impl Flag {
    /// The word that stands in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NhsNumber => "nhs_number",
            Self::Postcode => "postcode",
            Self::DateOfBirth => "date_of_birth",
        }
    }
}

/// The flags of an SQL text. `births` are the columns with dates of birth that the project sees.
#[must_use]
pub fn flags(sql: &str, births: &BTreeSet<String>, limits: &Limits) -> BTreeSet<Flag> {
    // What cannot be cut into words is looked at as it stands.
    let (constants, words) = match QueryText::read(sql, limits) {
        Ok(text) => (text.literals(), text.words()),
        Err(_) => (vec![sql.to_owned()], alone(sql)),
    };
    let any = |looks: fn(&str) -> bool| constants.iter().any(|constant| looks(constant));
    let about_births =
        || words.iter().any(|word| births.contains(word) || BIRTHS.contains(&word.as_str()));
    let mut found = BTreeSet::new();
    // A number can stand in a name as well: `AS n9434765919`.
    if any(nhs_numbers::in_text) || words.iter().any(|word| nhs_numbers::in_text(word)) {
        found.insert(Flag::NhsNumber);
    }
    if any(postcodes::in_text) {
        found.insert(Flag::Postcode);
    }
    if any(dates::in_text) && about_births() {
        found.insert(Flag::DateOfBirth);
    }
    found
}

/// Columns with dates of birth: those of a date or time that the contract calls a birth, in name or description.
#[must_use]
pub fn birth_columns(view: &View) -> BTreeSet<String> {
    let columns = view.tables().iter().flat_map(|table| &table.table.columns);
    columns
        .filter(|column| tells_birth(column))
        .map(|column| column.name.as_str().to_lowercase())
        .collect()
}

fn tells_birth(column: &ColumnContract) -> bool {
    let dated = match column.kind {
        ColumnType::Date | ColumnType::Timestamp => true,
        ColumnType::Integer | ColumnType::Number | ColumnType::Text | ColumnType::Boolean => false,
    };
    let name = column.name.as_str().to_lowercase();
    let described = column.description.to_lowercase();
    let named = BIRTHS.contains(&name.as_str()) || name.contains("birth");
    dated && (named || described.contains("of birth") || described.contains("born"))
}

/// Names that say it by themselves, for columns that are not there.
const BIRTHS: [&str; 8] = [
    "birth_date",
    "birthdate",
    "birthday",
    "born_on",
    "date_of_birth",
    "dateofbirth",
    "day_of_birth",
    "dob",
];

/// The words of a text that is no SQL.
fn alone(text: &str) -> BTreeSet<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
