//! Decisions made fast and confirmed: modulo a prime first, then among integers.
//!
//! Modulo a prime no number grows, and a dependence among integers is one modulo the prime as well, except where
//! the prime divides its denominator. So what was decided is checked once more:
//! - in integers of 64 bits, which settles all but large tables of many small cells;
//! - where those do not suffice, in integers of any size, up to [`EXACT`] published cells of more than one atom;
//! - beyond that modulo two further primes. A dependence that all three miss has a denominator of 183 bits, three
//!   primes of which it contains; it would have to be built on purpose, from hundreds of overlapping cells.
//!
//! What is not confirmed is decided again, in integers of any size.

use num_bigint::BigInt;

use super::cells::Cells;
use super::gauss::{Decided, decide as gauss, holds};
use super::number::{Overflow, Residue};

/// Up to how many published cells of several atoms large integers are affordable.
const EXACT: usize = 400;

/// Decides on every cell.
pub(super) fn decide(cells: &Cells, offers: &[usize]) -> Decided {
    if let Ok(Ok(published)) = gauss::<Residue<1>>(cells, offers)
        && is_confirmed(cells, &published).is_ok_and(|confirmed| confirmed)
    {
        return Ok(published);
    }
    // Large integers never overflow; an empty list would publish nothing.
    gauss::<BigInt>(cells, offers).unwrap_or(Ok(Vec::new()))
}

fn is_confirmed(cells: &Cells, published: &[bool]) -> Result<bool, Overflow> {
    if let Ok(holds) = holds::<i64>(cells, published) {
        return Ok(holds);
    }
    let wide = |(cell, shown): &(&super::Cell, &bool)| **shown && cell.atoms.len() > 1;
    if cells.cells.iter().zip(published).filter(wide).count() <= EXACT {
        return holds::<BigInt>(cells, published);
    }
    Ok(holds::<Residue<31>>(cells, published)? && holds::<Residue<45>>(cells, published)?)
}
