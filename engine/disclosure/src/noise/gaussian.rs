//! Gaussian noise rounded to whole numbers.
//!
//! The probability of k is what the normal distribution has between k - 1/2 and k + 1/2. Rounding adds about 1/12 to
//! the variance. The source is i2b2, which draws such noise anew for every answer; here each cell keeps its draw.
//!
//! Large scales are drawn in grains. Caveat as for the geometric distribution: draws are computed in f64, and this is
//! noise for disclosure control, not an exact sampler of the differential privacy literature.

#[cfg(test)]
mod tests;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::grains::{self, LARGEST_SD};

/// Within so many standard deviations lie 95 % of a normal distribution.
pub(crate) const INSIDE: f64 = 1.959_963_984_540_054;

/// What rounding to whole numbers adds to a variance.
pub(crate) const OF_ROUNDING: f64 = 1.0 / 12.0;

/// A normal distribution around zero, rounded to whole numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundedGaussian {
    /// Of the normal distribution, in units.
    sd: f64,
    /// The same in grains.
    grain_sd: f64,
    /// A grain is this power of two.
    grain_bits: u32,
}

impl RoundedGaussian {
    /// The distribution whose normal distribution has this standard deviation, in units. `None` unless it is finite,
    /// not negative and at most 2^120.
    #[must_use]
    pub fn with_sd(sd: f64) -> Option<Self> {
        if !(0.0..=LARGEST_SD).contains(&sd) {
            return None;
        }
        let (grain_bits, grain_sd) = grains::split(sd);
        Some(Self { sd, grain_sd, grain_bits })
    }

    /// What must be added to noise of this distribution so that both together have the variance of `wider`; no noise
    /// where that has none to add.
    ///
    /// Who sees the narrow and the wide number of one cell then knows what the narrow one tells and nothing more. Two
    /// scales of one draw would tell the truth between them.
    #[must_use]
    pub fn up_to(self, wider: Self) -> Self {
        let missing = wider.sd * wider.sd - self.sd * self.sd - OF_ROUNDING;
        let sd = missing.max(0.0).sqrt();
        let (grain_bits, grain_sd) = grains::split(sd);
        Self { sd, grain_sd, grain_bits }
    }

    /// Draws once.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> i128 {
        let standard: f64 = StandardNormal.sample(rng);
        let grains = (standard * self.grain_sd).round() as i128; // a conversion from f64 stops at the end of the range
        let size = grains::size(self.grain_bits).cast_signed();
        let place = grains::place(self.grain_bits, rng).cast_signed();
        grains.saturating_mul(size).saturating_add(place).saturating_sub(size / 2)
    }

    /// The smallest w such that at least 95 % of the draws lie in -w..=w.
    #[must_use]
    pub fn half_width(&self) -> u128 {
        INSIDE.mul_add(self.sd, -0.5).ceil().max(0.0) as u128
    }

    /// Standard deviation of the normal distribution, in units.
    #[must_use]
    pub const fn sd(&self) -> f64 {
        self.sd
    }
}
