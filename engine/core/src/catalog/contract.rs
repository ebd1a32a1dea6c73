//! The data contract: what each table and column of a dataset is.
//!
//! A contract says for every column its type, unit, meaning and role, which values it may hold, whether it is
//! sensitive, and how tables join. Everything the engine decides before reading rows it decides from here.
//! Must never know: rows, projects, profiles.

mod column;
mod error;
mod join;
mod names;
mod nearest;
mod read;
mod report;
mod section;
mod table;

#[cfg(test)]
mod tests;

pub use error::{ContractError, ContractErrors};

use crate::ids::{ColumnName, DatasetId, TableName};

/// One dataset, as its owner describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// The dataset; the SQL schema of its tables.
    pub dataset: DatasetId,
    /// A title for people.
    pub title: String,
    /// What the data are and where they come from.
    pub description: String,
    /// The person universe: datasets with the same universe speak about the same pseudonyms.
    pub universe: String,
    /// The tables, in the order of the file.
    pub tables: Vec<TableContract>,
    /// Columns of tables that correspond. Where one side is a table without persons, documentation for people; between
    /// two tables of persons a link inside a person, see [`super::links`].
    pub joins: Vec<JoinContract>,
}

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableContract {
    /// Its name in SQL.
    pub name: TableName,
    /// What a row is.
    pub description: String,
    /// Whether rows are about persons.
    pub kind: TableKind,
    /// The columns, in the order of the file. A personal table has exactly one with [`Role::Person`].
    pub columns: Vec<ColumnContract>,
}

/// Whether rows of a table are about persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableKind {
    /// Rows belong to persons.
    Personal {
        /// Whether each person has at most one row.
        one_row_per_person: bool,
    },
    /// No row is about a person: code lists, organisations.
    Public {
        /// The columns that identify a row, by position; checked to be unique and not NULL when data come in.
        key: Vec<usize>,
    },
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnContract {
    /// Its name in SQL.
    pub name: ColumnName,
    /// The type of its values.
    pub kind: ColumnType,
    /// Unit of measurement, for people.
    pub unit: Option<String>,
    /// What it means.
    pub description: String,
    /// What it may serve as.
    pub role: Role,
    /// Whether values may be missing.
    pub nullable: bool,
    /// The values it may hold, where they are listed; public knowledge.
    pub values: Option<Vec<String>>,
    /// Smallest and largest value, where declared (measures must); values outside are rejected on entry.
    pub bounds: Option<Bounds>,
    /// Digits after the point that sums keep, for measures of type number.
    pub decimals: u32,
    /// Whether knowing it about somebody would harm them.
    pub sensitive: bool,
    /// Whether it tells where somebody lives or was treated: an answer that uses none is national.
    pub area: bool,
}

/// Types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// 64-bit integer.
    Integer,
    /// 64-bit floating point number.
    Number,
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment, without time zone, microseconds.
    Timestamp,
}

/// What a column may serve as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The pseudonym of the person: joins, per-person grouping, `count(distinct ..)` only.
    Person,
    /// Identifies a row, or refers to one of another table.
    Key,
    /// A number that may be summed.
    Measure,
    /// A small set of values.
    Category,
    /// A point in time.
    Date,
    /// A code of a long list.
    Code,
    /// Text that may hold anything; never grouped by, never shown.
    FreeText,
}

/// Smallest and largest value a column may hold, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest value.
    pub lower: f64,
    /// Largest value.
    pub upper: f64,
}

/// How two tables join: pairs of columns that correspond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinContract {
    /// The table on the left.
    pub left: TableName,
    /// The table on the right.
    pub right: TableName,
    /// Column of the left, column of the right.
    pub on: Vec<(ColumnName, ColumnName)>,
}

impl Contract {
    /// The table of this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&TableContract> {
        self.tables.iter().find(|table| table.name.as_str() == name)
    }
}

impl TableContract {
    /// The position of the person column, if the table has one.
    #[must_use]
    pub fn person_column(&self) -> Option<usize> {
        self.columns.iter().position(|column| column.role == Role::Person)
    }

    /// The column of this name, with its position.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<(usize, &ColumnContract)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name.as_str() == name)
    }
}
