//! How counts are rounded.

use super::Problems;
use crate::profile::{Half, Rounding, RoundingMethod};
use crate::rounding::nearest;

/// The narrowest rounding that hides anything: with 2, a rounded number leaves two true ones, and a table with margins
/// decides between them.
pub const NARROWEST_BASE: u64 = 3;

/// The widest base. More is a slip of the pen.
pub const LARGEST_BASE: u64 = 1_000_000;

pub(super) fn check(rounding: &Rounding, problems: &mut Problems) {
    check_base(rounding, problems);
    match rounding.method {
        RoundingMethod::Bands => check_bands(rounding, problems),
        RoundingMethod::None
        | RoundingMethod::Nearest
        | RoundingMethod::Midpoint
        | RoundingMethod::RandomFixed
        | RoundingMethod::Ceil => {
            if !rounding.bands.is_empty() {
                let wrong = "are written, but the method is another and would not look at them";
                problems.add("rounding.bands", wrong, "write `[]`, or the method `bands`");
            }
        }
    }
    if rounding.half == Half::Even && rounding.method != RoundingMethod::Nearest {
        let wrong = "is `even`, but only the method `nearest` looks at it";
        problems.add("rounding.half", wrong, "write `up`");
    }
}

fn check_base(rounding: &Rounding, problems: &mut Problems) {
    let base = rounding.base;
    let least = match rounding.method {
        RoundingMethod::None => 0,
        RoundingMethod::Nearest | RoundingMethod::Ceil | RoundingMethod::Bands => 2,
        // These show numbers that are not true on purpose; with less they would show true ones.
        RoundingMethod::Midpoint | RoundingMethod::RandomFixed => NARROWEST_BASE,
    };
    if base < least {
        let wrong = format!("is {base}, which rounds nothing");
        let fix = format!("write {least} or more, or the method `none`");
        problems.add("rounding.base", wrong, fix);
    } else if base > LARGEST_BASE {
        let wrong = format!("is {base}, which no count would survive");
        problems.add("rounding.base", wrong, format!("write {LARGEST_BASE} or less"));
    }
}

/// Bands begin at 1 and leave no gap: a number that no band holds would be shown as it is. They never step back, and what follows them does
/// not either: a larger group that is shown as a smaller number, or as 0, would mislead.
fn check_bands(rounding: &Rounding, problems: &mut Problems) {
    const FIELD: &str = "rounding.bands";
    if rounding.bands.is_empty() {
        problems.add(FIELD, "are empty", "write from, to and shown, as in `[[1, 7, 5]]`");
    }
    let (mut next, mut before) = (1, 0);
    for &[from, to, shown] in &rounding.bands {
        let band = format!("have [{from}, {to}, {shown}],");
        if from != next {
            let fix = format!("begin this band at {next}: they start at 1 and follow one another");
            problems.add(FIELD, format!("{band} which leaves a gap or overlaps"), fix);
        }
        if to < from {
            problems.add(
                FIELD,
                format!("{band} which ends before it begins"),
                "write from, to, shown",
            );
        }
        if !(from..=to).contains(&shown) && shown != rounding.base {
            let fix = format!("show a number from {from} to {to}, or the base {}", rounding.base);
            problems.add(FIELD, format!("{band} which shows a number of other groups"), fix);
        }
        if shown <= before {
            let fix = format!("show more than {before}");
            problems.add(FIELD, format!("{band} which shows no more than the band before"), fix);
        }
        (next, before) = (to.saturating_add(1), shown);
    }
    if nearest(i128::from(next), u128::from(rounding.base)) < i128::from(before) {
        let wrong = format!("end at {}, above which the base shows less than {before}", next - 1);
        problems.add(FIELD, wrong, "write a smaller base, or add bands up to where it shows more");
    }
}
