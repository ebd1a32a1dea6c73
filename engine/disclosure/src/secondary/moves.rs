//! Moves: how persons could be shifted between atoms without anything that is shown changing.
//!
//! The true table plus a move is another table that a reader cannot rule out. Most hidden cells have a small one:
//! in a table of two keys, a rectangle of hidden cells with one more and one less at alternate corners. Moves are
//! looked for atom by atom, each step mending the shortest sum that is wrong; no search is long, and what is
//! not found counts as not there. Whatever is found is checked by [`Field::is_possible`] alone, in integers.

use std::collections::BTreeMap;

use super::cells::{Cell, Cells};

/// By atom: how much more, or less, it holds.
pub(super) type Move = BTreeMap<u32, i128>;

/// Steps of one search.
const STEPS: usize = 120;

/// Atoms of one sum that are looked at in one step, and how many of them are tried.
const ATOMS: usize = 96;
const TRIED: usize = 3;

/// A hidden cell, and by how much it is to change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Its place among all cells.
    pub(super) cell: usize,
    /// More than nothing for more persons, less than nothing for fewer.
    pub(super) change: i128,
}

/// The true table, and what is shown of it.
pub(super) struct Field<'a> {
    cells: &'a Cells,
    truth: Vec<i128>,
    shown: Vec<bool>,
    /// By cell: its atoms that are not known for good.
    open: Vec<Vec<u32>>,
    /// By atom: the cell that is this atom alone.
    alone: Vec<Option<usize>>,
    /// By cell: how far a sum is from what it was, while a move is made up.
    wrong: Vec<i32>,
}

impl<'a> Field<'a> {
    /// `truth` is the value of every atom.
    pub(super) fn of(cells: &'a Cells, shown: Vec<bool>, truth: Vec<i128>) -> Self {
        let mut settled = vec![false; cells.atoms];
        let mut alone = vec![None; cells.atoms];
        for (at, (cell, shown)) in cells.cells.iter().zip(&shown).enumerate() {
            let single = cell.atoms.len() == 1;
            let tells = *shown && (cell.size == 0 || (single && cell.known));
            for atom in cell.atoms.iter().filter(|_| tells || single) {
                if let Some(slot) = settled.get_mut(*atom as usize).filter(|_| tells) {
                    *slot = true;
                }
                if let Some(slot) = alone.get_mut(*atom as usize).filter(|_| single) {
                    *slot = Some(at);
                }
            }
        }
        let is_open = |atom: &u32| settled.get(*atom as usize).is_some_and(|settled| !settled);
        let open = |atoms: &[u32]| atoms.iter().copied().filter(is_open).collect();
        let open = cells.cells.iter().map(|cell| open(&cell.atoms)).collect();
        let wrong = vec![0; cells.cells.len()];
        Self { cells, truth, shown, open, alone, wrong }
    }

    /// What is shown by now.
    pub(super) fn shown(&self) -> &[bool] {
        &self.shown
    }

    /// Whether a cell is shown.
    pub(super) fn is_shown(&self, cell: usize) -> bool {
        self.shown.get(cell).is_some_and(|shown| *shown)
    }

    /// Shows a cell no longer, or again.
    pub(super) fn show(&mut self, at: usize, shown: bool) {
        if let Some(slot) = self.shown.get_mut(at) {
            *slot = shown;
        }
    }

    /// Whether a sum must stay as it is, where shown cells up to a size may be given up.
    fn is_firm(&self, at: usize, spare: u128) -> bool {
        let soft = |cell: &Cell| cell.is_candidate() && cell.size > 0 && cell.size <= spare;
        self.is_shown(at) && !self.cells.cells.get(at).is_some_and(soft)
    }

    /// By cell, what a move changes.
    pub(super) fn changes(&self, by: &Move) -> Option<BTreeMap<usize, i128>> {
        let mut sums: BTreeMap<usize, i128> = BTreeMap::new();
        for (atom, change) in by {
            for holder in self.cells.holders.get(*atom as usize).into_iter().flatten() {
                let sum = sums.entry(*holder).or_default();
                *sum = sum.checked_add(*change)?;
            }
        }
        sums.retain(|_, sum| *sum != 0);
        Some(sums)
    }

    /// What is lost when shown cells that change are withheld.
    pub(super) fn cost(&self, changes: &BTreeMap<usize, i128>) -> u32 {
        changes.keys().filter(|at| self.is_shown(**at)).map(|at| self.price(*at)).sum()
    }

    /// What a cell counts when it is given up: the length of its size.
    fn price(&self, at: usize) -> u32 {
        let size = self.cells.cells.get(at).map_or(0, |cell| cell.size);
        128_u32.saturating_sub(size.leading_zeros())
    }

    /// Whether a reader of what is shown cannot rule out the true table plus this move, whose changes these are.
    pub(super) fn is_possible(
        &self,
        by: &Move,
        changes: &BTreeMap<usize, i128>,
        spare: u128,
    ) -> bool {
        let value = |(atom, change): (&u32, &i128)| {
            let truth = self.truth.get(*atom as usize)?;
            truth.checked_add(*change).filter(|value| *value >= 0)
        };
        by.iter().all(|change| value(change).is_some())
            && changes.iter().all(|(at, change)| {
                let size = self.cells.cells.get(*at).map_or(0, |cell| cell.size);
                let filled = i128::try_from(size).ok().and_then(|size| size.checked_add(*change));
                let filled = filled.is_some_and(|size| size > 0);
                !self.is_firm(*at, spare) && (filled || !self.cells.zeros_shown || size == 0)
            })
    }

    /// A move that fulfils a wish, if a short search finds one; it may change shown cells up to a size.
    pub(super) fn find(&mut self, wish: Wish, spare: u128) -> Option<Move> {
        if wish.change == 0 {
            return Some(Move::new());
        }
        let mut all = Move::new();
        let mut left = wish.change;
        let mut step = left;
        let mut searches = 0_usize;
        while left != 0 {
            if step == 0 || searches > 12 {
                return None;
            }
            searches += 1;
            let seeds: Vec<u32> =
                self.open.get(wish.cell).into_iter().flatten().copied().take(4).collect();
            let mut found = None;
            for seed in seeds {
                found = self.circuit(seed, wish.cell, step, spare, &all);
                if found.is_some() {
                    break;
                }
            }
            match found {
                Some(circuit) => {
                    for (atom, sign) in circuit {
                        let slot = all.entry(atom).or_default();
                        *slot = slot.checked_add(sign.checked_mul(step.abs())?)?;
                    }
                    left -= step;
                    step = if left.abs() < step.abs() { left } else { step };
                }
                None => step /= 2,
            }
        }
        all.retain(|_, change| *change != 0);
        Some(all)
    }

    /// Signs by atom that leave every firm sum as it is, beginning with one atom of a cell.
    fn circuit(
        &mut self,
        seed: u32,
        cell: usize,
        step: i128,
        spare: u128,
        on: &Move,
    ) -> Option<Vec<(u32, i128)>> {
        let (taken, wrong) = (Vec::new(), Vec::new());
        let mut search = Search { cell, step, spare, on, taken, wrong, steps: STEPS };
        let sign = step.signum();
        let found = self.has_room(seed, sign, &search) && {
            self.take(seed, sign, &mut search);
            self.mend(&mut search)
        };
        for at in &search.wrong {
            if let Some(slot) = self.wrong.get_mut(*at) {
                *slot = 0;
            }
        }
        found.then_some(search.taken)
    }

    /// Mends what is wrong, shortest sum first.
    fn mend(&mut self, search: &mut Search<'_>) -> bool {
        let wrong = |at: &usize| self.wrong.get(*at).copied().unwrap_or(0);
        let length = |at: &usize| self.open.get(*at).map_or(0, Vec::len);
        let worst = search.wrong.iter().copied().filter(|at| wrong(at) != 0).min_by_key(length);
        let Some(worst) = worst else { return true };
        let sign = if wrong(&worst) > 0 { -1 } else { 1 };
        let mut tries: Vec<((i32, u32), u32)> = Vec::new();
        let open = self.open.get(worst).into_iter().flatten();
        for atom in open.filter(|atom| self.may_take(**atom, sign, search)).take(ATOMS) {
            tries.push((self.harm(*atom, sign, search.spare), *atom));
        }
        tries.sort_unstable();
        for (_, atom) in tries.into_iter().take(TRIED) {
            if search.steps == 0 {
                return false;
            }
            search.steps -= 1;
            self.take(atom, sign, search);
            if self.mend(search) {
                return true;
            }
            self.give_back(atom, sign, search);
        }
        false
    }

    fn may_take(&self, atom: u32, sign: i128, search: &Search<'_>) -> bool {
        let within = || {
            let cell = self.cells.cells.get(search.cell);
            cell.is_some_and(|cell| cell.atoms.binary_search(&atom).is_ok())
        };
        !search.taken.iter().any(|(taken, _)| *taken == atom)
            && self.has_room(atom, sign, search)
            && (sign == search.step.signum() || !within())
    }

    /// Whether an atom would not fall below nothing, or below one where it is known not to be empty.
    fn has_room(&self, atom: u32, sign: i128, search: &Search<'_>) -> bool {
        let alone = self.alone.get(atom as usize).copied().flatten();
        let truth = self.truth.get(atom as usize).copied().unwrap_or(0);
        let value = truth.saturating_add(search.on.get(&atom).copied().unwrap_or(0));
        let rest = value.saturating_sub(search.step.saturating_abs());
        let least = i128::from(self.cells.zeros_shown && alone.is_some());
        !alone.is_some_and(|at| self.is_firm(at, search.spare)) && (sign > 0 || rest >= least)
    }

    /// How many sums would be wrong by one more, less those that would be by one less; then, what would be given up.
    fn harm(&self, atom: u32, sign: i128, spare: u128) -> (i32, u32) {
        let (mut wrong, mut lost) = (0, 0);
        for at in self.cells.holders.get(atom as usize).into_iter().flatten() {
            if self.is_firm(*at, spare) {
                let before = i128::from(self.wrong.get(*at).copied().unwrap_or(0));
                wrong += if before * sign < 0 { -1 } else { 1 };
            } else if self.is_shown(*at) {
                lost += self.price(*at);
            }
        }
        (wrong, lost)
    }

    fn take(&mut self, atom: u32, sign: i128, search: &mut Search<'_>) {
        search.taken.push((atom, sign));
        self.count(atom, sign, search);
    }

    fn give_back(&mut self, atom: u32, sign: i128, search: &mut Search<'_>) {
        search.taken.pop();
        self.count(atom, -sign, search);
    }

    fn count(&mut self, atom: u32, sign: i128, search: &mut Search<'_>) {
        let by = if sign > 0 { 1 } else { -1 };
        for at in self.cells.holders.get(atom as usize).into_iter().flatten() {
            if self.is_firm(*at, search.spare)
                && let Some(slot) = self.wrong.get_mut(*at)
            {
                *slot += by;
                if *slot == by && !search.wrong.contains(at) {
                    search.wrong.push(*at);
                }
            }
        }
    }
}

/// A search under way.
struct Search<'a> {
    cell: usize,
    step: i128,
    spare: u128,
    /// What has been moved before.
    on: &'a Move,
    taken: Vec<(u32, i128)>,
    /// Sums that were wrong at any time.
    wrong: Vec<usize>,
    steps: usize,
}
