//! How values are perturbed.

use super::Problems;
use super::names::is_plain;
use crate::noise::table::{Misfit, PerturbationTable, Selector};
use crate::profile::{Noise, Profile, TableIndex, TopContributors};

/// Largest standard deviation a profile may name. More noise than that is a slip of the pen.
pub const LARGEST_SD: f64 = 1e6;

/// Most keys of a perturbation table: what a cell key is folded to.
const MOST_KEYS: u64 = 65_536;

/// Most rows of a perturbation table.
const MOST_ROWS: u64 = 100_000;

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    match &profile.noise {
        Noise::None {} => {}
        Noise::CellKeyGeometric { count_sd, magnitude_sd } => {
            check_sd("noise.count_sd", *count_sd, problems);
            check_sd("noise.magnitude_sd", *magnitude_sd, problems);
        }
        Noise::CellKeyGaussian { count_sd, breakdown_sd, magnitude_sd } => {
            check_sd("noise.count_sd", *count_sd, problems);
            check_sd("noise.breakdown_sd", *breakdown_sd, problems);
            check_sd("noise.magnitude_sd", *magnitude_sd, problems);
        }
        Noise::CellKeyTable { ptable, index, keys, ptable_size, small_n, magnitude } => {
            if !is_plain(ptable) {
                let fix = "write the name of a file in `policies/ptables` without its ending";
                problems.add("noise.ptable", "is not a plain name", fix);
            }
            check_table(profile, ptable, problems);
            check_keys(*index, *keys, problems);
            check_rows(*index, *ptable_size, *small_n, problems);
            check_magnitude(magnitude, problems);
        }
    }
}

/// Without its table, or with another one, such noise would be none.
fn check_table(profile: &Profile, name: &str, problems: &mut Problems) {
    let table = profile.table.as_deref().filter(|table| table.id() == name);
    let (Some(table), Some(selector)) = (table, Selector::of(&profile.noise)) else {
        let fix = format!("add it as `policies/ptables/{name}.toml`, or name another one");
        return problems.add(
            "noise.ptable",
            format!("is `{name}`, and there is no such table"),
            fix,
        );
    };
    if let Err(Misfit { field, wrong, fix }) = table.suits(selector) {
        problems.add(field, wrong, fix);
    }
}

/// Whether whatever a table makes of one person it also makes of another number of persons.
pub(super) fn hides_one_person(profile: &Profile) -> bool {
    let (Some(table), Some(selector)) = (&profile.table, Selector::of(&profile.noise)) else {
        return false;
    };
    shown_of(table, selector, 1).all(|shown| {
        shown == 0
            || (2..=MOST_LIKE_ONE).any(|n| shown_of(table, selector, n).any(|it| it == shown))
    })
}

/// How far a cell of several is looked for that reads like one of one.
const MOST_LIKE_ONE: u64 = 20;

fn shown_of(table: &PerturbationTable, selector: Selector, n: u64) -> impl Iterator<Item = i64> {
    let shown = move |(noise, chance): (i64, f64)| {
        (chance > 0.0).then(|| i64::try_from(n).unwrap_or(i64::MAX).saturating_add(noise).max(0))
    };
    table.chances(selector, n).into_iter().filter_map(shown)
}

fn check_sd(field: &'static str, sd: f64, problems: &mut Problems) {
    if !(0.0..=LARGEST_SD).contains(&sd) {
        let wrong = format!("is {sd}, which is not a standard deviation");
        problems.add(field, wrong, format!("write a number from 0 to {LARGEST_SD}"));
    } else if sd == 0.0 {
        let wrong = "is 0, so the method would add nothing";
        problems.add(field, wrong, "write more than 0, or the method `none`");
    }
}

fn check_keys(index: TableIndex, keys: u64, problems: &mut Problems) {
    match index {
        TableIndex::Ons | TableIndex::Abs if !(2..=MOST_KEYS).contains(&keys) => {
            let wrong = format!("is {keys}, which is no number of keys");
            let fix = format!("write how many keys the table has, 2 to {MOST_KEYS}");
            problems.add("noise.keys", wrong, fix);
        }
        TableIndex::Destatis if keys != 0 => {
            let wrong = format!("is {keys}, but this index takes a key as a fraction");
            problems.add("noise.keys", wrong, "write 0");
        }
        TableIndex::Ons | TableIndex::Abs | TableIndex::Destatis => {}
    }
}

fn check_rows(index: TableIndex, size: u64, small: u64, problems: &mut Problems) {
    match index {
        TableIndex::Abs => {
            if !(2..=MOST_ROWS).contains(&size) {
                let wrong = format!("is {size}, which is no number of rows");
                let fix = format!("write how many rows the table has, 2 to {MOST_ROWS}");
                problems.add("noise.ptable_size", wrong, fix);
            }
            if small == 0 || small >= size {
                let wrong = format!("is {small}, but the last rows of {size} are meant");
                problems.add(
                    "noise.small_n",
                    wrong,
                    "write 1 or more, and less than `ptable_size`",
                );
            }
        }
        TableIndex::Ons | TableIndex::Destatis => {
            for (field, number) in [("noise.ptable_size", size), ("noise.small_n", small)] {
                if number != 0 {
                    let wrong = format!("is {number}, but only the index `abs` looks at it");
                    problems.add(field, wrong, "write 0");
                }
            }
        }
    }
}

fn check_magnitude(magnitude: &TopContributors, problems: &mut Problems) {
    if !(1..=2).contains(&magnitude.top) {
        let wrong =
            format!("has top = {}, but only the two largest persons are known", magnitude.top);
        problems.add("noise.magnitude", wrong, "write top as 1 or 2");
    }
    let TopContributors { small, large, flex_point, exponent, .. } = *magnitude;
    // A scale of more than the largest contributor drowns every sum; none at all would show it.
    for (name, scale) in [("small", small), ("large", large)] {
        if !(scale > 0.0 && scale <= 1.0) {
            let wrong =
                format!("has {name} = {scale}, which is no share of the largest contributor");
            problems.add("noise.magnitude", wrong, format!("write {name} above 0 and at most 1"));
        }
    }
    if small < large {
        let wrong = "has more noise for large cells than for small ones";
        problems.add("noise.magnitude", wrong, "write `small` no smaller than `large`");
    }
    for (name, number) in [("flex_point", flex_point), ("exponent", exponent)] {
        if !(number > 0.0 && number.is_finite()) {
            let wrong = format!("has {name} = {number}, which is not above 0");
            problems.add("noise.magnitude", wrong, format!("write {name} above 0"));
        }
    }
}
