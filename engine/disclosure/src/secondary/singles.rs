//! Singles: whoever is alone in a hidden cell knows it, and must not work out another from it.
//!
//! With their own cell added to what is published, a person learns each hidden cell whose residual
//! has the direction of theirs. Cells that differ by empty cells alone are one and the same to
//! everybody and no pair. Not covered: a person who is alone in several cells and combines them, and
//! persons who tell each other what they know.

use std::collections::BTreeMap;

use super::cells::Cells;
use super::number::{Number, Overflow};
use super::residual::{Changes, Residuals};
use super::vector::Vector;

/// Hidden cells by number, as far as this rule cares.
#[derive(Debug)]
pub(super) struct Singles {
    cells: Vec<Contents>,
    any: bool,
}

/// One hidden cell.
#[derive(Debug, Clone, Copy)]
struct Contents {
    /// Equal for cells that differ by empty cells alone.
    same: usize,
    single: bool,
}

/// What is known of changed cells of one direction.
struct Group {
    /// The contents of the first.
    same: usize,
    /// Others have other contents.
    mixed: bool,
    /// A person is alone in one of them.
    single: bool,
}

impl Singles {
    /// `hidden` are the hidden cells, in the order of their residuals.
    pub(super) fn of(cells: &Cells, hidden: &[usize]) -> Self {
        let mut contents: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
        let full = |atom: &u32| !cells.empty.get(*atom as usize).is_some_and(|empty| *empty);
        let of = |at: &usize| {
            let cell = cells.cells.get(*at)?;
            let atoms = cell.atoms.iter().copied().filter(full).collect();
            let number = contents.len();
            let same = *contents.entry(atoms).or_insert(number);
            Some(Contents { same, single: cell.secret.is_some_and(|secret| secret.single) })
        };
        let cells: Vec<_> = hidden.iter().filter_map(of).collect();
        let any = cells.iter().any(|cell| cell.single);
        Self { cells, any }
    }

    /// A hidden cell that somebody alone in another one could work out after `changes`.
    pub(super) fn told<N: Number>(
        &self,
        residuals: &Residuals<N>,
        changes: &Changes<N>,
    ) -> Result<Option<usize>, Overflow> {
        if !self.any {
            return Ok(None);
        }
        let mut groups: BTreeMap<Vec<(u32, N)>, Group> = BTreeMap::new();
        for (at, residual) in changes {
            let Some(&Contents { same, single }) = self.cells.get(*at) else { continue };
            let first = || Group { same, mixed: false, single: false };
            let group = groups.entry(residual.canonical()?).or_insert_with(first);
            group.mixed |= group.same != same;
            group.single |= single;
            if (group.mixed && group.single) || self.has_mate(residuals, changes, *at, residual) {
                return Ok(Some(*at));
            }
        }
        Ok(None)
    }

    /// Whether a cell that keeps its residual would make a pair with this one.
    fn has_mate<N: Number>(
        &self,
        residuals: &Residuals<N>,
        changes: &Changes<N>,
        at: usize,
        residual: &Vector<N>,
    ) -> bool {
        let Some(atom) = residual.atoms().next() else { return false };
        residuals.hidden_at(atom).any(|(other, unchanged)| {
            !changes.contains_key(&other)
                && self.is_pair(other, at)
                && unchanged.is_parallel(residual)
        })
    }

    /// Whether two cells differ and a person is alone in either.
    fn is_pair(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.cells.get(first), self.cells.get(second)) else {
            return false;
        };
        first.same != second.same && (first.single || second.single)
    }
}
