//! Cells: columns that are sums of the same atoms, taken as one, whatever they are called.
//!
//! A table that is published twice must not show in one place what it hides in the other, so
//! everything after this is decided once for all columns of a cell.

use std::collections::BTreeMap;

use super::{Column, Kind, Options};

/// One sum of atoms, with everything that was said of it.
#[derive(Debug)]
pub(super) struct Cell {
    /// Its atoms, ascending, numbered without gaps.
    pub(super) atoms: Vec<u32>,
    /// Its true size.
    pub(super) size: u128,
    /// Known to every reader anyway.
    pub(super) known: bool,
    /// What is hidden of it; `None` for what may be published.
    pub(super) secret: Option<Secret>,
    /// Empty, published for preference.
    pub(super) zero: bool,
    /// Where it stands in what the caller gave.
    pub(super) columns: Vec<usize>,
}

/// What a reader must not learn of a hidden cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Secret {
    /// One person alone is in it.
    pub(super) single: bool,
    /// How far from the truth every bound must stay.
    pub(super) needs: u128,
}

/// All cells, in the order of their first columns, over atoms numbered without gaps.
#[derive(Debug)]
pub(super) struct Cells {
    /// The cells.
    pub(super) cells: Vec<Cell>,
    /// How many atoms there are.
    pub(super) atoms: usize,
    /// By atom: an empty cell that is shown for preference says that it is empty.
    pub(super) empty: Vec<bool>,
    /// By atom: the cells that hold it.
    pub(super) holders: Vec<Vec<usize>>,
    /// Empty cells are shown, so that readers know of a withheld cell that it is not empty.
    pub(super) zeros_shown: bool,
}

impl Cells {
    /// Sorts columns into cells.
    pub(super) fn of(columns: &[Column], options: Options) -> Self {
        let numbers = numbers(columns);
        let mut places: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
        let mut cells: Vec<Cell> = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            let mut atoms: Vec<u32> =
                column.atoms.iter().filter_map(|atom| numbers.get(atom).copied()).collect();
            atoms.sort_unstable();
            atoms.dedup();
            let at = *places.entry(atoms.clone()).or_insert(cells.len());
            match cells.get_mut(at) {
                Some(cell) => cell.join(place, column),
                None => cells.push(Cell::new(atoms, place, column)),
            }
        }
        let mut empty = vec![false; numbers.len()];
        for cell in &mut cells {
            cell.zero &= !options.zeros && cell.secret.is_none() && !cell.known;
            for atom in cell.atoms.iter().filter(|_| cell.zero) {
                if let Some(slot) = empty.get_mut(*atom as usize) {
                    *slot = true;
                }
            }
        }
        let mut holders = vec![Vec::new(); numbers.len()];
        for (at, cell) in cells.iter().enumerate() {
            for atom in &cell.atoms {
                if let Some(slot) = holders.get_mut(*atom as usize) {
                    slot.push(at);
                }
            }
        }
        Self { cells, atoms: numbers.len(), empty, holders, zeros_shown: !options.zeros }
    }
}

impl Cell {
    fn new(atoms: Vec<u32>, place: usize, column: &Column) -> Self {
        let mut cell =
            Self { atoms, size: 0, known: false, secret: None, zero: false, columns: Vec::new() };
        cell.join(place, column);
        cell
    }

    fn join(&mut self, place: usize, column: &Column) {
        self.columns.push(place);
        self.size = self.size.max(column.size);
        match column.kind {
            Kind::Known => self.known = true,
            Kind::Candidate => {}
            Kind::Zero => self.zero = true,
            Kind::Hidden { single, needs } => {
                let before = self.secret.unwrap_or(Secret { single: false, needs: 0 });
                self.secret = Some(Secret {
                    single: single || before.single,
                    needs: needs.max(before.needs),
                });
            }
        }
    }

    /// Whether it may be published.
    pub(super) fn is_candidate(&self) -> bool {
        self.secret.is_none() && !self.known
    }
}

/// A number without gaps for every atom that occurs.
fn numbers(columns: &[Column]) -> BTreeMap<u32, u32> {
    let mut atoms: BTreeMap<u32, u32> =
        columns.iter().flat_map(|column| &column.atoms).map(|atom| (*atom, 0)).collect();
    for (number, slot) in (0..).zip(atoms.values_mut()) {
        *slot = number;
    }
    atoms
}
