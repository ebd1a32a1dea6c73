//! Whether there are enough persons for what is estimated of them: a spread, a correlation, a line.
//!
//! Two rules. What is left of the persons after each estimate used up one must reach the profile's degrees of freedom
//! (ACRO, ABS DataLab: 10). And there may be only so many estimates per person (DataSHIELD: 0.33).

#[cfg(test)]
mod tests;

use crate::contribution::Contribution;
use crate::noise::NoiseSecret;
use crate::outcome::Reason;
use crate::profile::Profile;
use crate::threshold;

/// Decides for `estimates` numbers that are estimated of the distinct persons of `c`. Persons and not rows: the rows of
/// one person are no independent ones.
///
/// # Errors
/// The reason why there is no value.
pub fn estimable(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
    estimates: u64,
) -> Result<(), Reason> {
    let persons = c.persons;
    let least = profile.dof_min.saturating_add(estimates);
    if persons < threshold::of_set(profile, secret, "estimates", least, c) {
        return Err(Reason::TooFewDegrees);
    }
    // Millionths compare exactly; a ratio that is no number allows nothing (FAIL-CLOSED).
    let ratio = (profile.max_param_ratio * MILLION as f64).round().max(0.0) as u128;
    if u128::from(estimates) * MILLION > u128::from(persons) * ratio {
        return Err(Reason::TooManyEstimates);
    }
    Ok(())
}

const MILLION: u128 = 1_000_000;
