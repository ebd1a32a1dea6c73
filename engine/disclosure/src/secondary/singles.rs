//! Singles: whoever is alone in a hidden cell knows it, and must not work out another from it.
//!
//! With their own cell added to what is published, a person learns each hidden cell whose residual
//! has the direction of theirs. Cells that differ by empty cells alone are one and the same to
//! everybody and no pair. Not covered: a person who is alone in several cells and combines them, and
//! persons who tell each other what they know.

use std::collections::BTreeMap;

use super::cells::Cells;

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

    /// Whether nobody is alone anywhere.
    pub(super) fn is_idle(&self) -> bool {
        !self.any
    }

    /// Whether two cells differ and a person is alone in either.
    pub(super) fn is_pair(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.cells.get(first), self.cells.get(second)) else {
            return false;
        };
        first.same != second.same && (first.single || second.single)
    }

    /// Whether there are two among these that differ while a person is alone in either.
    pub(super) fn has_pair(&self, cells: impl Iterator<Item = usize>) -> bool {
        let mut cells = cells.filter_map(|at| self.cells.get(at));
        let Some(first) = cells.next() else { return false };
        let (mut single, mut differ) = (first.single, false);
        for cell in cells {
            single |= cell.single;
            differ |= cell.same != first.same;
        }
        single && differ
    }
}
