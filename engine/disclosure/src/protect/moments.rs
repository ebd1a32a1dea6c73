//! Variances, correlations and lines: computed from protected numbers of rows, sums, sums of squares and of products.
//!
//! Nothing here sees a true value, so every way to the same statistic, and back from it to its parts, ends at the
//! same noise. A result that cannot be (a variance below zero, a correlation beyond one) only says that the noise is
//! larger than the truth: it is withheld, not moved to the bound, where it would read "all alike" or "a perfect
//! line". The half width is that of the first order: what each part's own half width can move the result by, added up.

#[cfg(test)]
mod tests;

use crate::outcome::{Estimate, Reason};

/// What is said of the spread of one measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Variance of a sample.
    VarSamp,
    /// Variance of a population.
    VarPop,
    /// Standard deviation of a sample.
    SdSamp,
    /// Standard deviation of a population.
    SdPop,
    /// Sum of squared distances from the mean.
    Squares,
}

/// What is said of two measures together; y is explained by x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// Covariance of a sample.
    CovarSamp,
    /// Covariance of a population.
    CovarPop,
    /// Correlation.
    Corr,
    /// Slope of the line.
    Slope,
    /// Where the line meets x = 0.
    Intercept,
    /// Square of the correlation.
    R2,
    /// Sum of products of distances from the means.
    Products,
}

/// One of the measures: `scale * u + offset`, by the protected sum and sum of squares of `u`.
#[derive(Debug, Clone, Copy)]
pub struct Leg {
    /// Sum of `u`.
    pub sum: Estimate,
    /// Sum of the squares of `u`. Not looked at where the statistic needs none.
    pub squares: Estimate,
    /// Scale.
    pub scale: f64,
    /// Offset.
    pub offset: f64,
}

/// How many numbers are estimated before a statistic of two measures has its degrees of freedom.
#[must_use]
pub const fn degrees(pair: Pair) -> u64 {
    match pair {
        Pair::CovarSamp | Pair::CovarPop | Pair::Products => 1,
        Pair::Corr | Pair::Slope | Pair::Intercept | Pair::R2 => 2,
    }
}

/// The spread of one measure over `n` rows.
///
/// # Errors
/// Where the parts are too uncertain for a result.
pub fn spread(kind: Spread, n: Estimate, leg: &Leg) -> Result<Estimate, Reason> {
    let f = |[n, sum, squares]: [f64; 3]| {
        let distances = centred(n, sum, sum, squares)?;
        let variance = |by: f64| (by > 0.0).then_some(distances / by * leg.scale * leg.scale);
        match kind {
            Spread::VarSamp => variance(n - 1.0),
            Spread::VarPop => variance(n),
            Spread::SdSamp => variance(n - 1.0).map(|variance| variance.max(0.0).sqrt()),
            Spread::SdPop => variance(n).map(|variance| variance.max(0.0).sqrt()),
            Spread::Squares => Some(distances * leg.scale * leg.scale),
        }
    };
    let possible = centred(n.value, leg.sum.value, leg.sum.value, leg.squares.value)
        .is_some_and(|distances| distances >= 0.0);
    if !possible {
        return Err(Reason::TooUncertain);
    }
    derived([n, leg.sum, leg.squares], f)
}

/// What two measures have to do with each other over `n` rows that have both; `products` is the sum of their products.
///
/// # Errors
/// Where the parts are too uncertain for a result.
pub fn pair(
    kind: Pair,
    n: Estimate,
    x: &Leg,
    y: &Leg,
    products: Estimate,
) -> Result<Estimate, Reason> {
    let f = |[n, sx, xx, sy, yy, xy]: [f64; 6]| {
        let together = centred(n, sx, sy, xy)?;
        let slope = || {
            let distances = centred(n, sx, sx, xx).filter(|distances| *distances > 0.0)?;
            Some(together / distances * y.scale / x.scale)
        };
        let correlation = || {
            let product = centred(n, sx, sx, xx).filter(|distances| *distances > 0.0)?
                * centred(n, sy, sy, yy).filter(|distances| *distances > 0.0)?;
            Some(together / product.sqrt() * (x.scale * y.scale).signum())
        };
        match kind {
            Pair::CovarSamp => (n > 1.0).then_some(together / (n - 1.0) * x.scale * y.scale),
            Pair::CovarPop => Some(together / n * x.scale * y.scale),
            Pair::Products => Some(together * x.scale * y.scale),
            Pair::Corr => correlation(),
            Pair::R2 => correlation().map(|r| r * r),
            Pair::Slope => slope(),
            Pair::Intercept => {
                let mean = |sum: f64, leg: &Leg| leg.scale * sum / n + leg.offset;
                Some(mean(sy, y) - slope()? * mean(sx, x))
            }
        }
    };
    let found = derived([n, x.sum, x.squares, y.sum, y.squares, products], f)?;
    match kind {
        Pair::Corr | Pair::R2 if found.value.abs() > 1.0 + ROUNDING => Err(Reason::TooUncertain),
        Pair::Corr | Pair::R2 => Ok(Estimate { value: found.value.clamp(-1.0, 1.0), ..found }),
        Pair::CovarSamp | Pair::CovarPop | Pair::Products | Pair::Slope | Pair::Intercept => {
            Ok(found)
        }
    }
}

/// What floating point may add to a number that is exactly at its bound.
const ROUNDING: f64 = 1e-9;

/// The sum of products of distances from the means. What is lost to floating point counts as nothing.
fn centred(n: f64, a: f64, b: f64, products: f64) -> Option<f64> {
    let distances = products - a * b / n;
    let nothing = distances.abs() <= 1e-12 * products.abs();
    (n > 0.0).then_some(if nothing { 0.0 } else { distances })
}

/// A result with its half width, rounded to a 1-2-5 step of at most a quarter of that.
fn derived<const N: usize>(
    parts: [Estimate; N],
    f: impl Fn([f64; N]) -> Option<f64>,
) -> Result<Estimate, Reason> {
    let middle = parts.map(|part| part.value);
    let value = f(middle).filter(|value| value.is_finite()).ok_or(Reason::TooUncertain)?;
    let mut half_width = 0.0;
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.half_width > 0.0) {
        let moved = |by: f64| {
            let mut moved = middle;
            if let Some(number) = moved.get_mut(at) {
                *number += by;
            }
            f(moved).filter(|value| value.is_finite()).ok_or(Reason::TooUncertain)
        };
        let (up, down) = (moved(part.half_width)?, moved(-part.half_width)?);
        half_width += (up - value).abs().max((down - value).abs());
    }
    if half_width == 0.0 {
        return Ok(Estimate { value, half_width });
    }
    let step = step(half_width / 4.0);
    Ok(Estimate { value: (value / step).round() * step, half_width: half_width + step / 2.0 })
}

/// The number of the 1-2-5 grid at or below this one.
fn step(most: f64) -> f64 {
    let power = 10_f64.powf(most.log10().floor());
    let digits = [5.0, 2.0].into_iter().find(|digit| digit * power <= most);
    digits.unwrap_or(1.0) * power
}
