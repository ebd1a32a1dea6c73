//! Threshold: a cell with too few persons is withheld.
//!
//! Counts distinct persons, never rows: one person with forty visits is one person. Decides on the
//! true number, before noise and rounding: rounding 60 to 100 first and comparing then would show a
//! cell below a minimum of 70.

#[cfg(test)]
mod tests;

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

/// The minimum that the true number of persons of a cell must reach before its number is protected.
///
/// Where the profile compares another number with `min_count`, this is 1: the perturbed number is compared after it
/// was drawn ([`crate::protect::persons`]), the mean over a table by whoever sees the whole table. A cell without
/// persons stays a matter of [`Profile::zero`].
#[must_use]
pub const fn of_cell(profile: &Profile) -> u64 {
    match profile.check_on {
        CheckOn::True => profile.min_count,
        CheckOn::Noisy | CheckOn::MeanCellSize => 1,
    }
}
