//! Noise on a value that passed screening, and rounding after it.
//!
//! The noise on a magnitude follows the largest contributor, whatever that is. So multiplying one
//! person's rows or values (by a join, by arithmetic) multiplies the noise with them and gains
//! nothing. The scale is told by the interval, so the largest contributor goes up to the 1-2-5 grid
//! first: a reader learns a band.

use crate::contribution::Contribution;
use crate::grid;
use crate::noise::{NoiseSecret, TwoSidedGeometric, generator};
use crate::outcome::Protected;
use crate::profile::{Noise, Profile};
use crate::rounding;

/// Standard deviation of the noise on a number of persons; 0 when the profile adds none.
pub(super) fn count_sd(profile: &Profile) -> f64 {
    match &profile.noise {
        Noise::None {} | Noise::CellKeyTable { .. } => 0.0,
        Noise::CellKeyGeometric { count_sd, .. } | Noise::CellKeyGaussian { count_sd, .. } => {
            *count_sd
        }
    }
}

/// Standard deviation of the noise on a magnitude, in its smallest unit; 0 when the profile adds
/// none.
pub(super) fn magnitude_sd(profile: &Profile, c: &Contribution) -> f64 {
    match &profile.noise {
        Noise::None {} | Noise::CellKeyTable { .. } => 0.0,
        Noise::CellKeyGeometric { magnitude_sd, .. }
        | Noise::CellKeyGaussian { magnitude_sd, .. } => magnitude_sd * grid::up(c.largest) as f64,
    }
}

/// Standard deviation of the noise on a sum: that of a magnitude, but at least what a count of the same persons would
/// carry if each contributed the mean. Depends on persons and their totals only, so a sum of sums per person has the
/// same noise as the sum itself.
pub(super) fn sum_sd(profile: &Profile, c: &Contribution) -> f64 {
    let mean = c.absolute.div_ceil(u128::from(c.persons.max(1)));
    magnitude_sd(profile, c).max(count_sd(profile) * grid::up(mean) as f64)
}

/// Draws the noise that belongs to this cell and measure; `None` when there is no such noise.
pub(super) fn perturb(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    sd: f64,
) -> Option<Drawn> {
    match &profile.noise {
        Noise::None {} => Some(Drawn { noise: 0, half_width: 0 }),
        Noise::CellKeyGaussian { .. } | Noise::CellKeyTable { .. } => None,
        Noise::CellKeyGeometric { .. } => {
            let distribution = TwoSidedGeometric::with_sd(sd)?;
            let noise = distribution.sample(&mut generator(secret, measure, c)?);
            Some(Drawn { noise, half_width: distribution.half_width() })
        }
    }
}

/// Noise that was drawn and not yet added.
pub(super) struct Drawn {
    noise: i128,
    half_width: u128,
}

impl Drawn {
    pub(super) const fn on(self, value: i128) -> Noisy {
        Noisy { value: value.saturating_add(self.noise), half_width: self.half_width }
    }
}

/// A value with its noise, not yet rounded.
pub(super) struct Noisy {
    pub(super) value: i128,
    pub(super) half_width: u128,
}

impl Noisy {
    /// For what cannot be below zero.
    pub(super) fn not_negative(self) -> Self {
        Self { value: self.value.max(0), ..self }
    }

    /// The last step; rounding widens the interval by as much as it can move the value.
    pub(super) fn rounded(self, step: u128) -> Protected {
        Protected::Shown {
            value: rounding::nearest(self.value, step),
            half_width: self.half_width.saturating_add(rounding::furthest(step)),
        }
    }
}
