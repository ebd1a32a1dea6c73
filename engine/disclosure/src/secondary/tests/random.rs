//! Random tables, held against a reader who solves for everything.

use rand::rngs::ChaCha20Rng;
use rand::{RngExt, SeedableRng};

use super::oracle::told;
use super::tables::{column, cube, kind};
use crate::secondary::{Column, Impossible, Options, suppress};

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
