//! The two-sided geometric distribution: whole-numbered noise around zero, also called discrete
//! Laplace.
//!
//! It is the difference of two independent geometric numbers from `rand_distr`. With p the chance
//! of success and a = 1 - p, the probability of k is (1-a)/(1+a) * a^|k| and the variance
//! 2a/(1-a)^2. Solved for p without cancellation: p = 2 / (1 + sqrt(1 + 2 sd^2)).
//!
//! Large scales: `rand_distr` 0.6 works with 1 - p in 53 bits, so p itself is known only to 2^-54;
//! from there down the sampler returns `u64::MAX` for ever, which on both sides would cancel to no
//! noise at all. Above a standard deviation of 2^32 (where the error of p is still below 2e-7 of
//! it) each side is therefore drawn in grains and a place within one, as the algorithm behind `rand_distr` itself does.
//!
//! Caveat: draws are computed in f64 and take a time that depends on what is drawn. This is noise
//! for disclosure control and not an exact sampler in the sense of the differential privacy
//! literature.

#[cfg(test)]
mod tests;

use rand::Rng;
use rand_distr::{Distribution, Geometric};

use super::grains::{self, LARGEST_SD};

/// Chance that the noise lies outside the half width.
const OUTSIDE: f64 = 0.05;

/// A two-sided geometric distribution with a given standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoSidedGeometric {
    /// Chance of success of each side, for the whole scale.
    p: f64,
    /// One side, counted in grains.
    grains: Geometric,
    /// A grain is this power of two.
    grain_bits: u32,
}

impl TwoSidedGeometric {
    /// The distribution with this standard deviation, in units. `None` unless it is finite, not
    /// negative and at most 2^120.
    #[must_use]
    pub fn with_sd(sd: f64) -> Option<Self> {
        if !(0.0..=LARGEST_SD).contains(&sd) {
            return None;
        }
        let (grain_bits, grain_sd) = grains::split(sd);
        let grains = Geometric::new(success(grain_sd)).ok()?;
        Some(Self { p: success(sd), grains, grain_bits })
    }

    /// Draws once.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> i128 {
        let up = self.side(rng);
        let down = self.side(rng);
        up.saturating_sub(down)
    }

    /// The smallest w such that at least 95 % of the draws lie in -w..=w.
    ///
    /// From the tail: P(|k| > w) = 2 a^(w+1) / (1+a).
    #[must_use]
    pub fn half_width(&self) -> u128 {
        let a = 1.0 - self.p;
        if a <= 0.0 {
            return 0;
        }
        let steps = (OUTSIDE / 2.0 * (1.0 + a)).ln() / (-self.p).ln_1p();
        (steps.ceil() - 1.0).max(0.0) as u128 // a conversion from f64 stops at the end of the range
    }

    /// The probability of drawing `k`.
    #[must_use]
    pub fn probability(&self, k: i128) -> f64 {
        let a = 1.0 - self.p;
        self.p / (1.0 + a) * a.powf(k.unsigned_abs() as f64)
    }

    fn side<R: Rng + ?Sized>(&self, rng: &mut R) -> i128 {
        let grains = u128::from(self.grains.sample(rng));
        let place = grains::place(self.grain_bits, rng);
        let units = grains.saturating_mul(grains::size(self.grain_bits)).saturating_add(place);
        i128::try_from(units).unwrap_or(i128::MAX)
    }
}

/// The chance of success that gives two sides together this standard deviation.
fn success(sd: f64) -> f64 {
    2.0 / (1.0 + (2.0 * sd).mul_add(sd, 1.0).sqrt())
}
