//! Threshold: a cell with too few persons is withheld.
//!
//! Counts distinct persons, never rows: one person with forty visits is one person. Decides on the
//! true number, before noise and rounding: rounding 60 to 100 first and comparing then would show a
//! cell below a minimum of 70.
//!
//! An exact minimum tells whoever knows everybody in a cell but one person whether that person is there: nine known
//! people and "is it shown?". So a profile may have the minimum drawn for each set of people and each measure. It stays with
//! them: asked for in other words, or for another project, it is the same. What was found of a set with one measure says
//! nothing of another measure, and with the same measure a set that hardly differs gets the earlier answer
//! ([`crate::history`]): else a rare draw that is known would tell whether a set has one person more.

#[cfg(test)]
mod tests;

use rand_distr::{Distribution, StandardNormal};

use crate::contribution::Contribution;
use crate::noise::{NoiseSecret, generator_for};
use crate::profile::{CheckOn, Profile, ZeroRule};

/// What the number of persons alone decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody is in the cell, and the profile shows that.
    Empty,
    /// The cell is withheld.
    TooFew,
    /// Enough persons for the other rules to decide.
    Enough,
}

/// Compares the number of distinct persons with the minimum.
#[must_use]
pub const fn judge(persons: u64, minimum: u64, zero: ZeroRule) -> Verdict {
    match (persons, zero) {
        (0, ZeroRule::Show) => Verdict::Empty,
        (0, ZeroRule::TreatAsSmall) => Verdict::TooFew,
        _ if persons < minimum => Verdict::TooFew,
        _ => Verdict::Enough,
    }
}

/// What minimums of persons themselves are drawn for.
const PERSONS: &str = "persons";

/// The minimum that holds for one set of people, by its size and key, and a measure: `least` where the profile leaves
/// minimums exact, else a number from there upwards, on average twice `min_count_sd` above it.
///
/// Every rule that compares this set with a minimum for this measure gets the same distance from it: that a cell has enough
/// persons and too few on one side tells nothing new.
#[must_use]
pub fn of_set(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    least: u64,
    set: &Contribution,
) -> u64 {
    let Contribution { persons, .. } = *set;
    let sd = profile.min_count_sd;
    // A set that is smaller than the least is too small whatever is drawn.
    if sd == 0.0 || persons < least {
        return least;
    }
    match generator_for(secret, "minimum", measure, &set.only_persons()) {
        Some(mut generator) => {
            let standard: f64 = StandardNormal.sample(&mut generator);
            // A conversion from f64 stops at the ends of the range, here at 0.
            least.saturating_add((sd * (2.0 + standard)).round() as u64)
        }
        None => u64::MAX, // FAIL-CLOSED
    }
}

/// The minimum for the persons with a value in a number of this measure.
#[must_use]
pub fn of_measure(profile: &Profile, secret: &NoiseSecret, measure: &str, c: &Contribution) -> u64 {
    of_set(profile, secret, measure, profile.min_count_measure, c)
}

/// The minimum for a number of persons where a rule has `least`.
#[must_use]
pub fn of_persons(profile: &Profile, secret: &NoiseSecret, least: u64, c: &Contribution) -> u64 {
    of_set(profile, secret, PERSONS, least, c)
}

/// What a minimum is on average, and whether it is about that.
#[must_use]
pub fn told(profile: &Profile, least: u64) -> String {
    if profile.min_count_sd == 0.0 {
        return least.to_string();
    }
    let above = (2.0 * profile.min_count_sd).round() as u64;
    format!("about {}", least.saturating_add(above))
}

/// The minimum that the true number of persons of a cell must reach before its number is protected.
///
/// Where the profile compares another number with `min_count`, this is 1: the perturbed number is compared after it
/// was drawn ([`crate::protect::persons`]), the mean over a table by whoever sees the whole table. A cell without
/// persons stays a matter of [`Profile::zero`].
#[must_use]
pub fn of_cell(profile: &Profile, secret: &NoiseSecret, c: &Contribution) -> u64 {
    match profile.check_on {
        CheckOn::True => of_persons(profile, secret, profile.min_count, c),
        CheckOn::Noisy | CheckOn::MeanCellSize => 1,
    }
}
