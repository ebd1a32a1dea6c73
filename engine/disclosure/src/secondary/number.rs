//! Exact integers: 64 bits while they suffice, as many as needed after that.
//!
//! Coefficients of published tables stay tiny, so the elimination runs on `i64` with every step
//! checked and starts again with `BigInt` where one would not fit. No answer is ever rounded.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

/// A result did not fit; the whole elimination is to be repeated with larger integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overflow;

/// What the elimination asks of an integer.
pub(super) trait Number: Clone + Ord {
    /// Zero.
    fn zero() -> Self;
    /// One.
    fn one() -> Self;
    /// Whether it is zero.
    fn is_zero(&self) -> bool;
    /// Whether it is below zero.
    fn is_negative(&self) -> bool;
    /// Whether it is one or minus one.
    fn is_unit(&self) -> bool;
    /// The greatest common divisor, never negative.
    fn gcd(&self, other: &Self) -> Self;
    /// `self / divisor`, which leaves no remainder. A zero divisor leaves it as it is.
    fn divided(&self, divisor: &Self) -> Self;
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

    fn is_negative(&self) -> bool {
        *self < 0
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

    fn is_negative(&self) -> bool {
        Signed::is_negative(self)
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

    fn cross(&self, a: &Self, other: &Self, b: &Self) -> Result<Self, Overflow> {
        Ok(self * a - other * b)
    }
}
