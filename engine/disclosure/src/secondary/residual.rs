//! Residuals: what is left of a hidden cell once everything published is taken out of it.
//!
//! Published cells are kept in reduced form: each row owns one atom, its pivot, that no other row
//! and no hidden residual holds. So a cell is worked out by one pass over the pivots among its
//! atoms, a hidden cell follows from what is published exactly when nothing is left of it, and it
//! would follow from one more cell exactly when the two residuals have one direction. Which pivots
//! are chosen changes speed alone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::number::{Number, Overflow};
use super::vector::Vector;

/// Hidden residuals by number, as they would become.
pub(super) type Changes<N> = BTreeMap<usize, Vector<N>>;

/// What a published row owns, and what it says of it.
#[derive(Debug)]
enum Owner {
    /// No row: the atom is open.
    Open,
    /// The row with this number.
    Row(usize),
    /// The atom itself is known; it was taken out of everything.
    Known,
}

/// Hidden cells modulo what is published. Rows before `hidden` are hidden cells, the others published.
#[derive(Debug)]
pub(super) struct Residuals<N> {
    rows: Vec<Vector<N>>,
    hidden: usize,
    owners: Vec<Owner>,
    /// By atom: rows that hold it, or held it once.
    holders: Vec<Vec<usize>>,
    /// By atom: how late it is wanted as a pivot; the latest is taken.
    ranks: Vec<usize>,
}

impl<N: Number> Residuals<N> {
    /// Nothing is published yet.
    pub(super) fn new<'a>(
        atoms: usize,
        hidden: impl Iterator<Item = &'a [u32]>,
        ranks: Vec<usize>,
    ) -> Self {
        let owners = (0..atoms).map(|_| Owner::Open).collect();
        let mut residuals =
            Self { rows: Vec::new(), hidden: 0, owners, holders: vec![Vec::new(); atoms], ranks };
        for cell in hidden {
            residuals.add(Vector::sum_of(cell.iter().copied()));
        }
        residuals.hidden = residuals.rows.len();
        residuals
    }

    /// What is left of every hidden cell.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &Vector<N>> {
        self.rows.iter().take(self.hidden)
    }

    /// What is left of the hidden cells that hold an atom, with their numbers.
    pub(super) fn hidden_at(&self, atom: u32) -> impl Iterator<Item = (usize, &Vector<N>)> {
        self.holders_of(atom)
            .iter()
            .filter(|row| **row < self.hidden)
            .filter_map(|row| Some((*row, self.rows.get(*row)?)))
            .filter(move |(_, residual)| residual.at(atom).is_some())
    }

    /// What is left of a cell.
    pub(super) fn residual(&self, atoms: &[u32]) -> Result<Vector<N>, Overflow> {
        let open = atoms.iter().copied().filter(|atom| !matches!(self.owner(*atom), Owner::Known));
        let mut residual = Vector::sum_of(open);
        for atom in atoms {
            if let Owner::Row(row) = self.owner(*atom)
                && let Some(row) = self.rows.get(*row)
                && let Some(reduced) = residual.reduced(row, *atom)?
            {
                residual = reduced;
            }
        }
        Ok(residual)
    }

    /// The hidden residuals that would change if this one were published, as they would become.
    pub(super) fn changes(&self, residual: &Vector<N>) -> Result<Changes<N>, Overflow> {
        let Some(pivot) = self.pivot(residual) else { return Ok(Changes::new()) };
        let mut changes = BTreeMap::new();
        for (at, hidden) in self.hidden_at(pivot) {
            if let Some(next) = hidden.reduced(residual, pivot)? {
                changes.insert(at, next);
            }
        }
        Ok(changes)
    }

    /// The hidden residuals that would change if these atoms, none of them owned by a row that reaches
    /// beyond them, were published one by one.
    pub(super) fn changes_without(&self, atoms: &[u32]) -> Changes<N> {
        let mut changes = Changes::new();
        for atom in atoms {
            for (at, hidden) in self.hidden_at(*atom) {
                changes.entry(at).or_insert_with(|| hidden.clone()).remove(*atom);
            }
        }
        changes
    }

    /// Publishes a residual that is not zero.
    pub(super) fn publish(&mut self, residual: Vector<N>) -> Result<(), Overflow> {
        let Some(pivot) = self.pivot(&residual) else { return Ok(()) };
        if residual.len() == 1 {
            self.publish_atom(pivot);
            return Ok(());
        }
        self.clear(pivot, &residual, None)?;
        let row = self.rows.len();
        self.add(residual);
        self.own(pivot, Owner::Row(row));
        Ok(())
    }

    /// Publishes an open atom by itself.
    pub(super) fn publish_atom(&mut self, atom: u32) {
        let holders = self.holders.get_mut(atom as usize).map(std::mem::take).unwrap_or_default();
        for holder in holders {
            if let Some(row) = self.rows.get_mut(holder) {
                row.remove(atom);
            }
        }
        self.own(atom, Owner::Known);
    }

    /// Gives the rows that own one of `atoms` another pivot, outside of them. A row that has none lies
    /// within `atoms`; it keeps its pivot.
    pub(super) fn vacate(&mut self, atoms: &[u32]) -> Result<(), Overflow> {
        for atom in atoms {
            let Owner::Row(at) = *self.owner(*atom) else { continue };
            let Some(row) = self.rows.get(at) else { continue };
            let outside = |other: &u32| atoms.binary_search(other).is_err();
            let Some(pivot) = row.atoms().find(outside) else { continue };
            let row = row.clone();
            self.clear(pivot, &row, Some(at))?;
            self.own(*atom, Owner::Open);
            self.own(pivot, Owner::Row(at));
        }
        Ok(())
    }

    /// Whether no row owns the atom and it is not known either.
    pub(super) fn is_open(&self, atom: u32) -> bool {
        matches!(self.owner(atom), Owner::Open)
    }

    /// Takes `pivot` out of every row by means of `by`, except out of the row `but`.
    fn clear(&mut self, pivot: u32, by: &Vector<N>, but: Option<usize>) -> Result<(), Overflow> {
        let holders = self.holders.get_mut(pivot as usize).map(std::mem::take).unwrap_or_default();
        for holder in holders.into_iter().filter(|holder| Some(*holder) != but) {
            let Some(row) = self.rows.get_mut(holder) else { continue };
            let Some(next) = row.reduced(by, pivot)? else { continue };
            for atom in by.atoms().filter(|atom| row.at(*atom).is_none()) {
                if let Some(holders) = self.holders.get_mut(atom as usize) {
                    holders.push(holder);
                }
            }
            *row = next;
        }
        if let (Some(but), Some(holders)) = (but, self.holders.get_mut(pivot as usize)) {
            holders.push(but);
        }
        Ok(())
    }

    fn add(&mut self, row: Vector<N>) {
        let number = self.rows.len();
        for atom in row.atoms() {
            if let Some(holders) = self.holders.get_mut(atom as usize) {
                holders.push(number);
            }
        }
        self.rows.push(row);
    }

    /// The atom that few rows hold and that is needed latest.
    fn pivot(&self, residual: &Vector<N>) -> Option<u32> {
        residual.atoms().min_by_key(|atom| {
            let rank = self.ranks.get(*atom as usize).copied().unwrap_or(0);
            (self.holders_of(*atom).len(), Reverse(rank))
        })
    }

    fn holders_of(&self, atom: u32) -> &[usize] {
        self.holders.get(atom as usize).map_or(&[], Vec::as_slice)
    }

    fn owner(&self, atom: u32) -> &Owner {
        self.owners.get(atom as usize).unwrap_or(&Owner::Open)
    }

    fn own(&mut self, atom: u32, owner: Owner) {
        if let Some(slot) = self.owners.get_mut(atom as usize) {
            *slot = owner;
        }
    }
}
