//! In which integers decisions are made, and how the fast ones are confirmed.
//!
//! With up to [`EXACT`] cells of more than one atom everything is done in integers of 64 bits, where those suffice.
//! Numbers grow with the table, so for all others decisions are made modulo a prime, where none grows. A dependence
//! among integers is one modulo the prime as well, except where the prime divides its denominator, so what was
//! decided is proven once more, by tables in integers (`certificate.rs`). Where such tables would need large numbers
//! - on small systems it is decided again, in integers of any size;
//! - on large ones it is checked modulo two further primes. A dependence that all three miss has a denominator of 183
//!   bits that contains all three; it would have to be built on purpose, from hundreds of overlapping cells. If one
//!   of them objects nothing more is published.

#[cfg(test)]
mod tests;

use num_bigint::BigInt;

use super::cells::Cells;
use super::gauss::{Decided, decide as gauss};
use super::number::Overflow;
use super::{certificate, modular};

/// Up to how many cells of several atoms integers that grow are affordable.
const EXACT: usize = 400;

/// Up to how many steps of elimination, by size, integers of any size are affordable.
const ANY_SIZE: u128 = 50_000_000;

/// Decides on every cell.
pub(super) fn decide(cells: &Cells, offers: &[usize]) -> Decided {
    let several = cells.cells.iter().filter(|cell| cell.atoms.len() > 1).count();
    let small = if several <= EXACT { gauss::<i64>(cells, offers) } else { Err(Overflow) };
    small.unwrap_or_else(|Overflow| {
        let rows = several.min(cells.atoms) as u128;
        fast(cells, offers, rows * rows * cells.atoms as u128 <= ANY_SIZE)
    })
}

/// Decides modulo a prime, and has that confirmed.
fn fast(cells: &Cells, offers: &[usize], small: bool) -> Decided {
    let (decided, left) = modular::decide::<1>(cells, offers);
    let Ok(published) = &decided else { return decided };
    if certificate::proves(cells, published, &left) {
        return decided;
    }
    if small && let Ok(exact) = gauss::<BigInt>(cells, offers) {
        return exact;
    }
    if modular::holds::<31>(cells, published) && modular::holds::<45>(cells, published) {
        return decided;
    }
    Ok(cells.cells.iter().map(|cell| cell.known).collect())
}
