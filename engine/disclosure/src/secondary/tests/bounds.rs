//! A reader who bounds: linear programs over atoms, and every table in whole numbers where there are few. Nothing is
//! taken from the rule itself.

use microlp::OptimizationDirection::{Maximize, Minimize};
use microlp::{ComparisonOp, OptimizationDirection, Problem};

use crate::secondary::{Column, Kind};

/// Hidden columns that a reader bounds more narrowly than they need, by linear programs.
pub fn too_narrow(columns: &[Column], withheld: &[bool]) -> Vec<usize> {
    let nothing_shown: Vec<bool> =
        columns.iter().map(|column| matches!(column.kind, Kind::Candidate | Kind::Zero)).collect();
    let narrow = |at: &usize| {
        let Kind::Hidden { needs, .. } = columns[*at].kind else { return false };
        let size = columns[*at].size;
        let low = bound(columns, &nothing_shown, *at, Minimize).max(size as f64 - needs as f64);
        needs > 0
            && (bound(columns, withheld, *at, Maximize) < (size + needs) as f64 - 1e-6
                || bound(columns, withheld, *at, Minimize) > low + 1e-6)
    };
    (0..columns.len()).filter(narrow).collect()
}

/// How large or small a column can be.
pub fn bound(
    columns: &[Column],
    withheld: &[bool],
    of: usize,
    direction: OptimizationDirection,
) -> f64 {
    let atoms = columns.iter().flat_map(|c| &c.atoms).max().map_or(0, |max| max + 1);
    let mut problem = Problem::new(direction);
    let variables: Vec<_> = (0..atoms)
        .map(|atom| {
            problem.add_var(f64::from(u8::from(columns[of].atoms.contains(&atom))), (0.0, 1e7))
        })
        .collect();
    for (column, withheld) in columns.iter().zip(withheld) {
        let terms: Vec<_> =
            column.atoms.iter().map(|atom| (variables[*atom as usize], 1.0)).collect();
        if is_shown(column, *withheld) {
            problem.add_constraint(&terms, ComparisonOp::Eq, column.size as f64);
        } else if column.size > 0 {
            problem.add_constraint(&terms, ComparisonOp::Ge, 1.0);
        }
    }
    problem.solve().unwrap().into_solution().unwrap().objective()
}

/// The same by writing down every table whose atoms are at most `top`.
pub fn too_narrow_in_whole_numbers(columns: &[Column], withheld: &[bool], top: u128) -> Vec<usize> {
    let nothing_shown: Vec<bool> =
        columns.iter().map(|column| matches!(column.kind, Kind::Candidate | Kind::Zero)).collect();
    let least = all_tables(columns, &nothing_shown, top);
    let bounds = all_tables(columns, withheld, top);
    let narrow = |at: &usize| {
        let Kind::Hidden { needs, .. } = columns[*at].kind else { return false };
        let size = columns[*at].size;
        let low = size.saturating_sub(needs).max(least[*at].0);
        needs > 0 && (bounds[*at].1 < size + needs || bounds[*at].0 > low)
    };
    (0..columns.len()).filter(narrow).collect()
}

/// The least and the most of every column.
fn all_tables(columns: &[Column], withheld: &[bool], top: u128) -> Vec<(u128, u128)> {
    let atoms = columns.iter().flat_map(|c| &c.atoms).max().map_or(0, |max| *max as usize + 1);
    let mut bounds = vec![(u128::MAX, 0); columns.len()];
    let mut table = vec![0; atoms];
    loop {
        let sum = |c: &Column| c.atoms.iter().map(|atom| table[*atom as usize]).sum();
        let sums: Vec<u128> = columns.iter().map(sum).collect();
        let agrees =
            columns.iter().zip(withheld).zip(&sums).all(
                |((column, withheld), sum)| match is_shown(column, *withheld) {
                    true => *sum == column.size,
                    false => *sum > 0 || column.size == 0,
                },
            );
        for (bound, sum) in bounds.iter_mut().zip(&sums).filter(|_| agrees) {
            *bound = (bound.0.min(*sum), bound.1.max(*sum));
        }
        let Some(next) = table.iter().position(|n| *n < top) else { break };
        table[..next].fill(0);
        table[next] += 1;
    }
    bounds
}

fn is_shown(column: &Column, withheld: bool) -> bool {
    !withheld && !matches!(column.kind, Kind::Hidden { .. })
}
