//! Patterns that others published, each with the attack that succeeds while only small cells are hidden.

use microlp::OptimizationDirection::{Maximize, Minimize};

use super::bounds::{bound, too_narrow};
use super::oracle::told;
use super::tables::{column, hidden, shown};
use crate::secondary::{Column, Kind, Options, suppress};

/// Places of what is withheld.
pub fn withheld(columns: &[Column]) -> Vec<usize> {
    let withheld = suppress(columns, Options::default()).unwrap();
    (0..columns.len()).filter(|at| withheld[*at]).collect()
}

/// Eight regions by county and, in another table, by size; counts up to 3 are hidden.
/// (sdcTable, `test-linked-tables.r`)
#[test]
fn a_region_in_two_tables_is_hidden_in_both() {
    let counts = [2, 2, 8, 8, 3, 3, 3, 7]; // A B I J (county 1), K L M N (county 2); L and M are big
    let region = |at: u32| match counts[at as usize] {
        n @ ..=3 => hidden(&[at], n),
        n => shown(&[at], n),
    };
    let by_county: Vec<Column> =
        [0, 1, 2, 3, 4, 5, 6, 7].map(region).into_iter().chain(counties()).collect();
    let by_size: Vec<Column> =
        [0, 1, 2, 3, 4, 7, 5, 6].map(region).into_iter().chain(sizes()).collect();
    assert_eq!(withheld(&by_county), [], "the first table alone is safe");
    assert_eq!(withheld(&by_size), [], "the second table alone is safe");

    let both: Vec<Column> = by_county.into_iter().chain(by_size).collect();
    let (open, _) = told(&both, &vec![false; both.len()]);
    assert_eq!(open, [4, 14], "small less county 1 is K and N, so K is told by N");
    assert_eq!(withheld(&both), [7, 15], "N, in both tables");
}

fn counties() -> [Column; 2] {
    [shown(&[0, 1, 2, 3], 20), shown(&[4, 5, 6, 7], 16)]
}

fn sizes() -> [Column; 2] {
    [shown(&[0, 1, 2, 3, 4, 7], 30), shown(&[5, 6], 6)]
}

/// Four by four with all margins; nine inner cells are hidden. (sdcTable, `test-simpleheuristic.R`)
pub fn recoverable() -> Vec<Column> {
    let inner = [30, 47, 64, 89, 90, 124, 5, 31, 92, 100, 59, 85, 800, 991, 651, 685];
    let small = [0, 1, 2, 4, 6, 9, 11, 13, 15]; // wa wb wc xa xc yb yd zb zd
    let sum = |atoms: &[u32]| atoms.iter().map(|atom| inner[*atom as usize]).sum();
    let mut columns: Vec<Column> =
        (0..16)
            .map(|at| {
                if small.contains(&at) {
                    hidden(&[at], sum(&[at]))
                } else {
                    shown(&[at], sum(&[at]))
                }
            })
            .collect();
    for line in 0..4 {
        let (row, across) = ([0, 1, 2, 3].map(|n| 4 * line + n), [0, 4, 8, 12].map(|n| n + line));
        columns.extend([shown(&row, sum(&row)), shown(&across, sum(&across))]);
    }
    columns.push(shown(&(0..16).collect::<Vec<_>>(), sum(&(0..16).collect::<Vec<_>>())));
    columns
}

#[test]
fn a_pattern_that_looks_hidden_can_be_solved() {
    let columns = recoverable();
    let (open, _) = told(&columns, &[false; 25]);
    assert_eq!(open, [1], "wb is exact, although each line hides two or more");
    assert_eq!(withheld(&columns), [7], "xd, the smallest that helps");
}

/// One dimension and its total, threshold 11. (countmaskr, `test_mask_counts.R`)
#[test]
fn a_lone_small_count_takes_the_next_smallest_with_it() {
    let columns = row(&[5, 11, 43, 55, 65, 121, 1213, 0]);
    assert_eq!(told(&columns, &[false; 9]).0, [0]);
    assert_eq!(withheld(&columns), [1]);
}

#[test]
fn two_ones_that_sum_to_two_take_another_with_them() {
    let columns = row(&[1, 1, 43, 55]);
    assert_eq!(too_narrow(&columns, &[false; 5]), [0, 1], "neither is 0, so both are 1");
    assert_eq!(withheld(&columns), [2]);
}

/// The interval that is printed for the pattern above, once the ninth cell is withheld as well.
#[test]
fn one_more_cell_opens_the_published_interval() {
    let columns = recoverable();
    let mut withheld = [false; 25];
    withheld[7] = true;
    assert_eq!(bound(&columns, &withheld, 1, Maximize).round() as u32, 77, "78 with xd at 0");
    assert_eq!(bound(&columns, &withheld, 1, Minimize).round() as u32, 1, "0 with an empty wb");
    let narrow = |needs| {
        let mut columns = columns.clone();
        columns[1].kind = Kind::Hidden { single: false, needs };
        let withheld = suppress(&columns, Options::default()).unwrap();
        assert_eq!(too_narrow(&columns, &withheld), []);
        (0..25).filter(|at| withheld[*at]).collect::<Vec<_>>()
    };
    assert_eq!(narrow(30), [7]);
    assert_ne!(narrow(31), [7], "more room is needed than xd gives");
}

/// A row of counts with its known total; what is below 11 is hidden.
fn row(counts: &[u128]) -> Vec<Column> {
    let mut columns: Vec<Column> = (0..)
        .zip(counts)
        .map(|(atom, n)| match n {
            0 => column(&[atom], 0, Kind::Zero),
            1..11 => column(&[atom], *n, Kind::Hidden { single: *n == 1, needs: 1 }),
            _ => shown(&[atom], *n),
        })
        .collect();
    let all: Vec<u32> = (0..).take(counts.len()).collect();
    columns.push(column(&all, counts.iter().sum(), Kind::Known));
    columns
}
