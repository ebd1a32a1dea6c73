//! Noise on a value that passed screening, and rounding after it.
//!
//! The noise on a magnitude follows the largest contributor, whatever that is. So multiplying one
//! person's rows or values (by a join, by arithmetic) multiplies the noise with them and gains
//! nothing. The scale is told by the interval, so the largest contributor goes up to the 1-2-5 grid
//! first: a reader learns a band.

mod by_table;
mod drawn;
mod layers;
mod scale;

use crate::contribution::Contribution;
use crate::grid;
use crate::noise::{NoiseSecret, bits};
use crate::outcome::{Protected, Reason};
use crate::profile::{Noise, Profile};
use crate::protect::ByPlan;
use crate::rounding;

use drawn::{Drawn, gaussian, gaussian_count, geometric};
use layers::Layers;
use scale::{count_sd, rows_sd, sum_sd};

/// What counts of persons are called in seeds.
const PERSONS: &str = "persons";

/// A number of persons with its noise; `None` when there is no such noise. Persons and key of `c` alone
/// are looked at.
pub(super) fn noisy_persons(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
    plan: ByPlan<'_>,
) -> Option<Noisy> {
    let c = c.only_persons();
    let value = i128::from(c.persons);
    let layers = Layers::new(profile, plan, 1.0);
    let noisy = match &profile.noise {
        Noise::CellKeyTable { .. } => return by_table::persons(profile, secret, &c, &layers),
        Noise::None {} => Noisy::exactly(value),
        Noise::CellKeyGeometric { count_sd, .. } => {
            Noisy::with(value, geometric(secret, PERSONS, &c, *count_sd, &layers)?)
        }
        Noise::CellKeyGaussian { count_sd, breakdown_sd, .. } => {
            let (sd, other) =
                if plan.grouped { (breakdown_sd, count_sd) } else { (count_sd, breakdown_sd) };
            Noisy::with(value, gaussian_count(secret, &c, *sd, *other, &layers)?)
        }
    };
    Some(noisy.moved(layers.noise(secret, PERSONS)?))
}

/// What is shown where there is nobody: an exact 0, which no noise could hide because there is nobody to hide. A
/// perturbation table makes others 0 as well, on purpose, and a true 0 must not differ from these.
pub(super) fn nobody(profile: &Profile) -> Protected {
    let alike = by_table::half_width(profile, 0).and_then(|half_width| {
        let rounded = rounding::count(&profile.rounding, 0, || Some(0))?;
        Some(half_width.saturating_add(rounded.reach))
    });
    Protected::Shown { value: 0, half_width: alike.unwrap_or(0) }
}

/// A number of rows with its noise. `whole` is what sets the scale: the cell of which `c` may be a part.
pub(super) fn noisy_rows(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    whole: &Contribution,
    plan: ByPlan<'_>,
) -> Option<Noisy> {
    let plan = ByPlan { decimals: 0, ..plan };
    if let Noise::CellKeyTable { magnitude, .. } = &profile.noise {
        return by_table::magnitude(profile, secret, magnitude, measure, [c, whole], plan);
    }
    noisy_magnitude(profile, secret, measure, c, rows_sd(profile, whole), plan)
}

/// A sum with its noise.
pub(super) fn noisy_sum(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    plan: ByPlan<'_>,
) -> Option<Noisy> {
    if let Noise::CellKeyTable { magnitude, .. } = &profile.noise {
        return by_table::magnitude(profile, secret, magnitude, measure, [c, c], plan);
    }
    noisy_magnitude(profile, secret, measure, c, sum_sd(profile, c), plan)
}

fn noisy_magnitude(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    sd: f64,
    plan: ByPlan<'_>,
) -> Option<Noisy> {
    let layers = Layers::new(profile, plan, sd / count_sd(profile));
    let noisy = match &profile.noise {
        Noise::None {} => Noisy::exactly(c.total),
        Noise::CellKeyGeometric { .. } => {
            Noisy::with(c.total, geometric(secret, measure, c, sd, &layers)?)
        }
        Noise::CellKeyGaussian { .. } => {
            Noisy::with(c.total, gaussian(secret, measure, c, sd, &layers)?)
        }
        Noise::CellKeyTable { .. } => return None,
    };
    Some(noisy.moved(layers.noise(secret, measure)?))
}

/// A value with its noise, not yet rounded.
#[derive(Clone, Copy)]
pub(super) struct Noisy {
    pub(super) value: i128,
    pub(super) half_width: u128,
    /// Standard deviation of the noise without that of conditions, in the unit of the value.
    sd: f64,
}

impl Noisy {
    const fn exactly(value: i128) -> Self {
        Self { value, half_width: 0, sd: 0.0 }
    }

    fn with(value: i128, Drawn { noise, half_width, sd }: Drawn) -> Self {
        Self { value: value.saturating_add(noise), half_width, sd }
    }

    /// With the noise of its conditions, for which its interval is already.
    const fn moved(self, by: i128) -> Self {
        Self { value: self.value.saturating_add(by), ..self }
    }

    /// For what cannot be below zero.
    pub(super) fn not_negative(self) -> Self {
        Self { value: self.value.max(0), ..self }
    }

    /// The last step of a sum: to the 1-2-5 step at or below half the standard deviation, so that no digit is shown
    /// which the noise decides.
    pub(super) fn rounded_as_sum(self) -> Protected {
        let step = grid::down((self.sd / 2.0) as u128);
        Protected::Shown {
            value: rounding::nearest(self.value, step),
            half_width: self.half_width.saturating_add(rounding::furthest(step)),
        }
    }

    /// The last step of a count: rounding as the profile says, which widens the interval by as much as it can move
    /// the value. Where chance decides, the coin belongs to the cell.
    pub(super) fn rounded_as_count(
        self,
        profile: &Profile,
        secret: &NoiseSecret,
        measure: &str,
        c: &Contribution,
    ) -> Protected {
        let purpose = format!("rounding to {}", profile.rounding.base);
        let coin = || bits(secret, &purpose, measure, c);
        match rounding::count(&profile.rounding, self.value, coin) {
            Some(rounded) => Protected::Shown {
                value: rounded.value,
                half_width: self.half_width.saturating_add(rounded.reach),
            },
            None => Protected::Withheld(Reason::Unprotectable), // FAIL-CLOSED
        }
    }

    /// As [`Self::rounded_as_count`], of persons: the coin depends on who they are alone.
    pub(super) fn rounded_as_persons(
        self,
        profile: &Profile,
        secret: &NoiseSecret,
        c: &Contribution,
    ) -> Protected {
        self.rounded_as_count(profile, secret, PERSONS, &c.only_persons())
    }
}
