//! Witnesses: other tables, in whole numbers, that agree with everything a reader sees.
//!
//! That a reader cannot bound a cell is shown by a table in which it is as large, or as small, as asked. A linear
//! program finds candidates, in floating point; each is rounded and checked in exact integers, and only one that
//! passes counts. So a solver that errs can make more be withheld and never less.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{
    ComparisonOp, OptimizationDirection, Problem, SolutionStatus, SolveOptions, Variable,
};

use super::view::View;

/// How many groups may move at first, near the cell in question, while all others keep their true values.
const NEAR: usize = 60;

/// How many groups may move at all. A larger block is searched near the cell only, which is a rule on the safe side.
const BLOCK: usize = 400;

/// By group: what it holds beyond the least, where the table says so.
pub(super) type Witness = Vec<Option<u128>>;

/// Tables in which `groups` hold as much, or as little, as can be found; better ones later.
pub(super) fn search(
    view: &View,
    groups: &[usize],
    direction: OptimizationDirection,
) -> impl Iterator<Item = Witness> {
    let near = around(view, groups, NEAR);
    let all = around(view, groups, BLOCK.saturating_add(1));
    let whole = all.len() <= BLOCK;
    let far = (all.len() > near.len()).then_some(all);
    let scopes = [Some((near, far.is_none())), far.map(|all| (all, whole))];
    scopes
        .into_iter()
        .flatten()
        .filter_map(move |(scope, whole)| solve(view, groups, direction, &scope, whole))
}

/// The least that `groups` can hold together, where that can be proven.
pub(super) fn least(view: &View, groups: &[usize]) -> Option<u128> {
    let all = around(view, groups, BLOCK.saturating_add(1));
    let (problem, _) = (all.len() <= BLOCK)
        .then(|| program(view, groups, OptimizationDirection::Minimize, &all, &[]))
        .flatten()?;
    let solution = problem.solve_with(options()).ok()?.into_solution().ok()?;
    let proven = matches!(solution.status(), SolutionStatus::Optimal);
    proven.then(|| solution.objective().round() as u128)
}

/// The groups that ties reach from these, nearest first, up to a number of them.
fn around(view: &View, groups: &[usize], most: usize) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = groups.iter().copied().collect();
    let mut ring: Vec<usize> = groups.to_vec();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    while !ring.is_empty() && found.len() < most {
        let ties = ring.iter().filter_map(|group| view.tied.get(*group)).flatten().copied();
        let mut fresh: Vec<usize> = ties.filter(|tie| seen.insert(*tie)).collect();
        ring.clear();
        // Short ties first: what they hold moves together.
        fresh.sort_by_key(|tie| view.ties.get(*tie).map_or(0, |tie| tie.groups.len()));
        for group in fresh.iter().filter_map(|tie| view.ties.get(*tie)).flat_map(|t| &t.groups) {
            if found.len() < most && found.insert(*group) {
                ring.push(*group);
            }
        }
    }
    found
}

/// The best table in which only `scope` moves. `whole` says that no tie leads out of it.
fn solve(
    view: &View,
    groups: &[usize],
    direction: OptimizationDirection,
    scope: &BTreeSet<usize>,
    whole: bool,
) -> Option<Witness> {
    let mut witness: Witness = match &view.truth {
        Some(truth) => truth.iter().copied().map(Some).collect(),
        None if whole => vec![None; view.tied.len()],
        None => return None,
    };
    let (problem, variables) = program(view, groups, direction, scope, &witness)?;
    let solution = problem.solve_with(options()).ok()?.into_solution().ok()?;
    for (group, variable) in variables {
        *witness.get_mut(group)? = Some(solution.var_value(variable).round() as u128);
    }
    ties(view, scope).into_iter().all(|tie| agrees(view, tie, &witness)).then_some(witness)
}

/// The program whose best solution is sought; what lies outside of the scope holds what `outside` says.
fn program(
    view: &View,
    groups: &[usize],
    direction: OptimizationDirection,
    scope: &BTreeSet<usize>,
    outside: &[Option<u128>],
) -> Option<(Problem, BTreeMap<usize, Variable>)> {
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
    for tie in ties(view, scope) {
        let tie = view.ties.get(tie)?;
        let terms: Vec<(Variable, f64)> =
            tie.groups.iter().filter_map(|group| Some((*variables.get(group)?, 1.0))).collect();
        let fixed = tie.groups.iter().filter(|group| !scope.contains(group));
        let fixed = fixed.filter_map(|group| outside.get(*group).copied().flatten());
        let rest = tie.rest.saturating_sub(fixed.fold(0, u128::saturating_add));
        let how = if tie.exact { ComparisonOp::Eq } else { ComparisonOp::Ge };
        problem.add_constraint(&terms, how, rest as f64);
    }
    Some((problem, variables))
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

/// Whether a table has the sum that a tie asks for.
fn agrees(view: &View, tie: usize, witness: &Witness) -> bool {
    let Some(tie) = view.ties.get(tie) else { return false };
    let add = |sum: u128, group: &usize| sum.checked_add(witness.get(*group).copied().flatten()?);
    match tie.groups.iter().try_fold(0, add) {
        Some(sum) if tie.exact => sum == tie.rest,
        Some(sum) => sum >= tie.rest,
        None => false,
    }
}
