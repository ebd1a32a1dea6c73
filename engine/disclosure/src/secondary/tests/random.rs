//! Random tables, held against a reader who solves for everything.

use rand::rngs::ChaCha20Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::bounds::{too_narrow, too_narrow_in_whole_numbers};
use super::oracle::told;
use super::tables::{column, cube, kind};
use crate::secondary::{Column, Impossible, Kind, Options, suppress};

fn nothing(columns: &[Column]) -> Vec<bool> {
    vec![false; columns.len()]
}

fn random_cube(rng: &mut ChaCha20Rng, needs: u128) -> Vec<Column> {
    let sizes: Vec<usize> = (0..rng.random_range(1..4)).map(|_| rng.random_range(2..5)).collect();
    let top = rng.random_range(2..40);
    let inner: Vec<u128> = (0..sizes.iter().product()).map(|_| rng.random_range(0..top)).collect();
    cube(&sizes, &inner, 4, needs)
}

/// Any sums of a few atoms, some of them twice, some of them known.
fn random_sums(rng: &mut ChaCha20Rng, needs: u128) -> Vec<Column> {
    let inner: Vec<u128> = (0..rng.random_range(3..14)).map(|_| rng.random_range(0..9)).collect();
    let mut columns: Vec<Column> = (0..rng.random_range(3..24))
        .map(|_| {
            let atoms: Vec<u32> =
                (0..).take(inner.len()).filter(|_| rng.random_bool(0.35)).collect();
            let size = atoms.iter().map(|atom| inner[*atom as usize]).sum();
            column(&atoms, size, kind(size, 4, needs))
        })
        .filter(|column| !column.atoms.is_empty())
        .collect();
    if let Some(first) = columns.first().cloned() {
        columns.push(first);
    }
    columns
}

fn check(columns: &[Column], zeros: bool) -> Result<bool, Impossible> {
    let withheld = suppress(columns, Options { zeros })?;
    if !zeros {
        assert_eq!(told(columns, &withheld), (vec![], vec![]), "{columns:#?}\n{withheld:?}");
    }
    assert!(told(columns, &withheld).0.is_empty(), "{columns:#?}\n{withheld:?}");
    let (open, pairs) = told(columns, &nothing(columns));
    Ok(!open.is_empty() || !pairs.is_empty())
}

#[test]
fn nothing_hidden_follows_from_a_cube() {
    let mut attacked = 0;
    for seed in 0..300 {
        let columns = random_cube(&mut ChaCha20Rng::seed_from_u64(seed), 0);
        attacked += u32::from(check(&columns, seed % 2 == 0).unwrap());
    }
    assert!(attacked > 100, "only {attacked} attacks would have succeeded");
}

#[test]
fn nothing_hidden_follows_from_random_sums() {
    let mut attacked = 0;
    for seed in 0..1000 {
        let columns = random_sums(&mut ChaCha20Rng::seed_from_u64(seed), 0);
        attacked += u32::from(check(&columns, seed % 2 == 0).unwrap());
    }
    assert!(attacked > 100, "only {attacked} attacks would have succeeded");
}

#[test]
fn nothing_hidden_is_bounded_too_narrowly_in_a_cube() {
    let mut attacked = 0;
    for seed in 0..60 {
        let columns = random_cube(&mut ChaCha20Rng::seed_from_u64(seed), 1 + u128::from(seed % 3));
        let by_sums_alone = suppress(&without_needs(&columns), Options::default()).unwrap();
        attacked += u32::from(!too_narrow(&columns, &by_sums_alone).is_empty());
        let withheld = suppress(&columns, Options::default()).unwrap();
        assert_eq!(too_narrow(&columns, &withheld), [], "seed {seed}: {columns:#?}");
        assert_eq!(told(&columns, &withheld), (vec![], vec![]), "seed {seed}");
    }
    assert!(attacked > 5, "only {attacked} attacks would have succeeded");
}

#[test]
fn nothing_hidden_is_bounded_too_narrowly_in_random_sums() {
    let mut attacked = 0;
    for seed in 0..300 {
        let columns = random_sums(&mut ChaCha20Rng::seed_from_u64(seed), 2);
        let by_sums_alone = suppress(&without_needs(&columns), Options::default()).unwrap();
        attacked += u32::from(!too_narrow(&columns, &by_sums_alone).is_empty());
        let withheld = suppress(&columns, Options::default()).unwrap();
        assert_eq!(too_narrow(&columns, &withheld), [], "seed {seed}: {columns:#?}");
    }
    assert!(attacked > 5, "only {attacked} attacks would have succeeded");
}

#[test]
fn whole_numbers_leave_as_much_room() {
    let mut attacked = 0;
    for seed in 0..200 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let inner: Vec<u128> = (0..6).map(|_| rng.random_range(0..4)).collect();
        let columns = cube(&[2, 3], &inner, 2, 1);
        let by_sums_alone = suppress(&without_needs(&columns), Options::default()).unwrap();
        let narrow = |withheld: &[bool]| too_narrow_in_whole_numbers(&columns, withheld, 5);
        attacked += u32::from(!narrow(&by_sums_alone).is_empty());
        let withheld = suppress(&columns, Options::default()).unwrap();
        assert_eq!(narrow(&withheld), [], "seed {seed}: {columns:#?}");
    }
    assert!(attacked > 5, "only {attacked} attacks would have succeeded");
}

fn without_needs(columns: &[Column]) -> Vec<Column> {
    let less = |kind: Kind| match kind {
        Kind::Hidden { single, needs: _ } => Kind::Hidden { single, needs: 0 },
        Kind::Known => Kind::Known,
        Kind::Candidate => Kind::Candidate,
        Kind::Zero => Kind::Zero,
    };
    columns.iter().map(|column| Column { kind: less(column.kind), ..column.clone() }).collect()
}

/// Where no two cells have one key, what is withheld does not depend on how anything is numbered.
#[test]
fn the_order_of_columns_and_atoms_does_not_matter() {
    let mut compared = 0;
    for seed in 0..60 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        // Powers of two give every sum of atoms a size of its own; the small ones are hidden.
        let mut inner: Vec<u128> = (0..9).map(|at| 1 << at).collect();
        inner.shuffle(&mut rng);
        let columns = cube(&[3, 3], &inner, 8, u128::from(seed % 2));
        let withheld = suppress(&columns, Options::default());
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.shuffle(&mut rng);
        let mut numbers: Vec<u32> = (0..9).map(|n| 3 * n + 1).collect();
        numbers.shuffle(&mut rng);
        let mixed: Vec<Column> = order
            .iter()
            .map(|at| Column {
                atoms: columns[*at].atoms.iter().rev().map(|a| numbers[*a as usize]).collect(),
                ..columns[*at].clone()
            })
            .collect();
        let expected = withheld.map(|w| order.iter().map(|at| w[*at]).collect::<Vec<bool>>());
        compared += expected.iter().flatten().filter(|withheld| **withheld).count();
        assert_eq!(suppress(&mixed, Options::default()).ok(), expected.ok(), "seed {seed}");
    }
    assert!(compared > 50, "only {compared} cells were withheld in all");
}
