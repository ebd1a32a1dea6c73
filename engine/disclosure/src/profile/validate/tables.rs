//! Rules about whole tables: what is withheld beside small cells, impossible combinations, columns that may not meet.

use super::Problems;
use crate::profile::{Profile, SecondaryMethod};

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

/// Whether something stands in for it where it is off, an officer decides: the profiles that we ship are tested for that.
fn check_secondary(profile: &Profile, problems: &mut Problems) {
    if profile.secondary.method == SecondaryMethod::Off && profile.secondary.zeros {
        let wrong = "is true, but the method is `off`";
        problems.add("secondary.zeros", wrong, "write false, or the method `gauss`");
    }
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
