//! Noise from a distribution.

use super::layers::Layers;
use crate::contribution::Contribution;
use crate::noise::{NoiseSecret, RoundedGaussian, TwoSidedGeometric, generator_for};

/// Noise that was drawn and not yet added.
pub(super) struct Drawn {
    pub(super) noise: i128,
    /// Half of the interval around the value, for this noise and that of the conditions.
    pub(super) half_width: u128,
    /// Standard deviation of this noise alone: a value is rounded by it, so that a condition more, which changes nothing,
    /// does not change the digits that are shown.
    pub(super) sd: f64,
}

pub(super) fn geometric(
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    sd: f64,
    layers: &Layers<'_>,
) -> Option<Drawn> {
    let distribution = TwoSidedGeometric::with_sd(sd)?;
    // Two profiles may give one cell two scales: each has a draw of its own.
    let purpose = format!("geometric {:016x}", sd.to_bits());
    let noise = distribution.sample(&mut generator_for(secret, &purpose, measure, c)?);
    let both = TwoSidedGeometric::with_sd(layers.with_own(sd))?;
    Some(Drawn { noise, half_width: both.half_width(), sd })
}

pub(super) fn gaussian(
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    sd: f64,
    layers: &Layers<'_>,
) -> Option<Drawn> {
    let noise = sample(secret, &RoundedGaussian::with_sd(sd)?, measure, c)?;
    drawn_gaussian(noise, sd, layers)
}

fn drawn_gaussian(noise: i128, sd: f64, layers: &Layers<'_>) -> Option<Drawn> {
    let both = RoundedGaussian::with_sd(layers.with_own(sd))?;
    Some(Drawn { noise, half_width: both.half_width(), sd })
}

/// Gaussian noise for a number of persons, which may have two sizes. A cell with the larger one has the noise of the
/// smaller one and more on top of it, so that whoever asks for both has learnt nothing by it.
pub(super) fn gaussian_count(
    secret: &NoiseSecret,
    c: &Contribution,
    sd: f64,
    other_sd: f64,
    layers: &Layers<'_>,
) -> Option<Drawn> {
    let wanted = RoundedGaussian::with_sd(sd)?;
    let narrow = RoundedGaussian::with_sd(sd.min(other_sd))?;
    let mut noise = sample(secret, &narrow, PERSONS, c)?;
    if sd > other_sd {
        let more = sample(secret, &narrow.up_to(wanted), PERSONS, c)?;
        noise = noise.saturating_add(more);
    }
    drawn_gaussian(noise, sd, layers)
}

const PERSONS: &str = "persons";

fn sample(
    secret: &NoiseSecret,
    distribution: &RoundedGaussian,
    measure: &str,
    c: &Contribution,
) -> Option<i128> {
    let purpose = format!("gaussian {:x}", distribution.sd().to_bits());
    Some(distribution.sample(&mut generator_for(secret, &purpose, measure, c)?))
}
