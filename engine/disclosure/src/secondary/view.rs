//! What a reader still does not know: open atoms, and the sums that tie them to each other.
//!
//! Nothing is below zero and every shown sum is exact, so a sum with one open atom settles it, and a sum with
//! nothing left settles all its atoms. What stays open is taken together where the same sums hold it: a *group*.
//! Where empty cells are shown, a cell that is withheld is not empty, and readers know that, too.

use std::collections::BTreeMap;

use super::cells::{Cell, Cells};

/// A sum that holds between groups.
#[derive(Debug)]
pub(super) struct Tie {
    /// The groups it is the sum of.
    pub(super) groups: Vec<usize>,
    /// What is left for them.
    pub(super) rest: u128,
    /// Whether it is exact; otherwise it is the least they can be.
    pub(super) exact: bool,
}

/// What a reader knows and does not know.
#[derive(Debug)]
pub(super) struct View {
    /// By atom: its value, or the least it can be where it is open.
    least: Vec<u128>,
    /// By atom: its group, where it is open.
    group: Vec<Option<usize>>,
    /// By group: how many atoms it has.
    atoms: Vec<usize>,
    /// All ties.
    pub(super) ties: Vec<Tie>,
    /// By group: the ties that hold it.
    pub(super) tied: Vec<Vec<usize>>,
    /// By group: what it truly holds beyond the least, where the columns tell that much.
    pub(super) truth: Option<Vec<u128>>,
}

/// One hidden cell, as the reader sees it.
#[derive(Debug)]
pub(super) struct Sight {
    /// What is certain.
    pub(super) least: u128,
    /// Open groups it shares atoms with.
    pub(super) touched: Vec<usize>,
    /// Open groups it holds as a whole.
    pub(super) whole: Vec<usize>,
}

impl View {
    /// What remains open when these cells are published. `None` where the sizes contradict each other.
    pub(super) fn of(cells: &Cells, published: &[bool]) -> Option<Self> {
        let shown = |at: usize| published.get(at).is_some_and(|shown| *shown);
        let settled = settle(cells, shown)?;
        let truth = settle(cells, |_| true)?;
        let least = floors(cells, &settled, &shown);
        let mut signatures: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut ties: Vec<Tie> = Vec::new();
        let open = |atom: &&u32| settled.get(**atom as usize).is_some_and(Option::is_none);
        for (at, cell) in cells.cells.iter().enumerate() {
            let certain = sum(&cell.atoms, &least);
            let needed = cell.size > 0 && certain == 0 && cells.zeros_shown;
            if !cell.atoms.iter().any(|atom| open(&atom)) || !(shown(at) || needed) {
                continue;
            }
            let rest = if shown(at) { cell.size.checked_sub(certain)? } else { 1 };
            for atom in cell.atoms.iter().filter(open) {
                signatures.entry(*atom).or_default().push(ties.len());
            }
            ties.push(Tie { groups: Vec::new(), rest, exact: shown(at) });
        }
        let mut view = Self {
            group: vec![None; cells.atoms],
            atoms: Vec::new(),
            ties,
            tied: Vec::new(),
            truth: None,
            least,
        };
        view.gather(&settled, signatures);
        view.truth = view.true_groups(&truth);
        Some(view)
    }

    /// How a reader sees a cell.
    pub(super) fn sight(&self, cell: &Cell) -> Sight {
        let mut held: BTreeMap<usize, usize> = BTreeMap::new();
        for atom in &cell.atoms {
            if let Some(group) = self.group.get(*atom as usize).copied().flatten() {
                *held.entry(group).or_default() += 1;
            }
        }
        let whole = |(group, held): (&usize, &usize)| {
            (self.atoms.get(*group) == Some(held)).then_some(*group)
        };
        let whole = held.iter().filter_map(whole).collect();
        Sight { least: sum(&cell.atoms, &self.least), touched: held.into_keys().collect(), whole }
    }

    /// Whether nothing that is shown limits a group.
    pub(super) fn is_free(&self, group: usize) -> bool {
        self.ties_of(group).all(|tie| !tie.exact)
    }

    /// The most that a group needs to hold in any table: a sum it is part of, or enough not to be empty.
    pub(super) fn most(&self, group: usize) -> u128 {
        self.ties_of(group).filter(|tie| tie.exact).map(|tie| tie.rest).min().unwrap_or(1)
    }

    fn ties_of(&self, group: usize) -> impl Iterator<Item = &Tie> {
        let ties = self.tied.get(group).into_iter().flatten();
        ties.filter_map(|tie| self.ties.get(*tie))
    }

    /// Puts open atoms of the same ties into one group.
    fn gather(&mut self, settled: &[Option<u128>], mut signatures: BTreeMap<u32, Vec<usize>>) {
        let mut groups: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for (atom, value) in (0_u32..).zip(settled) {
            if value.is_some() {
                continue;
            }
            let signature = signatures.remove(&atom).unwrap_or_default();
            let number = self.atoms.len();
            let group = *groups.entry(signature.clone()).or_insert(number);
            if group == number {
                for tie in &signature {
                    if let Some(tie) = self.ties.get_mut(*tie) {
                        tie.groups.push(group);
                    }
                }
                self.tied.push(signature);
                self.atoms.push(0);
            }
            if let (Some(slot), Some(count)) =
                (self.group.get_mut(atom as usize), self.atoms.get_mut(group))
            {
                *slot = Some(group);
                *count += 1;
            }
        }
    }

    /// The truth by group, if every open atom has a value that the columns tell.
    fn true_groups(&self, truth: &[Option<u128>]) -> Option<Vec<u128>> {
        let mut groups = vec![0_u128; self.atoms.len()];
        for ((group, value), least) in self.group.iter().zip(truth).zip(&self.least) {
            if let Some(slot) = group.and_then(|group| groups.get_mut(group)) {
                *slot = slot.checked_add((*value)?.checked_sub(*least)?)?;
            }
        }
        Some(groups)
    }
}

/// By atom: its true value, as far as the cells tell it.
pub(super) fn truth(cells: &Cells) -> Vec<Option<u128>> {
    settle(cells, |_| true).unwrap_or_else(|| vec![None; cells.atoms])
}

/// Values that follow one by one from the cells that count. `None` where they contradict each other.
fn settle(cells: &Cells, counts: impl Fn(usize) -> bool) -> Option<Vec<Option<u128>>> {
    let mut values = vec![None; cells.atoms];
    let mut left: Vec<(usize, u128)> =
        cells.cells.iter().map(|cell| (cell.atoms.len(), cell.size)).collect();
    let ready = |(open, rest): (usize, u128)| open == 1 || (open > 0 && rest == 0);
    let mut queue: Vec<usize> = (0..cells.cells.len())
        .filter(|at| counts(*at) && left.get(*at).copied().is_some_and(ready))
        .collect();
    while let Some(at) = queue.pop() {
        let Some((cell, (open, rest))) = cells.cells.get(at).zip(left.get(at).copied()) else {
            continue;
        };
        for atom in cell.atoms.iter().filter(|_| open > 0) {
            let Some(slot) = values.get_mut(*atom as usize).filter(|slot| slot.is_none()) else {
                continue;
            };
            *slot = Some(rest);
            for other in cells.holders.get(*atom as usize).into_iter().flatten() {
                let Some(state) = left.get_mut(*other) else { continue };
                if counts(*other) {
                    *state = (state.0.saturating_sub(1), state.1.checked_sub(rest)?);
                    queue.extend(Some(*other).filter(|_| ready(*state)));
                }
            }
        }
    }
    Some(values)
}

/// By atom: its value, or the least it can be.
fn floors(cells: &Cells, settled: &[Option<u128>], shown: &impl Fn(usize) -> bool) -> Vec<u128> {
    let mut least: Vec<u128> = settled.iter().map(|value| value.unwrap_or(0)).collect();
    for (at, cell) in cells.cells.iter().enumerate() {
        if let [atom] = cell.atoms.as_slice()
            && cells.zeros_shown
            && !shown(at)
            && cell.size > 0
            && let Some(slot) = least.get_mut(*atom as usize)
        {
            *slot = (*slot).max(1);
        }
    }
    least
}

fn sum(atoms: &[u32], values: &[u128]) -> u128 {
    let of = |atom: &u32| values.get(*atom as usize).copied().unwrap_or(0);
    atoms.iter().map(of).fold(0, u128::saturating_add)
}
