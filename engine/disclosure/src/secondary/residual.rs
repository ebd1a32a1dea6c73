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
    /// By atom: rows that hold it, or held it once; some more than once.
    holders: Vec<Vec<usize>>,
    /// By atom: how many rows hold it.
    counts: Vec<usize>,
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
        let (holders, counts) = (vec![Vec::new(); atoms], vec![0; atoms]);
        let mut residuals = Self { rows: Vec::new(), hidden: 0, owners, holders, counts, ranks };
        for cell in hidden {
            residuals.add(Vector::sum_of(cell.iter().copied()));
        }
        residuals.hidden = residuals.rows.len();
        residuals
    }

    /// What is left of every hidden cell.
    pub(super) fn all_hidden(&self) -> Changes<N> {
        self.rows.iter().take(self.hidden).cloned().enumerate().collect()
    }

    /// What is left of one hidden cell.
    pub(super) fn hidden(&self, at: usize) -> Option<&Vector<N>> {
        self.rows.get(at).filter(|_| at < self.hidden)
    }

    /// The numbers of the hidden cells of which an atom is left, ascending.
    pub(super) fn hidden_at(&self, atom: u32) -> Vec<usize> {
        let holders = self.holders.get(atom as usize).into_iter().flatten().copied();
        let holds = |row: &usize| self.rows.get(*row).is_some_and(|row| row.at(atom).is_some());
        let mut hidden: Vec<usize> = holders.filter(|row| *row < self.hidden).collect();
        hidden.sort_unstable();
        hidden.dedup();
        hidden.retain(holds);
        hidden
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
                residual = reduced.vector;
            }
        }
        Ok(residual)
    }

    /// What would be left of a hidden cell if a residual were published by this pivot.
    pub(super) fn forecast(
        &self,
        hidden: usize,
        residual: &Vector<N>,
        pivot: u32,
    ) -> Result<Option<Vector<N>>, Overflow> {
        let Some(hidden) = self.hidden(hidden) else { return Ok(None) };
        Ok(match hidden.reduced(residual, pivot)? {
            Some(reduced) => Some(reduced.vector),
            None => Some(hidden.clone()),
        })
    }

    /// The hidden residuals that would change if these atoms, none of them owned by a row that reaches
    /// beyond them, were published one by one.
    pub(super) fn changes_without(&self, atoms: &[u32]) -> Changes<N> {
        let mut changes = Changes::new();
        for atom in atoms {
            for at in self.hidden_at(*atom) {
                let Some(hidden) = self.hidden(at) else { continue };
                changes.entry(at).or_insert_with(|| hidden.clone()).remove(*atom);
            }
        }
        changes
    }

    /// Publishes a residual, by one of its atoms.
    pub(super) fn publish(&mut self, residual: Vector<N>, pivot: u32) -> Result<(), Overflow> {
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
        for holder in self.take_holders(atom) {
            if let Some(row) = self.rows.get_mut(holder) {
                row.remove(atom);
            }
        }
        self.own(atom, Owner::Known);
    }

    /// Gives the rows that own one of `atoms` another pivot, outside of them. A row that has none lies
    /// within `atoms`; it keeps its pivot. Says whether anything moved: then residuals are written anew.
    pub(super) fn vacate(&mut self, atoms: &[u32]) -> Result<bool, Overflow> {
        let mut moved = false;
        for atom in atoms {
            let Owner::Row(at) = *self.owner(*atom) else { continue };
            let Some(row) = self.rows.get(at) else { continue };
            let outside = |other: &u32| atoms.binary_search(other).is_err();
            let Some(pivot) = row.atoms().find(outside) else { continue };
            let row = row.clone();
            self.clear(pivot, &row, Some(at))?;
            self.own(*atom, Owner::Open);
            self.own(pivot, Owner::Row(at));
            moved = true;
        }
        Ok(moved)
    }

    /// Whether no row owns the atom and it is not known either.
    pub(super) fn is_open(&self, atom: u32) -> bool {
        matches!(self.owner(atom), Owner::Open)
    }

    /// The atom that few rows hold and that is needed latest; `None` for a residual of nothing.
    pub(super) fn pivot(&self, residual: &Vector<N>) -> Option<u32> {
        residual.atoms().min_by_key(|atom| {
            let rank = self.ranks.get(*atom as usize).copied().unwrap_or(0);
            let count = self.counts.get(*atom as usize).copied().unwrap_or(0);
            (count, Reverse(rank))
        })
    }

    /// Takes `pivot` out of every row by means of `by`, except out of the row `but`.
    fn clear(&mut self, pivot: u32, by: &Vector<N>, but: Option<usize>) -> Result<(), Overflow> {
        for holder in self.take_holders(pivot) {
            if Some(holder) == but {
                self.hold(pivot, holder);
                continue;
            }
            let Some(row) = self.rows.get_mut(holder) else { continue };
            let Some(next) = row.reduced(by, pivot)? else { continue };
            *row = next.vector;
            for atom in next.gained {
                self.hold(atom, holder);
            }
            for atom in next.lost.into_iter().filter(|atom| *atom != pivot) {
                if let Some(count) = self.counts.get_mut(atom as usize) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, row: Vector<N>) {
        for atom in row.atoms() {
            self.hold(atom, self.rows.len());
        }
        self.rows.push(row);
    }

    fn hold(&mut self, atom: u32, row: usize) {
        if let Some(holders) = self.holders.get_mut(atom as usize) {
            holders.push(row);
        }
        if let Some(count) = self.counts.get_mut(atom as usize) {
            *count = count.saturating_add(1);
        }
    }

    /// The rows that hold an atom or held it once, which nobody is taken to hold from now on.
    fn take_holders(&mut self, atom: u32) -> Vec<usize> {
        if let Some(count) = self.counts.get_mut(atom as usize) {
            *count = 0;
        }
        let mut taken = self.holders.get_mut(atom as usize).map(std::mem::take).unwrap_or_default();
        taken.sort_unstable();
        taken.dedup();
        taken
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
