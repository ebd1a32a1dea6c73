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

/// The spread of one measure over `n` rows. Of the base measure first, scaled after it was rounded, so that two scales do
/// not show two roundings.
///
/// # Errors
/// Where the parts are too uncertain for a result.
pub fn spread(kind: Spread, n: Estimate, leg: &Leg) -> Result<Estimate, Reason> {
    let f = |[n, sum, squares]: [f64; 3]| {
        let distances = centred(n, sum, sum, squares)?;
        let variance = |by: f64| (by > 0.0).then_some(distances / by);
        match kind {
            Spread::VarSamp => variance(n - 1.0),
            Spread::VarPop => variance(n),
            Spread::SdSamp => variance(n - 1.0).map(|variance| variance.max(0.0).sqrt()),
            Spread::SdPop => variance(n).map(|variance| variance.max(0.0).sqrt()),
            Spread::Squares => Some(distances),
        }
    };
    let possible = centred(n.value, leg.sum.value, leg.sum.value, leg.squares.value)
        .is_some_and(|distances| distances >= 0.0);
    if !possible {
        return Err(Reason::TooUncertain);
    }
    let factor = match kind {
        Spread::VarSamp | Spread::VarPop | Spread::Squares => leg.scale * leg.scale,
        Spread::SdSamp | Spread::SdPop => leg.scale.abs(),
    };
    Ok(times(derived([n, leg.sum, leg.squares], f)?, factor))
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
    let base = |kind| unscaled(kind, [n, x.sum, x.squares, y.sum, y.squares, products]);
    let found = match kind {
        Pair::CovarSamp | Pair::CovarPop | Pair::Products => times(base(kind)?, x.scale * y.scale),
        Pair::Corr => times(base(kind)?, (x.scale * y.scale).signum()),
        Pair::R2 => base(kind)?,
        Pair::Slope => times(base(kind)?, y.scale / x.scale),
        Pair::Intercept => {
            // The line of the base measures, moved: y.offset up, and x.offset to the right.
            let up = times(base(Pair::Intercept)?, y.scale);
            let across = match x.offset {
                0.0 => Estimate { value: 0.0, half_width: 0.0 },
                offset => times(base(Pair::Slope)?, -y.scale / x.scale * offset),
            };
            Estimate {
                value: up.value + across.value + y.offset,
                half_width: up.half_width + across.half_width,
            }
        }
    };
    // What is multiplied by zero has neither a correlation nor a line.
    let flat = matches!(kind, Pair::Corr | Pair::R2) && x.scale * y.scale == 0.0;
    if found.value.is_finite() && !flat { Ok(found) } else { Err(Reason::TooUncertain) }
}

/// A statistic of two base measures, by n, sum and squares of x, sum and squares of y, products.
fn unscaled(kind: Pair, parts: [Estimate; 6]) -> Result<Estimate, Reason> {
    let f = |[n, sx, xx, sy, yy, xy]: [f64; 6]| {
        let together = centred(n, sx, sy, xy)?;
        let of_x = || centred(n, sx, sx, xx).filter(|distances| *distances > 0.0);
        let of_y = || centred(n, sy, sy, yy).filter(|distances| *distances > 0.0);
        match kind {
            Pair::CovarSamp => (n > 1.0).then_some(together / (n - 1.0)),
            Pair::CovarPop => Some(together / n),
            Pair::Products => Some(together),
            Pair::Corr => Some(together / (of_x()? * of_y()?).sqrt()),
            Pair::R2 => Some(together * together / (of_x()? * of_y()?)),
            Pair::Slope => Some(together / of_x()?),
            Pair::Intercept => Some(sy / n - together / of_x()? * sx / n),
        }
    };
    let found = derived(parts, f)?;
    match kind {
        Pair::Corr | Pair::R2 if found.value.abs() > 1.0 + ROUNDING => Err(Reason::TooUncertain),
        Pair::Corr | Pair::R2 => Ok(Estimate { value: found.value.clamp(-1.0, 1.0), ..found }),
        Pair::CovarSamp | Pair::CovarPop | Pair::Products | Pair::Slope | Pair::Intercept => {
            Ok(found)
        }
    }
}

fn times(found: Estimate, factor: f64) -> Estimate {
    Estimate { value: found.value * factor, half_width: found.half_width * factor.abs() }
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
