//! The number of distinct persons in a cell.

use super::ByPlan;
use super::perturb::noisy_persons;
use super::screen::{screen_persons, too_few_by_noise};
use crate::contribution::Contribution;
use crate::noise::NoiseSecret;
use crate::outcome::{Protected, Reason};
use crate::profile::Profile;

/// Protects the number of distinct persons of `c`; only its persons and its key are looked at.
///
/// The minimum decides first, on the true number; where the profile compares the perturbed one, that is done before
/// rounding. A negative result of noise becomes 0, and the profile's rounding comes last. A true 0 is shown exactly
/// where the profile shows zeros. As [`persons_in`], for a group of several.
#[must_use]
pub fn persons(profile: &Profile, secret: &NoiseSecret, c: &Contribution) -> Protected {
    persons_in(profile, secret, c, ByPlan::default())
}

/// As [`persons`], for a cell of which the plan says more.
#[must_use]
pub fn persons_in(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
    plan: ByPlan<'_>,
) -> Protected {
    if let Some(decided) = screen_persons(profile, secret, c) {
        return decided;
    }
    match noisy_persons(profile, secret, c, plan) {
        None => Protected::Withheld(Reason::Unprotectable),
        Some(noisy) if too_few_by_noise(profile, noisy, profile.min_count) => {
            Protected::Withheld(Reason::TooFewPersons)
        }
        Some(noisy) => noisy.not_negative().rounded_as_persons(profile, secret, c),
    }
}
