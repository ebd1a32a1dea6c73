//! What secondary suppression costs: `cargo bench -p tresor-disclosure --bench secondary`.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

use std::collections::BTreeMap;
use std::time::Instant;

use rand::rngs::ChaCha20Rng;
use rand::{RngExt, SeedableRng};
use tresor_disclosure::secondary::{Column, Kind, Options, suppress};

fn main() {
    let only = std::env::args().nth(1).and_then(|needs| needs.parse::<u128>().ok());
    for needs in [0, 1, 5].into_iter().filter(|n| only.is_none_or(|only| only == *n)) {
        let plain = plain(33_000, needs);
        report(&format!("plain table of 33,000 cells, needs {needs}"), &plain);
        let square = cube(&[40, 40], 30, needs);
        report(&format!("two dimensions, needs {needs}"), &square);
        let thin = cube(&[4, 4, 5, 5, 5], 12, needs);
        report(&format!("five dimensions, many small, needs {needs}"), &thin);
        let thick = cube(&[4, 4, 5, 5, 5], 100, needs);
        report(&format!("five dimensions, few small, needs {needs}"), &thick);
        let bits = cube(&[3, 3, 3, 3, 3, 3], 100, needs);
        report(&format!("six dimensions, few small, needs {needs}"), &bits);
    }
}

fn report(name: &str, columns: &[Column]) {
    let start = Instant::now();
    let withheld = suppress(columns, Options::default());
    let took = start.elapsed();
    let hidden = columns.iter().filter(|c| matches!(c.kind, Kind::Hidden { .. })).count();
    let beside = withheld.map(|w| w.iter().filter(|w| **w).count());
    println!(
        "{name}: {} columns, {hidden} hidden, beside them {beside:?}, {took:?}",
        columns.len()
    );
}

/// Counts of one key, with their known total.
fn plain(cells: u32, needs: u128) -> Vec<Column> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut columns: Vec<Column> = (0..cells)
        .map(|atom| {
            let size = rng.random_range(0..30);
            Column { atoms: vec![atom], size, kind: kind(size, needs) }
        })
        .collect();
    let size = columns.iter().map(|c| c.size).sum();
    columns.push(Column { atoms: (0..cells).collect(), size, kind: Kind::Known });
    columns
}

/// Every margin of a cube whose inner counts are skewed towards small ones.
fn cube(sizes: &[usize], top: u128, needs: u128) -> Vec<Column> {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let atoms: usize = sizes.iter().product();
    let inner: Vec<u128> =
        (0..atoms).map(|_| rng.random_range(0..=top) * rng.random_range(0..=top) / top).collect();
    let mut columns = Vec::new();
    for margin in 0..1_usize << sizes.len() {
        let mut cells: BTreeMap<Vec<usize>, (Vec<u32>, u128)> = BTreeMap::new();
        for (number, (at, count)) in (0_u32..).zip(inner.iter().enumerate()) {
            let mut rest = at;
            let mut key = Vec::new();
            for (dimension, size) in sizes.iter().enumerate() {
                key.push(if margin >> dimension & 1 == 1 { rest % size } else { usize::MAX });
                rest /= size;
            }
            let cell = cells.entry(key).or_default();
            cell.0.push(number);
            cell.1 += count;
        }
        columns.extend(cells.into_values().map(|(atoms, size)| Column {
            atoms,
            size,
            kind: kind(size, needs),
        }));
    }
    columns
}

fn kind(size: u128, needs: u128) -> Kind {
    match size {
        0 => Kind::Zero,
        1..10 => Kind::Hidden { single: size == 1, needs },
        _ => Kind::Candidate,
    }
}
