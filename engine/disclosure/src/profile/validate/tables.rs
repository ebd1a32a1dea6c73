//! Rules about whole tables: what is withheld beside small cells, impossible combinations, columns that may not meet.

use super::Problems;
use super::rounding::NARROWEST_BASE;
use crate::profile::{Noise, OnSmall, Profile, RoundingMethod, SecondaryMethod};

/// The least noise that stands in for secondary suppression: a number worked out from noisy ones is then off by a
/// person or more, more often than not.
const LEAST_SD: f64 = 1.0;

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    check_structural_zeros(profile, problems);
    check_secondary(profile, problems);
    let share = profile.sparsity_max_small;
    if !(share > 0.0 && share <= 1.0) {
        let wrong = format!("is {share}, which is no share of small cells");
        let fix = "write more than 0 and at most 1; 1 turns the rule off";
        problems.add("sparsity_max_small", wrong, fix);
    }
    check_exclusions(profile, problems);
}

fn check_structural_zeros(profile: &Profile, problems: &mut Problems) {
    const FIELD: &str = "structural_zeros";
    const FIX: &str = "write columns and their values, as in `{ \"sample.patients.sex\" = \"m\" }`";
    for combination in &profile.structural_zeros {
        if combination.is_empty() {
            problems.add(FIELD, "has a combination of nothing, which every cell fits", FIX);
        }
        for column in combination.keys().filter(|column| !is_column(column)) {
            problems.add(FIELD, format!("has `{column}`, which is no column"), FIX);
        }
    }
}

/// What a small cell is withheld for is lost if the others and their total tell it.
fn check_secondary(profile: &Profile, problems: &mut Problems) {
    let off = profile.secondary.method == SecondaryMethod::Off;
    if off && !is_rounded(profile) && !is_noisy(&profile.noise) && !refuses_whole(profile) {
        let wrong = "is `off`, so that a withheld number could be worked out from the others and their total";
        let fix = "write `gauss`, or noise, or a rounding with a base of 3 or more";
        problems.add("secondary.method", wrong, fix);
    }
    if off && profile.secondary.zeros {
        let wrong = "is true, but the method is `off`";
        problems.add("secondary.zeros", wrong, "write false, or the method `gauss`");
    }
}

/// Differences of rounded numbers leave a range.
fn is_rounded(profile: &Profile) -> bool {
    profile.rounding.method != RoundingMethod::None && profile.rounding.base >= NARROWEST_BASE
}

/// Every number has noise of its own, and so has each difference.
fn is_noisy(noise: &Noise) -> bool {
    match *noise {
        Noise::None {} => false,
        Noise::CellKeyTable { .. } => true,
        Noise::CellKeyGeometric { count_sd, .. } => count_sd >= LEAST_SD,
        Noise::CellKeyGaussian { count_sd, breakdown_sd, .. } => {
            count_sd.min(breakdown_sd) >= LEAST_SD
        }
    }
}

/// A table with a small cell shows none at all, so that nothing is left to subtract from.
fn refuses_whole(profile: &Profile) -> bool {
    profile.on_small == OnSmall::RefuseResult
}

fn check_exclusions(profile: &Profile, problems: &mut Problems) {
    const FIELD: &str = "field_exclusions";
    const FIX: &str = "write two different columns as `dataset.table.column`";
    for [left, right] in &profile.field_exclusions {
        for column in [left, right].into_iter().filter(|column| !is_column(column)) {
            problems.add(FIELD, format!("has `{column}`, which is no column"), FIX);
        }
        if left == right {
            problems.add(FIELD, format!("has `{left}` twice, which nobody crosses"), FIX);
        }
    }
}

/// Dataset, table and column with a point between; whether they exist is for contracts to say.
fn is_column(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    text.split('.').count() == 3 && text.split('.').all(plain)
}
