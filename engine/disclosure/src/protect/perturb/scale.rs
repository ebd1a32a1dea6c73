//! How large the noise of a distribution is, by profile and by what one person can contribute.

use crate::contribution::Contribution;
use crate::grid;
use crate::profile::{Noise, Profile};

/// Standard deviation of the noise on a number of persons, whichever cell it is of; 0 when the profile draws from no
/// distribution.
pub(super) fn count_sd(profile: &Profile) -> f64 {
    match &profile.noise {
        Noise::None {} | Noise::CellKeyTable { .. } => 0.0,
        Noise::CellKeyGeometric { count_sd, .. } => *count_sd,
        Noise::CellKeyGaussian { count_sd, breakdown_sd, .. } => count_sd.max(*breakdown_sd),
    }
}

/// Standard deviation of the noise on a magnitude, in its smallest unit; 0 when the profile draws from no
/// distribution.
fn magnitude_sd(profile: &Profile, c: &Contribution) -> f64 {
    match &profile.noise {
        Noise::None {} | Noise::CellKeyTable { .. } => 0.0,
        Noise::CellKeyGeometric { magnitude_sd, .. }
        | Noise::CellKeyGaussian { magnitude_sd, .. } => {
            magnitude_sd * grid::up(c.largest()) as f64
        }
    }
}

/// Standard deviation of the noise on a number of rows: that of their sum, but at least that of a count of persons.
pub(super) fn rows_sd(profile: &Profile, whole: &Contribution) -> f64 {
    count_sd(profile).max(sum_sd(profile, whole))
}

/// Standard deviation of the noise on a sum: that of a magnitude, but at least what a count of the same persons would
/// carry if each contributed the mean. Depends on persons and their totals only, so a sum of sums per person has the
/// same noise as the sum itself.
pub(super) fn sum_sd(profile: &Profile, c: &Contribution) -> f64 {
    magnitude_sd(profile, c).max(count_sd(profile) * grid::up(mean_part(c)) as f64)
}

/// What each person would contribute if all contributed alike, rounded up.
pub(super) fn mean_part(c: &Contribution) -> u128 {
    c.absolute.div_ceil(u128::from(c.persons.max(1)))
}
