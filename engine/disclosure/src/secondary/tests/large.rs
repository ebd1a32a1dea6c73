//! Tables that are too large to be searched for the least that must go: the promise is the same.

use rand::rngs::ChaCha20Rng;
use rand::{RngExt, SeedableRng};

use super::bounds::bound;
use super::tables::cube;
use crate::secondary::{Column, Kind, Options, suppress};
use microlp::OptimizationDirection::{Maximize, Minimize};

/// Hidden cells, some of them in thin tables, of which a reader must not find narrow bounds.
#[test]
fn nothing_hidden_is_bounded_too_narrowly_in_a_large_cube() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let sizes = [9, 10, 9];
    let full: Vec<u128> =
        (0..810).map(|_| if rng.random_bool(0.12) { rng.random_range(1..5) } else { 40 }).collect();
    let columns = cube(&sizes, &full, 4, 3);
    assert!(columns.len() > 1_000, "only {} columns", columns.len());
    let unbounded = suppress(&without_needs(&columns), Options::default()).unwrap();
    let withheld = suppress(&columns, Options::default()).unwrap();
    let hidden: Vec<usize> = (0..columns.len()).filter(|at| needs(&columns[*at]) > 0).collect();
    let sample = hidden.iter().copied().step_by(hidden.len() / 4);
    for at in sample {
        assert!(is_wide(&columns, &withheld, at), "column {at} is bounded too narrowly");
    }
    let lost = withheld.iter().filter(|withheld| **withheld).count();
    assert!(lost * 4 < columns.len(), "{lost} of {} were withheld beside", columns.len());
    assert!(lost >= unbounded.iter().filter(|withheld| **withheld).count());
}

fn needs(column: &Column) -> u128 {
    match column.kind {
        Kind::Hidden { needs, .. } => needs,
        Kind::Known | Kind::Candidate | Kind::Zero => 0,
    }
}

fn is_wide(columns: &[Column], withheld: &[bool], at: usize) -> bool {
    let (size, needs) = (columns[at].size as f64, needs(&columns[at]) as f64);
    bound(columns, withheld, at, Maximize) >= size + needs - 1e-6
        && bound(columns, withheld, at, Minimize) <= (size - needs).max(1.0) + 1e-6
}

fn without_needs(columns: &[Column]) -> Vec<Column> {
    let less = |column: &Column| match column.kind {
        Kind::Hidden { single, .. } => Kind::Hidden { single, needs: 0 },
        other @ (Kind::Known | Kind::Candidate | Kind::Zero) => other,
    };
    columns.iter().map(|column| Column { kind: less(column), ..column.clone() }).collect()
}

/// Where all that is known adds up to what is shown, the hidden zeros beside it are told: one more must go.
#[test]
fn many_hidden_zeros_cost_one_cell() {
    let shown = (0..150).map(|atom| {
        let size = 30 + 7 * u128::from(atom);
        Column { atoms: vec![atom], size, kind: Kind::Candidate }
    });
    let nobody = (150..3_050).map(|atom| Column {
        atoms: vec![atom],
        size: 0,
        kind: Kind::Hidden { single: false, needs: 1 },
    });
    let mut columns: Vec<Column> = shown.chain(nobody).collect();
    let total = columns.iter().map(|column| column.size).sum();
    columns.push(Column { atoms: (0..3_050).collect(), size: total, kind: Kind::Known });
    let withheld = suppress(&columns, Options::default()).unwrap();
    let lost: Vec<usize> = (0..columns.len()).filter(|at| withheld[*at]).collect();
    assert_eq!(lost, [0], "the smallest cell");
}
