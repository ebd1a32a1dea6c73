//! Noise of the conditions that are left of a cell, on top of the noise of its set of people.
//!
//! Noise that belongs to the set alone averages out over ways to split it: every part, and every other split, is
//! another set. A condition's noise is the same in all of them. It is drawn from the measure and the condition and not
//! from the people, so it must never stand alone: two cells with the same conditions differ by the truth exactly.
//!
//! One draw at two scales would tell the truth where the answers meet, so the scale is part of the seed here too. It
//! is on the 1-2-5 grid: nearly every set of people has the same.

use std::collections::BTreeSet;

use crate::low_effect::Layer;
use crate::noise::gaussian::OF_ROUNDING;
use crate::noise::{NoiseSecret, RoundedGaussian, TwoSidedGeometric, generator_for_layer};
use crate::profile::{Noise, Profile};
use crate::protect::ByPlan;

/// What the conditions of one value add to it.
pub(super) struct Layers<'a> {
    shape: Shape,
    /// Standard deviation of each, in the unit of the value.
    sd: f64,
    left: BTreeSet<&'a Layer>,
    /// How many the interval is for.
    told: usize,
}

/// The distribution of each draw: that of the cell's own noise, if that is one.
#[derive(Clone, Copy)]
enum Shape {
    Geometric,
    Gaussian,
}

impl<'a> Layers<'a> {
    /// Of a value whose own noise is `scale` times that of a number of persons.
    pub(super) fn new(profile: &Profile, plan: ByPlan<'a>, scale: f64) -> Self {
        let shape = match profile.noise {
            Noise::CellKeyGeometric { .. } => Shape::Geometric,
            Noise::None {} | Noise::CellKeyGaussian { .. } | Noise::CellKeyTable { .. } => {
                Shape::Gaussian
            }
        };
        let sd =
            if profile.noise.is_none() { 0.0 } else { profile.low_effect.condition_sd * scale };
        let left: BTreeSet<&Layer> =
            if sd > 0.0 { plan.layers.iter().collect() } else { BTreeSet::new() };
        let told = if sd > 0.0 { left.len().max(plan.conditions) } else { 0 };
        Self { shape, sd, left, told }
    }

    /// All of it; `None` where something cannot be drawn.
    pub(super) fn noise(&self, secret: &NoiseSecret, measure: &str) -> Option<i128> {
        self.left.iter().try_fold(0_i128, |all, layer| {
            Some(all.saturating_add(self.draw(secret, measure, layer)?))
        })
    }

    fn draw(&self, secret: &NoiseSecret, measure: &str, layer: &Layer) -> Option<i128> {
        let bits = self.sd.to_bits();
        let generator = |purpose: String| generator_for_layer(secret, &purpose, measure, layer);
        Some(match self.shape {
            Shape::Geometric => TwoSidedGeometric::with_sd(self.sd)?
                .sample(&mut generator(format!("layer geometric {bits:016x}"))?),
            Shape::Gaussian => RoundedGaussian::with_sd(self.sd)?
                .sample(&mut generator(format!("layer gaussian {bits:016x}"))?),
        })
    }

    /// The standard deviation of the conditions' noise and one of this together, for as many conditions as the
    /// interval is for. Where there is none it is this one, to the last bit.
    pub(super) fn with_own(&self, sd: f64) -> f64 {
        if self.told == 0 { sd } else { sd.mul_add(sd, self.variance()).sqrt() }
    }

    /// Variance of all conditions that the interval is for.
    fn variance(&self) -> f64 {
        let rounding = match self.shape {
            Shape::Geometric => 0.0,
            Shape::Gaussian => OF_ROUNDING,
        };
        self.told as f64 * self.sd.mul_add(self.sd, rounding)
    }
}
