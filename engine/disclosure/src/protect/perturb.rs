//! Noise on a value that passed screening, and rounding after it.
//!
//! The noise on a magnitude follows the largest contributor, whatever that is. So multiplying one
//! person's rows or values (by a join, by arithmetic) multiplies the noise with them and gains
//! nothing. The scale is told by the interval, so the largest contributor goes up to the 1-2-5 grid
//! first: a reader learns a band.

mod by_table;
mod drawn;
mod scale;

use crate::contribution::Contribution;
use crate::grid;
use crate::noise::{NoiseSecret, bits};
use crate::outcome::{Protected, Reason};
use crate::profile::{Noise, Profile};
use crate::protect::ByPlan;
use crate::rounding;

use drawn::{Drawn, gaussian, gaussian_count, geometric};
use scale::{rows_sd, sum_sd};

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
    Some(match &profile.noise {
        Noise::None {} => Noisy::exactly(value),
        Noise::CellKeyGeometric { count_sd, .. } => {
            Noisy::with(value, geometric(secret, PERSONS, &c, *count_sd)?, *count_sd)
        }
        Noise::CellKeyGaussian { count_sd, breakdown_sd, .. } => {
            let (sd, other) =
                if plan.grouped { (breakdown_sd, count_sd) } else { (count_sd, breakdown_sd) };
            Noisy::with(value, gaussian_count(secret, &c, *sd, *other)?, *sd)
        }
        Noise::CellKeyTable { .. } => by_table::persons(profile, secret, &c)?,
    })
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
) -> Option<Noisy> {
    if let Noise::CellKeyTable { magnitude, .. } = &profile.noise {
        return by_table::magnitude(profile, secret, magnitude, measure, c, whole, 0);
    }
    noisy_magnitude(profile, secret, measure, c, rows_sd(profile, whole))
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
        return by_table::magnitude(profile, secret, magnitude, measure, c, c, plan.decimals);
    }
    noisy_magnitude(profile, secret, measure, c, sum_sd(profile, c))
}

fn noisy_magnitude(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    sd: f64,
) -> Option<Noisy> {
    Some(match &profile.noise {
        Noise::None {} => Noisy::exactly(c.total),
        Noise::CellKeyGeometric { .. } => {
            Noisy::with(c.total, geometric(secret, measure, c, sd)?, sd)
        }
        Noise::CellKeyGaussian { .. } => {
            Noisy::with(c.total, gaussian(secret, measure, c, sd)?, sd)
        }
        Noise::CellKeyTable { .. } => return None,
    })
}

/// A value with its noise, not yet rounded.
#[derive(Clone, Copy)]
pub(super) struct Noisy {
    pub(super) value: i128,
    pub(super) half_width: u128,
    /// Standard deviation of the noise, in the unit of the value.
    sd: f64,
}

impl Noisy {
    const fn exactly(value: i128) -> Self {
        Self { value, half_width: 0, sd: 0.0 }
    }

    fn with(value: i128, drawn: Drawn, sd: f64) -> Self {
        let value = value.saturating_add(drawn.noise);
        Self { value, half_width: drawn.half_width, sd }
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
