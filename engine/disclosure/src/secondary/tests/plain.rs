//! The short ways through tables without totals decide as the long way does.

use rand::rngs::ChaCha20Rng;
use rand::{RngExt, SeedableRng};

use super::oracle::told;
use super::tables::{column, kind};
use crate::secondary::{Column, Kind, Options, decide, suppress};

/// Cells and the known sum of all; some stand there twice, and a few totals are hidden.
fn plain(rng: &mut ChaCha20Rng, totals: usize) -> Vec<Column> {
    let (most, needs) = (rng.random_range(2..300), rng.random_range(0..4));
    let count = rng.random_range(2..200_u32);
    let mut columns: Vec<Column> = (0..count)
        .map(|atom| {
            let small = rng.random_bool(0.02);
            let size = if small { rng.random_range(0..5) } else { rng.random_range(5..most + 6) };
            column(&[atom], size, kind(size, 4, needs))
        })
        .collect();
    let mut more = vec![];
    for _ in 0..totals {
        let atoms: Vec<u32> = (0..count).filter(|_| rng.random_bool(0.02)).collect();
        let size = atoms.iter().map(|atom| columns[*atom as usize].size).sum();
        if !atoms.is_empty() {
            more.push(column(&atoms, size, Kind::Hidden { single: size == 1, needs }));
        }
    }
    if rng.random_bool(0.3) {
        let at = rng.random_range(0..count) as usize;
        more.push(Column { kind: Kind::Candidate, ..columns[at].clone() });
    }
    let all = columns.iter().map(|column| column.size).sum();
    columns.extend(more);
    columns.push(column(&(0..count).collect::<Vec<_>>(), all, Kind::Known));
    columns
}

#[test]
fn short_ways_decide_as_the_long_way_does() {
    let (mut withheld, mut attacked) = (0, 0);
    for seed in 0..600 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let columns = plain(&mut rng, (seed % 3) as usize);
        let options = Options { zeros: seed % 2 == 0 };
        let short = suppress(&columns, options);
        assert_eq!(short, decide(&columns, options), "seed {seed}: {columns:#?}");
        let Ok(short) = short else { continue };
        withheld += short.iter().filter(|withheld| **withheld).count();
        if columns.len() < 40 {
            attacked += told(&columns, &vec![false; columns.len()]).0.len();
            assert_eq!(told(&columns, &short).0, [], "seed {seed}: {columns:#?}");
        }
    }
    assert!(withheld > 100, "only {withheld} cells were withheld in all");
    assert!(attacked > 20, "only {attacked} attacks would have succeeded");
}
