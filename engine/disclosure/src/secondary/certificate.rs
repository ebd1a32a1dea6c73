//! Certificates: tables in integers which prove that elimination modulo a prime missed nothing.
//!
//! An open atom makes a table in which all that is shown is zero (`modular.rs`), known modulo the prime. Its true
//! numbers are nearly always small fractions, so they are recovered, multiplied by what they share and put into
//! every shown sum, in integers. A table that passes is a fact, whoever found it: if two hidden cells have
//! different directions in such tables, no dependence among integers joins them, and none tells a cell that is
//! not zero in all of them.

use super::cells::Cells;
use super::modular::Modular;
use super::number::Residue;

/// Whether tables in integers prove that nothing hidden is told by what is published.
pub(super) fn proves<const P: u64>(cells: &Cells, published: &[bool], left: &Modular<P>) -> bool {
    let mut sums = vec![0_i128; cells.cells.len()];
    let mut proven = vec![false; cells.atoms];
    for open in left.open() {
        let table = in_integers(&left.null(open));
        let is_null = table.is_some_and(|table| is_null(cells, published, &table, &mut sums));
        if let Some(slot) = proven.get_mut(open) {
            *slot = is_null;
        }
    }
    left.is_safe_by(cells, &proven)
}

/// Above and below the line; sums over all atoms are far from the end of 128 bits.
const LARGE: i128 = 1 << 30;

/// The multiple of a table that has only integers, if there is a small one.
fn in_integers<const P: u64>(table: &[(usize, Residue<P>)]) -> Option<Vec<(usize, i128)>> {
    let mut below = 1_i128;
    for (_, n) in table {
        let n = n.times(Residue(u64::try_from(below).ok()?));
        if central(n).abs() > LARGE {
            below = below.checked_mul(denominator(n)?).filter(|below| *below <= LARGE)?;
        }
    }
    let below = Residue(u64::try_from(below).ok()?);
    let whole = |(atom, n): &(usize, Residue<P>)| {
        let n = central(n.times(below));
        (n.abs() <= LARGE * LARGE).then_some((*atom, n))
    };
    table.iter().map(whole).collect()
}

/// The integer nearest to zero that it stands for.
fn central<const P: u64>(n: Residue<P>) -> i128 {
    let (n, prime) = (i128::from(n.0), i128::from(Residue::<P>::PRIME));
    if n > prime / 2 { n - prime } else { n }
}

/// The denominator of the small fraction that a residue stands for, if there is one.
fn denominator<const P: u64>(n: Residue<P>) -> Option<i128> {
    let (mut rest, mut next) = (i128::from(Residue::<P>::PRIME), i128::from(n.0));
    let (mut before, mut below) = (0_i128, 1_i128);
    while next > LARGE {
        let times = rest.checked_div(next)?;
        (rest, next) = (next, rest - times * next);
        (before, below) = (below, before - times * below);
    }
    Some(below.abs()).filter(|below| *below <= LARGE)
}

/// Whether every shown sum is zero in a table, and every part of an empty one. Leaves `sums` as they were: zero.
fn is_null(cells: &Cells, published: &[bool], table: &[(usize, i128)], sums: &mut [i128]) -> bool {
    let shown = |at: &usize| published.get(*at).is_some_and(|shown| *shown);
    let held = || {
        table.iter().flat_map(|(atom, n)| {
            let holders = cells.holders.get(*atom).into_iter().flatten().copied();
            holders.filter(shown).map(|at| (at, *n))
        })
    };
    let mut is_null = true;
    for (at, n) in held() {
        is_null &= n == 0 || cells.cells.get(at).is_some_and(|cell| cell.size > 0);
        if let Some(sum) = sums.get_mut(at) {
            *sum = sum.saturating_add(n);
        }
    }
    for (at, _) in held() {
        if let Some(sum) = sums.get_mut(at) {
            is_null &= *sum == 0;
            *sum = 0;
        }
    }
    is_null
}
