//! Prints: two numbers that stand for a vector, so that its direction can be compared without looking at it.
//!
//! A print is linear, so the print of what elimination would leave is known before anything is eliminated.
//! Vectors of one direction always agree; others agree once in 2^61, so whoever finds agreement looks at the
//! vectors themselves. A print is never the last word.

use super::number::{Number, Residue};
use super::vector::Vector;

/// Two weighted sums of the coefficients, modulo a prime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Print(Residue, Residue);

impl Print {
    /// The print of a vector.
    pub(super) fn of<N: Number>(vector: &Vector<N>) -> Self {
        vector.entries().fold(Self(Residue(0), Residue(0)), |Self(first, second), (atom, n)| {
            let (n, atom) = (n.residue(), u64::from(atom));
            let add = |sum: Residue, at| sum.plus(n.times(weight(at)));
            Self(add(first, 2 * atom), add(second, 2 * atom + 1))
        })
    }

    /// The print of `self * a - other * b`.
    pub(super) fn cross<N: Number>(self, a: &N, other: Self, b: &N) -> Self {
        let (a, b) = (a.residue(), b.residue().negative());
        let both = |mine: Residue, theirs: Residue| mine.times(a).plus(theirs.times(b));
        Self(both(self.0, other.0), both(self.1, other.1))
    }

    /// Whether this may be the print of nothing.
    pub(super) fn is_zero(self) -> bool {
        self == Self(Residue(0), Residue(0))
    }

    /// A number that is equal for all vectors of one direction.
    pub(super) fn direction(self) -> Residue {
        self.0.times(self.1.inverse())
    }
}

/// A number below the prime that looks like chance and is always the same.
fn weight(at: u64) -> Residue {
    let mut n = at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Residue((n ^ (n >> 31)) % Residue::<1>::PRIME)
}
