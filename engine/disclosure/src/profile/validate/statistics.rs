//! Spreads, lines, quantiles, extremes, and what means are made of.

use super::Problems;
use crate::profile::{DerivedFrom, MinMax, Profile, Quantile, millionths};

/// Fewest degrees of freedom that a profile may ask for. With one, a variance is the distance of two values.
pub const FEWEST_DOF: u64 = 2;

/// The outermost percentiles that a profile may open. Beyond them are the extremes of all but the largest groups.
pub const OUTERMOST: [f64; 2] = [1.0, 99.0];

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    check_derived_from(profile, problems);
    if profile.dof_min < FEWEST_DOF {
        let wrong =
            format!("is {}, which would tell two values by their distance", profile.dof_min);
        problems.add("dof_min", wrong, format!("write {FEWEST_DOF} or more"));
    }
    let ratio = profile.max_param_ratio;
    // With as many numbers as persons, the numbers are the persons.
    if !(ratio > 0.0 && ratio <= 1.0) {
        let wrong = format!("is {ratio}, which is no number of estimates per person");
        problems.add("max_param_ratio", wrong, "write more than 0 and at most 1, such as 0.33");
    }
    check_quantile(profile.quantile, profile.min_count_measure, problems);
    check_min_max(profile.min_max, profile.quantile, problems);
}

/// A true mean beside a perturbed count gives the count away: few counts fit it (SDC handbook).
fn check_derived_from(profile: &Profile, problems: &mut Problems) {
    if profile.derived_from == DerivedFrom::TrueIfMinCount && !profile.noise.is_none() {
        let wrong = "is `true_if_min_count`, but a true mean beside a noisy count takes the noise off again";
        problems.add("derived_from", wrong, "write `protected`, or the noise `none`");
    }
}

fn check_quantile(quantile: Quantile, least: u64, problems: &mut Problems) {
    if quantile.min_n < least {
        let wrong =
            format!("is {}, fewer than any other number of a measure needs", quantile.min_n);
        problems.add("quantile.min_n", wrong, format!("write {least} or more"));
    }
    check_percentiles("quantile.range", quantile.range, OUTERMOST, problems);
}

fn check_min_max(min_max: MinMax, quantile: Quantile, problems: &mut Problems) {
    check_percentiles("min_max.percentiles", min_max.percentiles, quantile.range, problems);
    let [low, high] = min_max.percentiles;
    if low > 50.0 || high < 50.0 {
        let wrong = format!("is [{low}, {high}], both on one side of the middle");
        problems.add("min_max.percentiles", wrong, "write one below 50 and one above");
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
