//! Which profiles are usable. All problems are reported at once, each with its field and a fix, for
//! people who edit profiles and not programs.
//!
//! The floors stand in code and not in data: a profile is edited by hand, and a slip must not open the engine. Each
//! file below is one theme and says why its floor is where it is.

mod exposure;
mod low_effect;
mod magnitudes;
mod minimums;
mod names;
mod noise;
mod rounding;
mod statistics;
mod tables;
#[cfg(test)]
mod tests;
mod writing;

pub use low_effect::{FEWEST_LOW, MOST_LOW};
pub use minimums::{FEWEST_BESIDE_ZEROS, FEWEST_PERSONS};
pub use noise::LARGEST_SD;
pub use rounding::{LARGEST_BASE, NARROWEST_BASE};
pub use statistics::{FEWEST_DOF, OUTERMOST};

use super::Profile;

/// One thing that is wrong with a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {wrong}; {fix}")]
pub struct ProfileProblem {
    /// The field, as it is written in the profile.
    pub field: &'static str,
    /// What is wrong with it.
    pub wrong: String,
    /// What to write instead.
    pub fix: String,
}

impl Profile {
    /// Checks every value.
    ///
    /// # Errors
    /// All problems found, theme by theme.
    pub fn validate(&self) -> Result<(), Vec<ProfileProblem>> {
        let mut problems = Problems(Vec::new());
        names::check(self, &mut problems);
        minimums::check(self, &mut problems);
        rounding::check(&self.rounding, &mut problems);
        noise::check(self, &mut problems);
        low_effect::check(self, &mut problems);
        magnitudes::check(self, &mut problems);
        statistics::check(self, &mut problems);
        tables::check(self, &mut problems);
        exposure::check(self, &mut problems);
        writing::check(self, &mut problems);
        if problems.0.is_empty() { Ok(()) } else { Err(problems.0) }
    }
}

/// What is wrong so far.
struct Problems(Vec<ProfileProblem>);

impl Problems {
    fn add(&mut self, field: &'static str, wrong: impl Into<String>, fix: impl Into<String>) {
        self.0.push(ProfileProblem { field, wrong: wrong.into(), fix: fix.into() });
    }
}
