//! Secondary suppression: what else must be withheld, so that hidden cells cannot be worked out.
//!
//! A table shows sums: cells, margins, and what other tables say of the same people. All of them are
//! sums of *atoms*, the parts into which everything that is published or hidden cuts the people.
//! Whoever adds and subtracts what is shown must not arrive at a hidden sum. [`suppress`] takes what a query
//! wants to publish, what is known already and what is hidden, and says what to withhold beside it.
//!
//! What holds of the result:
//! - no hidden cell is a linear combination of shown ones (`gauss.rs`; in exact integers, on large
//!   tables of small cells modulo three primes: `confirmed.rs`);
//! - nor of shown ones and one cell that a person is alone in (`singles.rs`);
//! - no bounds that follow from the shown sums, and from nothing being below zero, come nearer to a hidden cell than
//!   it needs (`intervals.rs`): where it needs room there are two tables in whole numbers, checked in exact
//!   integers, that agree with all that is shown and in which it is as large and as small as asked. Tables are looked
//!   for among the groups that move most easily with the cell (`scope.rs`) while the rest keeps its true values, and in
//!   the whole block that the cell is tied to where that is small (`witness.rs`). Where none is found, small tables are
//!   searched for the least that must go; in large ones what is cheapest near the cell goes (`loosen.rs`). What is not
//!   found counts as not there, so large tables may lose more than is needed and never less. Not covered: bounds that
//!   somebody alone in another cell finds, and bounds for sums of hidden cells that were not given as hidden
//!   themselves;
//! - what is said of a cell is decided once, under whatever name it appears (`cells.rs`).
//!
//! Tables without totals need little of this (`plain.rs`).
//!
//! Everything is decided without chance: the same cells give the same answer in any order,
//! except that equals are told apart by the order they are given in. Sums are taken as exact; noise on top of them
//! is not counted on. Must never know: what an atom is, who is in it, SQL text.

mod cells;
mod certificate;
mod confirmed;
mod gauss;
mod intervals;
mod loosen;
mod modular;
mod number;
mod order;
mod plain;
mod print;
mod residual;
mod scope;
mod singles;
#[cfg(test)]
mod tests;
mod vector;
mod view;
mod watch;
mod witness;

use cells::{Cell, Cells};

/// One sum of atoms that is published, hidden, or known anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The atoms it is the sum of. Their numbers mean nothing, and there may be gaps.
    pub atoms: Vec<u32>,
    /// Its true size: persons, or the absolute value of a magnitude. What is larger is missed more.
    pub size: u128,
    /// What is to become of it.
    pub kind: Kind,
}

/// What is to become of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every reader knows it, whatever is decided: the size of a population, an earlier release.
    Known,
    /// To be published unless it would tell something hidden.
    Candidate,
    /// An empty cell that is to be published: kept before everything else, or offered last, as
    /// [`Options::zeros`] says. Its size is 0.
    Zero,
    /// Withheld already, by a rule of its own; or not published at all and not to be worked out.
    Hidden {
        /// Exactly one person is in it, who knows it.
        single: bool,
        /// How far above and below the truth every bound must stay that a reader can find. 0: only the exact
        /// value is forbidden.
        needs: u128,
    },
}

/// Choices of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether empty cells may be withheld to protect others, like every other cell.
    pub zeros: bool,
}

/// A hidden column is told by what every reader knows; withholding more of this query cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hidden cell follows from what is known already")]
pub struct Impossible {
    /// The place of the hidden column.
    pub column: usize,
}

/// Whether each column is to be withheld beside the hidden ones. Always false for those that are hidden or known.
///
/// # Errors
/// A hidden column that is told by known columns alone.
pub fn suppress(columns: &[Column], options: Options) -> Result<Vec<bool>, Impossible> {
    if let Some(withheld) = plain::safe_as_it_is(columns, options.zeros) {
        return Ok(withheld);
    }
    if let Some(short) = plain::Short::of(columns, options.zeros)
        && let Ok(withheld) = decide(&short.columns, options)
        && let Some(withheld) = short.in_full(&withheld, columns.len())
    {
        return Ok(withheld);
    }
    decide(columns, options)
}

/// The long way.
fn decide(columns: &[Column], options: Options) -> Result<Vec<bool>, Impossible> {
    let cells = Cells::of(columns, options);
    let offers = order::offers(&cells);
    let decided = confirmed::decide(&cells, &offers)
        .and_then(|published| intervals::widen(&cells, &offers, published));
    match decided {
        Ok(published) => Ok(withheld(columns, &cells, &published)),
        Err(cell) => Err(impossible(columns, &cells, cell)),
    }
}

/// By column, from what was decided by cell.
fn withheld(columns: &[Column], cells: &Cells, published: &[bool]) -> Vec<bool> {
    let mut withheld = vec![false; columns.len()];
    for (at, cell) in cells.cells.iter().enumerate() {
        let shown = published.get(at).is_some_and(|shown| *shown);
        for column in cell.columns.iter().filter(|_| !shown) {
            let open = |column: &Column| matches!(column.kind, Kind::Candidate | Kind::Zero);
            if let Some(slot) = withheld.get_mut(*column) {
                *slot = columns.get(*column).is_some_and(open);
            }
        }
    }
    withheld
}

/// Names the first hidden column of a cell.
fn impossible(columns: &[Column], cells: &Cells, cell: usize) -> Impossible {
    let of_cell: &[usize] = cells.cells.get(cell).map_or(&[], |cell: &Cell| &cell.columns);
    let hidden = |column: &&usize| {
        columns.get(**column).is_some_and(|column| matches!(column.kind, Kind::Hidden { .. }))
    };
    Impossible { column: of_cell.iter().find(hidden).copied().unwrap_or_default() }
}
