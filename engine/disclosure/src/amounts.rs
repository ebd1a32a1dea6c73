//! What single people add to a sum, as it counts: totals of a few below zero as 0, then the largest like the next ones.
//!
//! Whether a sum is told, how wide its interval is and the sum itself are all made from these amounts.

use crate::contribution::Contribution;
use crate::flattening::flattened;
use crate::negatives::from_zero;
use crate::noise::NoiseSecret;
use crate::profile::Profile;

/// The contributions as they count. `measure` names what is summed.
#[must_use]
pub fn amounts(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
) -> Contribution {
    flattened(profile, secret, measure, &from_zero(profile, secret, measure, c))
}
