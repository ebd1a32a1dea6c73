//! The sum of a column in a cell.

use super::perturb::{perturb, sum_sd};
use super::screen::screen_measure;
use crate::contribution::Contribution;
use crate::grid;
use crate::noise::NoiseSecret;
use crate::outcome::{Protected, Reason};
use crate::profile::{Negatives, Profile};

/// Protects the total of `c`, in the smallest unit of the column (cents, if it has two decimals).
///
/// The noise follows the largest contributor, and is never less than that of a count in which everybody contributes
/// the mean: else a count, dressed as a sum of ones, would come out nearly exact. The sum is rounded to the 1-2-5 step at or below half
/// the standard deviation, so that no digit is shown which the noise decides; without noise it is
/// not rounded. Where the profile refuses negative totals everybody knows that the sum is not
/// negative, and a negative result becomes 0. `measure` names the column, such as
/// `sum:sample.admissions.cost`.
#[must_use]
pub fn sum(profile: &Profile, secret: &NoiseSecret, measure: &str, c: &Contribution) -> Protected {
    if let Some(decided) = screen_measure(profile, c) {
        return decided;
    }
    let sd = sum_sd(profile, c);
    let Some(noise) = perturb(profile, secret, measure, c, sd) else {
        return Protected::Withheld(Reason::Unprotectable);
    };
    let refused = profile.negatives != Negatives::Abs && !profile.dominance.is_off();
    let noisy = noise.on(c.total);
    let noisy = if refused { noisy.not_negative() } else { noisy };
    noisy.rounded(grid::down((sd / 2.0) as u128))
}
