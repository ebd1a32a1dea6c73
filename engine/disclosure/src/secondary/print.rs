//! Prints: two numbers that stand for a vector, so that its direction can be compared without looking at it.
//!
//! A print is linear, so the print of what elimination would leave is known before anything is eliminated.
//! Vectors of one direction always agree; others agree once in 2^61, so whoever finds agreement looks at the
//! vectors themselves. A print is never the last word.

use super::number::{Number, Residue};
use super::vector::Vector;

/// Two weighted sums of the coefficients, modulo a prime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Print<const P: u64 = 1>(Residue<P>, Residue<P>);

impl<const P: u64> Print<P> {
    /// The print of a vector.
    pub(super) fn of<N: Number>(vector: &Vector<N>) -> Self {
        vector.entries().fold(Self::nothing(), |sum, (atom, n)| {
            sum.plus(Self::of_atom(atom).times(n.residue()))
        })
    }

    /// The print of one atom.
    pub(super) fn of_atom(atom: u32) -> Self {
        let at = 2 * u64::from(atom);
        Self(weight(at), weight(at + 1))
    }

    /// The print of nothing.
    pub(super) const fn nothing() -> Self {
        Self(Residue(0), Residue(0))
    }

    /// The print of a sum.
    pub(super) fn plus(self, other: Self) -> Self {
        Self(self.0.plus(other.0), self.1.plus(other.1))
    }

    /// The print of a difference.
    pub(super) fn minus(self, other: Self) -> Self {
        self.plus(Self(other.0.negative(), other.1.negative()))
    }

    /// The print of a multiple.
    pub(super) fn times(self, n: Residue<P>) -> Self {
        Self(self.0.times(n), self.1.times(n))
    }

    /// The print of `self * a - other * b`.
    pub(super) fn cross<N: Number>(self, a: &N, other: Self, b: &N) -> Self {
        self.times(a.residue()).minus(other.times(b.residue()))
    }

    /// Whether this may be the print of nothing.
    pub(super) fn is_zero(self) -> bool {
        self == Self::nothing()
    }

    /// A number that is equal for all vectors of one direction.
    pub(super) fn direction(self) -> Residue<P> {
        self.0.times(self.1.inverse())
    }

    /// The directions of several, by one division for all of them.
    pub(super) fn directions(prints: &[Self]) -> Vec<Residue<P>> {
        let below = |print: &Self| if print.1.0 == 0 { Residue(1) } else { print.1 };
        let mut product = Residue(1);
        let mut before = Vec::with_capacity(prints.len());
        for print in prints {
            before.push(product);
            product = product.times(below(print));
        }
        let mut inverse = product.inverse();
        let mut directions: Vec<Residue<P>> = Vec::with_capacity(prints.len());
        for (print, before) in prints.iter().zip(before).rev() {
            let one = if print.1.0 == 0 { Residue(0) } else { inverse.times(before) };
            directions.push(print.0.times(one));
            inverse = inverse.times(below(print));
        }
        directions.reverse();
        directions
    }
}

/// A number below the prime that looks like chance and is always the same.
fn weight<const P: u64>(at: u64) -> Residue<P> {
    let mut n = at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Residue((n ^ (n >> 31)) % Residue::<P>::PRIME)
}
