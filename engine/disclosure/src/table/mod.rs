//! Rules that look at all cells of one table together, on true numbers of persons.
//!
//! Here every cell gets its standing: open (further rules decide on each of its values), empty, impossible, or
//! withheld. The minimum of a single cell stands in [`crate::threshold`]; what a neighbour gives away by subtraction
//! is not judged here but by secondary suppression, on what this leaves open.
//!
//! The rules build on one another, in this order:
//! 1. the minimum, of the cell alone or of the mean over the table (`minimum.rs`);
//! 2. rows and columns that have everybody in one cell (`class.rs`);
//! 3. tables that are refused for one small cell or for many (`whole.rs`).
//!
//! Must never know: what a key means, what a cell is called, a value of a measure.

mod class;
mod lines;
mod minimum;
#[cfg(test)]
mod tests;
mod whole;

pub use lines::{Line, lines};

use crate::contribution::Contribution;
use crate::noise::NoiseSecret;
use crate::outcome::Reason;
use crate::profile::Profile;
use crate::threshold;

/// One cell of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Distinct persons.
    pub persons: u64,
    /// Wrapping sum of their record keys.
    pub key: u64,
    /// Whether its row is there for every reader to see. Cells of few persons whose key is not public are not.
    pub listed: bool,
    /// Whether policy says that its combination of keys cannot be.
    pub structural: bool,
    /// What was said of nearly the same people before, where somebody remembers: whether they are enough.
    pub enough: Option<bool>,
}

impl Cell {
    /// A cell whose row everybody sees.
    #[must_use]
    pub const fn listed(persons: u64, key: u64) -> Self {
        Self { persons, key, listed: true, structural: false, enough: None }
    }

    /// A cell whose row nobody sees.
    #[must_use]
    pub const fn unlisted(persons: u64, key: u64) -> Self {
        Self { persons, key, listed: false, structural: false, enough: None }
    }

    /// Whether its people, of whom there are some, are too few where a profile has this minimum at least.
    fn is_small(self, profile: &Profile, secret: &NoiseSecret, least: u64) -> bool {
        let drawn = || self.persons < self.minimum(profile, secret, least);
        self.enough.map_or_else(drawn, |enough| !enough)
    }

    fn minimum(self, profile: &Profile, secret: &NoiseSecret, least: u64) -> u64 {
        let set = Contribution { persons: self.persons, key: self.key, ..Contribution::default() };
        threshold::of_persons(profile, secret, least, &set)
    }
}

/// The cells of one protected table.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    /// Every cell with a person, and every empty one that is listed.
    pub cells: &'a [Cell],
    /// Its rows and columns.
    pub lines: &'a [Line],
}

/// What the rules of the table leave of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The rules for single values decide.
    Open,
    /// Nobody is in it, and it is shown as an exact 0.
    Empty,
    /// Policy says that it cannot be, and fewer persons than the minimum say otherwise: shown as an exact 0, whatever
    /// the rows say. Were it withheld when somebody is in it, the difference would tell of exactly the person that nobody
    /// expects. So with persons in it, it is a hidden cell for secondary suppression.
    Structural,
    /// Withheld.
    Withheld(Reason),
}

/// What the rules of the table leave of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// For each cell, in the order given.
    pub cells: Vec<Standing>,
    /// What the answer says beside the cells. Depends on nothing that its reader does not see.
    pub warnings: Vec<Warning>,
}

/// Something that a reader should know of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Everybody of this line is in this cell.
    ClassDisclosure {
        /// Which line of the table.
        line: usize,
        /// Which of its cells.
        cell: usize,
    },
}

impl Warning {
    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClassDisclosure { .. } => "class_disclosure",
        }
    }

    /// The warning in words, the same for every line.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ClassDisclosure { .. } => {
                "in at least one row or column all people are in one group, so whoever knows that a person was counted \
                 there knows the group too"
            }
        }
    }
}

/// Applies every rule that looks at the whole table.
#[must_use]
pub fn screen(profile: &Profile, secret: &NoiseSecret, table: &Table<'_>) -> Screening {
    if profile.validate().is_err() {
        return withhold_all(table, Reason::Unprotectable); // FAIL-CLOSED
    }
    if let Some(reason) = whole::refused(profile, secret, table) {
        return withhold_all(table, reason);
    }
    let mut cells = minimum::judge_cells(profile, secret, table);
    let warnings = class::judge_lines(profile, table, &mut cells);
    Screening { cells, warnings }
}

fn withhold_all(table: &Table<'_>, reason: Reason) -> Screening {
    let cells = table.cells.iter().map(|_| Standing::Withheld(reason)).collect();
    Screening { cells, warnings: vec![] }
}
