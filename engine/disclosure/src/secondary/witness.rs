//! Witnesses: other tables, in whole numbers, that agree with everything a reader sees.
//!
//! That a reader cannot bound a cell is shown by a table in which it is as large, or as small, as asked. A linear
//! program finds candidates, in floating point; each is rounded and checked in exact integers, and only one that
//! passes counts. So a solver that errs can make more be withheld and never less. Most are found among the few groups
//! that move most easily with the cell (`scope.rs`), while all others keep their true values.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{
    ComparisonOp, OptimizationDirection, Problem, SolutionStatus, SolveOptions, Variable,
};

use super::scope::{Web, around, closed};
use super::view::View;

/// How many groups may move, near the cell in question, while all others keep their true values: few at first.
const NEAR: [usize; 3] = [24, 64, 160];

/// How many groups may move at all. A larger block is searched near the cell only, which is a rule on the safe side.
const BLOCK: usize = 400;

/// What groups hold beyond the least; those that are not named hold the truth.
pub(super) type Witness = BTreeMap<usize, u128>;

/// Tables in which `groups` hold as much, or as little, as can be found; better ones later.
pub(super) fn search(
    view: &View,
    groups: &[usize],
    direction: OptimizationDirection,
) -> impl Iterator<Item = Witness> {
    let mut last = 0;
    let near = NEAR.into_iter().map_while(move |most| {
        let found = around(view, groups, most);
        // Where the last scope was not full there is no more to be found.
        (std::mem::replace(&mut last, found.len()) < found.len()).then_some(found)
    });
    let near = near.filter_map(move |scope| {
        view.truth.as_ref()?;
        solve(view, groups, direction, &closed(view, &scope))
    });
    let block = std::iter::once_with(move || solve(view, groups, direction, &block(view, groups)?));
    near.chain(block.flatten())
}

/// The least that `groups` can hold together, where that can be proven.
pub(super) fn least(view: &View, groups: &[usize]) -> Option<u128> {
    if groups.is_empty() {
        return Some(0);
    }
    let all = block(view, groups)?;
    let (problem, _) = program(view, groups, OptimizationDirection::Minimize, &all)?;
    let solution = problem.solve_with(options()).ok()?.into_solution().ok()?;
    let proven = matches!(solution.status(), SolutionStatus::Optimal);
    proven.then(|| solution.objective().round() as u128)
}

/// All groups that ties reach from these, if there are not too many.
fn block(view: &View, groups: &[usize]) -> Option<BTreeSet<usize>> {
    let mut found: BTreeSet<usize> = groups.iter().copied().collect();
    let mut ring: Vec<usize> = groups.to_vec();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    while let Some(group) = ring.pop() {
        for tie in view.tied.get(group).into_iter().flatten() {
            let held = view.ties.get(*tie).filter(|_| seen.insert(*tie));
            for group in held.into_iter().flat_map(|tie| &tie.groups) {
                if found.insert(*group) {
                    ring.push(*group);
                }
            }
            if found.len() > BLOCK {
                return None;
            }
        }
    }
    Some(found)
}

/// The best table in which only `scope` moves.
fn solve(
    view: &View,
    groups: &[usize],
    direction: OptimizationDirection,
    scope: &BTreeSet<usize>,
) -> Option<Witness> {
    let (problem, variables) = program(view, groups, direction, scope)?;
    let solution = problem.solve_with(options()).ok()?.into_solution().ok()?;
    let value = |(group, variable): (usize, Variable)| {
        (group, solution.var_value(variable).round() as u128)
    };
    let witness: Witness = variables.into_iter().map(value).collect();
    ties(view, scope).into_iter().all(|tie| agrees(view, tie, &witness)).then_some(witness)
}

/// The program whose best solution is sought; what lies outside of the scope holds the truth.
fn program(
    view: &View,
    groups: &[usize],
    direction: OptimizationDirection,
    scope: &BTreeSet<usize>,
) -> Option<(Problem, BTreeMap<usize, Variable>)> {
    if !groups.iter().any(|group| scope.contains(group)) {
        return None;
    }
    let mut problem = Problem::new(direction);
    let mut variables = BTreeMap::new();
    for group in scope {
        let wanted = f64::from(u8::from(groups.contains(group)));
        let most = view.most(*group);
        // Whole numbers where they are small; large ones come out whole or are not used.
        let variable = match i32::try_from(most) {
            Ok(most) if most <= WHOLE => problem.add_integer_var(wanted, (0, most)),
            Ok(_) | Err(_) => problem.add_var(wanted, (0.0, most as f64)),
        };
        variables.insert(*group, variable);
    }
    for ((held, exact), rest) in within(view, scope)? {
        let terms: Vec<(Variable, f64)> =
            held.iter().filter_map(|group| Some((*variables.get(group)?, 1.0))).collect();
        let how = if exact { ComparisonOp::Eq } else { ComparisonOp::Ge };
        problem.add_constraint(&terms, how, rest as f64);
    }
    Some((problem, variables))
}

/// The ties as far as they lie in a scope, by what they hold there and whether they are exact; each once.
fn within(view: &View, scope: &BTreeSet<usize>) -> Option<BTreeMap<(Vec<usize>, bool), u128>> {
    let mut within: BTreeMap<(Vec<usize>, bool), u128> = BTreeMap::new();
    for tie in ties(view, scope) {
        let tie = view.ties.get(tie)?;
        let (held, fixed): (Vec<usize>, Vec<usize>) =
            tie.groups.iter().partition(|group| scope.contains(group));
        let fixed = fixed.iter().map(|group| true_value(view, *group).unwrap_or(0));
        let rest = tie.rest.saturating_sub(fixed.fold(0, u128::saturating_add));
        if tie.exact || rest > 0 {
            let least = within.entry((held, tie.exact)).or_default();
            *least = rest.max(*least);
        }
    }
    Some(within)
}

/// Few branches: a table that is hard to find counts as not there. No limit of time, so that answers repeat.
fn options() -> SolveOptions {
    let mut options = SolveOptions::default();
    options.node_limit = Some(50);
    options
}

/// Up to here variables are asked to be whole.
const WHOLE: i32 = 1_000_000;

fn ties(view: &View, scope: &BTreeSet<usize>) -> BTreeSet<usize> {
    scope.iter().filter_map(|group| view.tied.get(*group)).flatten().copied().collect()
}

/// What a group truly holds, where that is known.
fn true_value(view: &View, group: usize) -> Option<u128> {
    view.truth.as_ref()?.get(group).copied()
}

/// What groups hold together in a table that says so.
pub(super) fn total(view: &View, witness: &Witness, groups: &[usize]) -> Option<u128> {
    let add = |sum: u128, group: &usize| {
        sum.checked_add(witness.get(group).copied().or_else(|| true_value(view, *group))?)
    };
    groups.iter().try_fold(0, add)
}

/// Whether a table has the sum that a tie asks for.
fn agrees(view: &View, tie: usize, witness: &Witness) -> bool {
    let Some(tie) = view.ties.get(tie) else { return false };
    match total(view, witness, &tie.groups) {
        Some(sum) if tie.exact => sum == tie.rest,
        Some(sum) => sum >= tie.rest,
        None => false,
    }
}

impl Web for View {
    fn ties_of(&self, group: usize) -> impl Iterator<Item = usize> {
        self.tied.get(group).into_iter().flatten().copied()
    }

    fn is_exact(&self, tie: usize) -> bool {
        self.ties.get(tie).is_some_and(|tie| tie.exact)
    }

    fn held_by(&self, tie: usize) -> impl Iterator<Item = usize> {
        self.ties.get(tie).into_iter().flat_map(|tie| tie.groups.iter().copied())
    }

    fn can_move(&self, _group: usize) -> bool {
        true
    }

    fn rank(&self, group: usize) -> u128 {
        // What holds much can give much.
        u128::MAX - true_value(self, group).unwrap_or(0)
    }
}
