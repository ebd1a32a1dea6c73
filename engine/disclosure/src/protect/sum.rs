//! The sum of a column in a cell.

use super::ByPlan;
use super::perturb::noisy_sum;
use super::screen::screen_measure;
use crate::amounts::amounts;
use crate::contribution::Contribution;
use crate::noise::NoiseSecret;
use crate::outcome::{Protected, Reason};
use crate::profile::{Negatives, Profile};

/// Protects the total of `c`, in the smallest unit of the column (cents, if it has two decimals).
///
/// The noise follows the largest contributor, and is never less than that of a count in which everybody contributes
/// the mean: else a count, dressed as a sum of ones, would come out nearly exact. The sum is rounded to the 1-2-5 step at or below half
/// the standard deviation, so that no digit is shown which the noise decides; without noise it is
/// not rounded. Where the profile refuses negative totals everybody knows that the sum is not
/// negative, and a negative result becomes 0. Where the profile flattens, the largest contributor counts like the next
/// ones, before it is decided whether others dominate the sum. `measure` names the column, such as
/// `sum:sample.admissions.cost`. As [`sum_in`], for a column of whole numbers.
#[must_use]
pub fn sum(profile: &Profile, secret: &NoiseSecret, measure: &str, c: &Contribution) -> Protected {
    sum_in(profile, secret, measure, c, ByPlan::default())
}

/// As [`sum`], for a cell of which the plan says more: the decimals, with which the profile's amounts are converted.
#[must_use]
pub fn sum_in(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    plan: ByPlan<'_>,
) -> Protected {
    if let Some(decided) = screen_measure(profile, secret, measure, c, plan) {
        return decided;
    }
    let c = amounts(profile, secret, measure, c);
    let Some(noisy) = noisy_sum(profile, secret, measure, &c, plan) else {
        return Protected::Withheld(Reason::Unprotectable);
    };
    let refused = profile.negatives != Negatives::Abs && !profile.dominance.is_off();
    let noisy = if refused { noisy.not_negative() } else { noisy };
    noisy.rounded_as_sum()
}
