//! What a mean is made of, as the profile says.
//!
//! Of protected parts, except under rules that publish true means of enough people (Hospital Episode Statistics). Those
//! know no noise; a profile that asks for both is refused, because the two together give the noise away.

#[cfg(test)]
mod tests;

use super::mean::mean;
use crate::contribution::Contribution;
use crate::outcome::Protected;
use crate::profile::{DerivedFrom, Profile};

/// The mean of the values behind `c`, of which `sum` and `rows` are what was protected: see [`mean`]. What is
/// withheld of one of them is withheld of the mean, whatever it is made of.
#[must_use]
pub fn mean_of(
    profile: &Profile,
    sum: Protected,
    rows: Protected,
    c: &Contribution,
    decimals: u32,
) -> Protected {
    let exact = |value| Protected::Shown { value, half_width: 0 };
    match (profile.derived_from, sum, rows) {
        (DerivedFrom::TrueIfMinCount, Protected::Shown { .. }, Protected::Shown { .. })
            if profile.noise.is_none() && c.is_consistent() =>
        {
            mean(exact(c.total), exact(c.rows.into()), decimals)
        }
        (DerivedFrom::Protected | DerivedFrom::TrueIfMinCount, ..) => mean(sum, rows, decimals),
    }
}
