//! The number of rows in a cell: a magnitude, because one person can have many.

use super::ByPlan;
use super::perturb::noisy_rows;
use super::screen::screen_measure;
use crate::amounts::amounts;
use crate::contribution::Contribution;
use crate::noise::NoiseSecret;
use crate::outcome::{Protected, Reason};
use crate::profile::Profile;

/// Protects the number of rows of `c`, whose person totals must be the numbers of rows of each
/// person.
///
/// Persons decide the threshold, the rows of each person decide dominance. The noise follows the
/// person with most rows, who counts like the next ones where the profile flattens, and is never less than on a count of persons. A negative result becomes 0;
/// rounding is that of counts. `measure` names what the rows are of, such as
/// `rows:sample.admissions`, so that two tables draw different noise. As [`rows_in`], for a cell without conditions.
#[must_use]
pub fn rows(profile: &Profile, secret: &NoiseSecret, measure: &str, c: &Contribution) -> Protected {
    rows_in(profile, secret, measure, c, ByPlan::default())
}

/// As [`rows`], for a cell of which the plan says more.
#[must_use]
pub fn rows_in(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    plan: ByPlan<'_>,
) -> Protected {
    if c.total != i128::from(c.rows) || c.rows < c.persons {
        return Protected::Withheld(Reason::Unprotectable);
    }
    if let Some(decided) = screen_measure(profile, secret, measure, c, plan) {
        return decided;
    }
    let c = amounts(profile, secret, measure, c);
    noisy_rows(profile, secret, measure, &c, &c, plan)
        .map_or(Protected::Withheld(Reason::Unprotectable), |noisy| {
            noisy.not_negative().rounded_as_count(profile, secret, measure, &c)
        })
}
