//! Which profiles are usable. All problems are reported at once, each with its field and a fix, for
//! people who edit profiles and not programs.

use super::{Dominance, MinMax, Noise, Profile, Quantile, Rounding, RoundingMethod, millionths};
use crate::dominance::thousandths;

/// No profile may show a group smaller than this.
///
/// One person is never a group: with a minimum of 1, a cell of one person would show that person's
/// record. 2 is the least that any rule in force starts from (Stats NZ, whose other rules carry the
/// protection); guidelines in health ask for 3 to 30. A floor in code and not in data, because a
/// profile is edited by hand and a slip must not open the engine.
pub const FEWEST_PERSONS: u64 = 2;

/// Largest standard deviation a profile may name. More noise than that is a slip of the pen.
pub const LARGEST_SD: f64 = 1e6;

/// Fewest degrees of freedom that a profile may ask for. With one, a variance is the distance of two values.
pub const FEWEST_DOF: u64 = 2;

/// The outermost percentiles that a profile may open. Beyond them are the extremes of all but the largest groups.
pub const OUTERMOST: [f64; 2] = [1.0, 99.0];

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
    /// All problems found, in the order of the fields.
    pub fn validate(&self) -> Result<(), Vec<ProfileProblem>> {
        let mut problems = Problems(Vec::new());
        self.check_names(&mut problems);
        self.check_minimums(&mut problems);
        check_rounding(&self.rounding, &mut problems);
        check_noise(&self.noise, &mut problems);
        check_dominance(&self.dominance, &mut problems);
        if self.dof_min < FEWEST_DOF {
            let wrong =
                format!("is {}, which would tell two values by their distance", self.dof_min);
            problems.add("dof_min", wrong, format!("write {FEWEST_DOF} or more"));
        }
        check_percentiles("quantile.range", self.quantile.range, OUTERMOST, &mut problems);
        check_min_max(self.min_max, self.quantile, &mut problems);
        if self.release.max_rows == 0 {
            problems.add(
                "release.max_rows",
                "is 0, so nothing could be released",
                "write 1 or more",
            );
        }
        if problems.0.is_empty() { Ok(()) } else { Err(problems.0) }
    }

    fn check_names(&self, problems: &mut Problems) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(plain) {
            let fix = "use small letters, digits and hyphens, such as `heart-study`";
            problems.add("id", "is not a plain name", fix);
        }
        if self.title.trim().is_empty() {
            problems.add("title", "is empty", "write what people call this profile");
        }
        if self.source.trim().is_empty() {
            problems.add("source", "is empty", "name the guideline or decision behind the rules");
        }
    }

    fn check_minimums(&self, problems: &mut Problems) {
        if self.min_count < FEWEST_PERSONS {
            let wrong = format!("is {}, which would show single persons", self.min_count);
            problems.add("min_count", wrong, format!("write {FEWEST_PERSONS} or more"));
        }
        // Otherwise a sum could be shown for people whose number is withheld.
        let least = self.min_count.max(FEWEST_PERSONS);
        if self.min_count_measure < least {
            let wrong = format!("is {}, below what a cell needs", self.min_count_measure);
            problems.add("min_count_measure", wrong, format!("write {least} or more"));
        }
    }
}

fn check_rounding(rounding: &Rounding, problems: &mut Problems) {
    if rounding.method == RoundingMethod::Nearest && rounding.base < 2 {
        let wrong = format!("is {}, which rounds nothing", rounding.base);
        problems.add("rounding.base", wrong, "write 2 or more, or the method `none`");
    }
}

fn check_noise(noise: &Noise, problems: &mut Problems) {
    let Noise::CellKeyGeometric { count_sd, magnitude_sd } = noise else { return };
    for (field, sd) in [("noise.count_sd", *count_sd), ("noise.magnitude_sd", *magnitude_sd)] {
        if !(0.0..=LARGEST_SD).contains(&sd) {
            let wrong = format!("is {sd}, which is not a standard deviation");
            problems.add(field, wrong, format!("write a number from 0 to {LARGEST_SD}"));
        } else if sd == 0.0 {
            let wrong = "is 0, so the method would add nothing";
            problems.add(field, wrong, "write more than 0, or the method `none`");
        }
    }
}

fn check_dominance(dominance: &Dominance, problems: &mut Problems) {
    for &(n, k) in &dominance.nk {
        if !(1..=2).contains(&n) {
            let wrong = format!("has n = {n}, but only the two largest persons are known");
            problems.add("dominance.nk", wrong, "write n as 1 or 2");
        }
        if thousandths(k).is_none() || k == 0.0 || k == 100.0 {
            let wrong = format!("has k = {k}, which is no share of a cell");
            let fix = "write k in percent, above 0 and below 100, with at most three decimals";
            problems.add("dominance.nk", wrong, fix);
        }
    }
    if thousandths(dominance.p).is_none() {
        let wrong = format!("is {}, which is not a percentage", dominance.p);
        let fix = "write 0 to turn the rule off, or up to 100 with at most three decimals";
        problems.add("dominance.p", wrong, fix);
    }
}

/// Two percentiles, the lower one first, within limits.
fn check_percentiles(
    field: &'static str,
    found: [f64; 2],
    within: [f64; 2],
    problems: &mut Problems,
) {
    let ([low, high], [least, most]) = (found, within);
    let exact = [low, high].into_iter().all(|percent| millionths(percent).is_some());
    if !exact || low >= high || low < least || high > most {
        let wrong = format!("is [{low}, {high}], which are no two percentiles that may be told");
        let fix = format!(
            "write the lower one first, both from {least} to {most} with at most four decimals"
        );
        problems.add(field, wrong, fix);
    }
}

fn check_min_max(min_max: MinMax, quantile: Quantile, problems: &mut Problems) {
    let [least, most] = quantile.range;
    check_percentiles("min_max.percentiles", min_max.percentiles, [least, most], problems);
    let [low, high] = min_max.percentiles;
    if low > 50.0 || high < 50.0 {
        let wrong = format!("is [{low}, {high}], both on one side of the middle");
        problems.add("min_max.percentiles", wrong, "write one below 50 and one above");
    }
}

struct Problems(Vec<ProfileProblem>);

impl Problems {
    fn add(&mut self, field: &'static str, wrong: impl Into<String>, fix: impl Into<String>) {
        self.0.push(ProfileProblem { field, wrong: wrong.into(), fix: fix.into() });
    }
}
