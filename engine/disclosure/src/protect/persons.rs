//! The number of distinct persons in a cell.

use super::perturb::{count_sd, perturb};
use super::screen::screen_persons;
use crate::contribution::Contribution;
use crate::noise::NoiseSecret;
use crate::outcome::{Protected, Reason};
use crate::profile::Profile;

/// Protects the number of distinct persons of `c`; only its persons and its key are looked at.
///
/// The noise has the profile's `count_sd`, a negative result becomes 0, and the profile's rounding
/// comes last. A true 0 is shown exactly where the profile shows zeros.
#[must_use]
pub fn persons(profile: &Profile, secret: &NoiseSecret, c: &Contribution) -> Protected {
    if let Some(decided) = screen_persons(profile, c) {
        return decided;
    }
    perturb(profile, secret, "persons", &c.only_persons(), count_sd(profile))
        .map_or(Protected::Withheld(Reason::Unprotectable), |noise| {
            noise.on(i128::from(c.persons)).not_negative().rounded(profile.rounding.step())
        })
}
