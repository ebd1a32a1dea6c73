//! How values are perturbed.

use super::Problems;
use super::names::is_plain;
use crate::profile::{Noise, TableIndex, TopContributors};

/// Largest standard deviation a profile may name. More noise than that is a slip of the pen.
pub const LARGEST_SD: f64 = 1e6;

/// Most keys of a perturbation table: what a cell key is folded to.
const MOST_KEYS: u64 = 65_536;

/// Most rows of a perturbation table.
const MOST_ROWS: u64 = 100_000;

pub(super) fn check(noise: &Noise, problems: &mut Problems) {
    match noise {
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
            check_keys(*index, *keys, problems);
            check_rows(*index, *ptable_size, *small_n, problems);
            check_magnitude(magnitude, problems);
        }
    }
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
