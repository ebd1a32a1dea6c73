//! Exact integers: 64 bits while they suffice, as many as needed after that.
//!
//! Coefficients of published tables stay tiny, so the elimination runs on `i64` with every step
//! checked and starts again with `BigInt` where one would not fit. No answer is ever rounded.

#[cfg(test)]
mod tests;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero;

/// A result did not fit; the whole elimination is to be repeated with larger integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overflow;

/// What the elimination asks of an integer.
pub(super) trait Number: Clone {
    /// Zero.
    fn zero() -> Self;
    /// One.
    fn one() -> Self;
    /// Whether it is zero.
    fn is_zero(&self) -> bool;
    /// Whether it is one or minus one.
    fn is_unit(&self) -> bool;
    /// The greatest common divisor, never negative.
    fn gcd(&self, other: &Self) -> Self;
    /// `self / divisor`, which leaves no remainder. A zero divisor leaves it as it is.
    fn divided(&self, divisor: &Self) -> Self;
    /// What is left of it modulo 2^61 - `BELOW`.
    fn residue<const BELOW: u64>(&self) -> Residue<BELOW>;
    /// `self * a - other * b`.
    fn cross(&self, a: &Self, other: &Self, b: &Self) -> Result<Self, Overflow>;
}

impl Number for i64 {
    fn zero() -> Self {
        0
    }

    fn one() -> Self {
        1
    }

    fn is_zero(&self) -> bool {
        *self == 0
    }

    fn is_unit(&self) -> bool {
        matches!(self, 1 | -1)
    }

    fn gcd(&self, other: &Self) -> Self {
        Integer::gcd(self, other)
    }

    fn divided(&self, divisor: &Self) -> Self {
        self.checked_div(*divisor).unwrap_or(*self)
    }

    fn residue<const BELOW: u64>(&self) -> Residue<BELOW> {
        let prime = Residue::<BELOW>::PRIME.cast_signed();
        Residue(self.rem_euclid(prime).cast_unsigned())
    }

    fn cross(&self, a: &Self, other: &Self, b: &Self) -> Result<Self, Overflow> {
        let wide = |x: &i64, y: &i64| i128::from(*x) * i128::from(*y);
        let result = wide(self, a).checked_sub(wide(other, b)).ok_or(Overflow)?;
        // The smallest number is left out, so that every sign can be turned.
        i64::try_from(result).ok().filter(|n| *n != i64::MIN).ok_or(Overflow)
    }
}

impl Number for BigInt {
    fn zero() -> Self {
        Zero::zero()
    }

    fn one() -> Self {
        Self::from(1)
    }

    fn is_zero(&self) -> bool {
        Zero::is_zero(self)
    }

    fn is_unit(&self) -> bool {
        self.magnitude().bits() == 1
    }

    fn gcd(&self, other: &Self) -> Self {
        Integer::gcd(self, other)
    }

    fn divided(&self, divisor: &Self) -> Self {
        self.checked_div(divisor).unwrap_or_else(|| self.clone())
    }

    fn residue<const BELOW: u64>(&self) -> Residue<BELOW> {
        let rest = self.mod_floor(&Self::from(Residue::<BELOW>::PRIME));
        Residue(u64::try_from(rest).unwrap_or_default())
    }

    fn cross(&self, a: &Self, other: &Self, b: &Self) -> Result<Self, Overflow> {
        Ok(self * a - other * b)
    }
}

/// An integer modulo the prime 2^61 - `BELOW`: it never grows, and what is zero among integers is zero here.
/// The reverse fails once in 2^61, or where somebody arranges it, so it needs a confirmation. Primes are those
/// for 1, 31 and 45.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Residue<const BELOW: u64 = 1>(pub(super) u64);

impl<const BELOW: u64> Residue<BELOW> {
    /// The modulus.
    pub(super) const PRIME: u64 = (1 << 61) - BELOW;

    /// The sum.
    pub(super) fn plus(self, other: Self) -> Self {
        let sum = self.0.wrapping_add(other.0); // both are below 2^61
        Self(if sum >= Self::PRIME { sum.wrapping_sub(Self::PRIME) } else { sum })
    }

    /// The number that makes 0 of a sum.
    pub(super) fn negative(self) -> Self {
        Self(if self.0 == 0 { 0 } else { Self::PRIME.wrapping_sub(self.0) })
    }

    /// The product.
    pub(super) fn times(self, other: Self) -> Self {
        let product = u128::from(self.0) * u128::from(other.0);
        let less = if BELOW == 1 { product } else { fold::<BELOW>(product) };
        let twice = u64::try_from(fold::<BELOW>(less)).unwrap_or_default(); // below 2^62
        Self(if twice >= Self::PRIME { twice.wrapping_sub(Self::PRIME) } else { twice })
    }

    /// The number that makes 1 of a product; 0 for 0.
    pub(super) fn inverse(self) -> Self {
        let (mut result, mut power, mut left) = (Self(1), self, Self::PRIME - 2);
        while left > 0 {
            if left & 1 == 1 {
                result = result.times(power);
            }
            power = power.times(power);
            left >>= 1;
        }
        result
    }
}

/// Less of the same modulo the prime: 2^61 counts as `BELOW`.
fn fold<const BELOW: u64>(n: u128) -> u128 {
    let low = n & ((1 << 61) - 1);
    low.wrapping_add((n >> 61).wrapping_mul(u128::from(BELOW)))
}
