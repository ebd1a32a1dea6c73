//! What to withhold near a cell that is bounded too narrowly: the cheapest few, by one linear program.
//!
//! Atoms near the cell may move, and so may what is shown of them, at a price: what is larger is missed more. Where the
//! cell reaches its goal, whatever had to move is withheld. Whether that is enough is looked at afterwards
//! (`intervals.rs`); a poor choice costs cells and no protection.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, OptimizationDirection, Problem, Solution, Variable};

use super::cells::{Cell, Cells};
use super::intervals::Goal;
use super::scope::{Web, around};

/// How many atoms may move.
const NEAR: usize = 60;

/// The published cells that are to be withheld for a cell to reach its goal; nothing where none were found.
pub(super) fn loosen(
    cells: &Cells,
    truth: &[Option<u128>],
    published: &[bool],
    cell: &Cell,
    goal: Goal,
) -> BTreeSet<usize> {
    let near = Near { cells, truth, published };
    let start: Vec<usize> = cell.atoms.iter().take(NEAR).map(|atom| *atom as usize).collect();
    let scope: BTreeSet<usize> = around(&near, &start, start.len().max(NEAR))
        .into_iter()
        .filter(|a| near.can_move(*a))
        .collect();
    let (up, down) = (goal.high.saturating_sub(cell.size), cell.size.saturating_sub(goal.low));
    let mut lost = near.to_move(cell, &scope, up, Way::Up);
    lost.extend(near.to_move(cell, &scope, down, Way::Down));
    lost
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// Atoms, and what is published of them. A published cell of one atom ties nothing together: it has a price.
struct Near<'a> {
    cells: &'a Cells,
    truth: &'a [Option<u128>],
    published: &'a [bool],
}

/// How far something moves up and down.
type Move = (Variable, Variable);

impl Near<'_> {
    fn to_move(&self, cell: &Cell, scope: &BTreeSet<usize>, by: u128, way: Way) -> BTreeSet<usize> {
        if by == 0 {
            return BTreeSet::new();
        }
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let atoms: BTreeMap<usize, Move> =
            scope.iter().map(|atom| (*atom, self.add_atom(&mut problem, *atom, by))).collect();
        let mut sums: Vec<(Vec<usize>, Move)> = vec![];
        for (held, of) in self.sums(scope) {
            let mut terms = moves(&held, &atoms);
            if let Some(price) = of.iter().try_fold(0.0, |sum, at| Some(sum + self.price(*at)?)) {
                let slack = (problem.add_var(price, FREELY), problem.add_var(price, FREELY));
                terms.extend([(slack.0, -1.0), (slack.1, 1.0)]);
                sums.push((of, slack));
            }
            problem.add_constraint(&terms, ComparisonOp::Eq, 0.0);
        }
        let own: Vec<usize> = cell.atoms.iter().map(|atom| *atom as usize).collect();
        let wanted = moves(&own, &atoms);
        match way {
            Way::Up => problem.add_constraint(&wanted, ComparisonOp::Ge, 1.0),
            Way::Down => problem.add_constraint(&wanted, ComparisonOp::Le, -1.0),
        }
        let Some(solution) = problem.solve().ok().and_then(|found| found.into_solution().ok())
        else {
            return BTreeSet::new();
        };
        let moved = |of: &Move| is_moved(&solution, of);
        let of_atoms = atoms.iter().filter(|(_, of)| moved(of));
        let of_atoms = of_atoms.filter_map(|(atom, _)| self.shown_alone(*atom));
        let of_sums =
            sums.iter().filter(|(_, of)| moved(of)).flat_map(|(of, _)| of.iter().copied());
        of_atoms.chain(of_sums).collect()
    }

    /// In units of what the cell lacks, so that all numbers of the program are of moderate size.
    fn add_atom(&self, problem: &mut Problem, atom: usize, by: u128) -> Move {
        let price = self.shown_alone(atom).and_then(|at| self.price(at)).unwrap_or(OPEN);
        let down = problem.add_var(price, (0.0, self.spare(atom) as f64 / by as f64));
        (problem.add_var(price, FREELY), down)
    }

    /// What an atom holds beyond the least that readers know of.
    fn spare(&self, atom: usize) -> u128 {
        let truth = self.truth.get(atom).copied().flatten().unwrap_or(0);
        truth.saturating_sub(u128::from(self.cells.zeros_shown))
    }

    /// The published cells of several atoms, by what they hold of the scope.
    fn sums(&self, scope: &BTreeSet<usize>) -> BTreeMap<Vec<usize>, Vec<usize>> {
        let ties: BTreeSet<usize> = scope.iter().flat_map(|atom| self.ties_of(*atom)).collect();
        let mut sums: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for tie in ties {
            let atoms = self.cells.cells.get(tie).into_iter().flat_map(|cell| &cell.atoms);
            let held = atoms.map(|atom| *atom as usize).filter(|atom| scope.contains(atom));
            sums.entry(held.collect()).or_default().push(tie);
        }
        sums
    }

    /// What it costs to withhold a cell; nothing can buy what everybody knows.
    fn price(&self, at: usize) -> Option<f64> {
        let cell = self.cells.cells.get(at).filter(|cell| !cell.known)?;
        Some((cell.size.saturating_add(2) as f64).log2())
    }

    fn is_published(&self, at: usize) -> bool {
        self.published.get(at).is_some_and(|shown| *shown)
    }

    /// The published cell that shows an atom by itself.
    fn shown_alone(&self, atom: usize) -> Option<usize> {
        let holders = self.cells.holders.get(atom).into_iter().flatten().copied();
        let alone =
            |at: &usize| self.cells.cells.get(*at).is_some_and(|cell| cell.atoms.len() == 1);
        holders.filter(|at| self.is_published(*at)).find(alone)
    }
}

/// What it costs to move what nobody sees: little, so that few things move.
const OPEN: f64 = 0.01;

const FREELY: (f64, f64) = (0.0, f64::INFINITY);

fn moves(held: &[usize], atoms: &BTreeMap<usize, Move>) -> Vec<(Variable, f64)> {
    let of = held.iter().filter_map(|atom| atoms.get(atom));
    of.flat_map(|(up, down)| [(*up, 1.0), (*down, -1.0)]).collect()
}

fn is_moved(solution: &Solution, (up, down): &Move) -> bool {
    (solution.var_value(*up) - solution.var_value(*down)).abs() > 1e-6
}

impl Web for Near<'_> {
    fn ties_of(&self, atom: usize) -> impl Iterator<Item = usize> {
        let several =
            |at: &usize| self.cells.cells.get(*at).is_some_and(|cell| cell.atoms.len() > 1);
        let holders = self.cells.holders.get(atom).into_iter().flatten().copied();
        holders.filter(|at| self.is_published(*at)).filter(several)
    }

    fn held_by(&self, tie: usize) -> impl Iterator<Item = usize> {
        let atoms = self.cells.cells.get(tie).into_iter().flat_map(|cell| &cell.atoms);
        atoms.map(|atom| *atom as usize)
    }

    fn is_exact(&self, _tie: usize) -> bool {
        true
    }

    /// Not where the true number is not known, nor where a shown zero says that nobody is.
    fn can_move(&self, atom: usize) -> bool {
        let holders = self.cells.holders.get(atom).into_iter().flatten();
        let mut shown = holders.filter(|at| self.is_published(**at));
        let empty = |at: &usize| self.cells.cells.get(*at).is_some_and(|cell| cell.size == 0);
        self.truth.get(atom).is_some_and(Option::is_some) && !shown.any(empty)
    }

    /// What nobody sees comes first, then what is missed least; at last what has nothing to give.
    fn rank(&self, atom: usize) -> u128 {
        let shown = self.shown_alone(atom).and_then(|at| self.cells.cells.get(at));
        match (shown, self.spare(atom)) {
            (Some(cell), _) => cell.size.saturating_add(1),
            (None, 1..) => 0,
            (None, 0) => u128::MAX,
        }
    }
}
