//! In which integers decisions are made, and how the fast ones are confirmed.
//!
//! With up to [`EXACT`] cells of more than one atom everything is done in integers: of 64 bits, or of any size where
//! those do not suffice. Numbers grow with the table, so for more cells decisions are made modulo a prime, where
//! none grows. A dependence among integers is one modulo the prime as well, except where the prime divides its
//! denominator, so what was decided is checked once more:
//! - in integers of 64 bits, which settles all but large tables of many small cells;
//! - where those do not suffice, modulo two further primes. A dependence that all three miss has a denominator of 183
//!   bits that contains all three; it would have to be built on purpose, from hundreds of overlapping cells.
//!
//! What is not confirmed is decided again, in integers of any size.

#[cfg(test)]
mod tests;

use num_bigint::BigInt;

use super::cells::Cells;
use super::gauss::{Decided, decide as gauss, holds};
use super::number::{Overflow, Residue};

/// Up to how many cells of several atoms integers that grow are affordable.
const EXACT: usize = 400;

/// Decides on every cell.
pub(super) fn decide(cells: &Cells, offers: &[usize]) -> Decided {
    let several = cells.cells.iter().filter(|cell| cell.atoms.len() > 1).count();
    let decided = if several <= EXACT { gauss::<i64>(cells, offers) } else { fast(cells, offers) };
    // Large integers never overflow; an empty list would publish nothing.
    decided.or_else(|_| gauss::<BigInt>(cells, offers)).unwrap_or(Ok(Vec::new()))
}

/// Decides modulo a prime; an overflow stands for what is not confirmed.
fn fast(cells: &Cells, offers: &[usize]) -> Result<Decided, Overflow> {
    let decided = gauss::<Residue<1>>(cells, offers)?;
    let Ok(published) = &decided else { return Ok(decided) };
    let confirmed = match holds::<i64>(cells, published) {
        Ok(holds) => holds,
        Err(Overflow) => {
            holds::<Residue<31>>(cells, published)? && holds::<Residue<45>>(cells, published)?
        }
    };
    if confirmed { Ok(decided) } else { Err(Overflow) }
}
