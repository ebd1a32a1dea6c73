//! A quantile: the public bin at which a protected number of rows is reached.
//!
//! "How many rows lie at or below this bin" is an ordinary base measure and draws the noise that a count of these rows
//! draws (SAME-CELL-SAME-ANSWER). The quantile is looked up in these noisy numbers, so it can tell nothing that counts
//! could not; asking for nearby shares draws nothing anew. What is told is never a record's own value but a bin that
//! enough persons share: else whoever puts one person between two distant crowds would read that person's bin.

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use super::ByPlan;
use super::perturb::{Noisy, noisy_persons, noisy_rows};
use super::screen::screen_measure;
use crate::bins::{Bin, Bins};
use crate::contribution::Contribution;
use crate::distribution::Distribution;
use crate::noise::NoiseSecret;
use crate::outcome::{Estimate, Protected, Reason};
use crate::profile::Profile;
use crate::threshold;

/// One in millionths, doubled: ranks are compared in halves of millionths.
const ONE: i128 = 2_000_000;

/// Which quantile of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The share of values at or below it, in millionths.
    pub share: u32,
    /// What it is a quantile of: rules are drawn for it.
    pub measure: &'a str,
    /// Whether by plan a person has at most one row, so that rows are persons.
    pub one_row: bool,
    /// What else the plan says of the cell.
    pub plan: ByPlan<'a>,
}

/// Protects the quantile at `share` (in millionths) of the values that `spread` holds. `one_row` says that by plan a
/// person has at most one row. As [`quantile_in`], for a cell without conditions.
///
/// # Errors
/// As for [`quantile_in`].
pub fn quantile(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
    spread: &Distribution,
    bins: Bins,
    share: u32,
    one_row: bool,
) -> Result<Estimate, Reason> {
    let place = Place { share, measure: "quantile", one_row, plan: ByPlan::default() };
    quantile_in(profile, secret, c, spread, bins, place)
}

/// Protects one quantile of the values that `spread` holds.
///
/// `c` must be the rows with a value: as many, of the same persons. The value is the middle of the bin, in the smallest unit of the measure; the
/// interval reaches over the bins that the noise of the rank reaches.
///
/// # Errors
/// The reason why there is no value: too few persons at, below or above it, or what withholds a number of rows.
pub fn quantile_in(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
    spread: &Distribution,
    bins: Bins,
    place: Place<'_>,
) -> Result<Estimate, Reason> {
    match screen_measure(profile, secret, place.measure, c, place.plan) {
        Some(Protected::Withheld(reason)) => return Err(reason),
        // Nobody has a value, so there is none in the middle.
        Some(Protected::Shown { .. }) => return Err(Reason::TooFewContributors),
        None => {}
    }
    if !spread.is_of(c) || !profile.quantile.allows(place.share) {
        return Err(Reason::Unprotectable); // FAIL-CLOSED
    }
    let ranks = Ranks { profile, secret, steps: spread.steps(c.largest()), c, place };
    let [low, middle, high] = ranks.around()?;
    // The distance that is drawn for those with a value holds for the parts of them too.
    let drawn = |least| threshold::of_set(profile, secret, place.measure, least, c);
    let (enough, beside) = (drawn(profile.min_count_measure), drawn(profile.on_each_side()));
    if spread.persons_to(middle) < beside || spread.persons_from(middle) < beside {
        return Err(Reason::TooFewOnASide);
    }
    let shared = |bin| shared(spread, bins, bin, enough).map(|values| bins.ends(&values));
    let ((start, end), (lowest, _), (_, highest)) = (shared(middle)?, shared(low)?, shared(high)?);
    let value = f64::midpoint(start, end);
    Ok(Estimate { value, half_width: (value - lowest).max(highest - value) })
}

/// The narrowest public bin around this one in which enough persons have a value.
fn shared(
    spread: &Distribution,
    bins: Bins,
    bin: Bin,
    enough: u64,
) -> Result<RangeInclusive<i64>, Reason> {
    bins.widths(bin)
        .map(|width| bins.widened(bin, width))
        .find(|values| {
            let inside = bins.of_value(*values.start())..=bins.of_value(*values.end());
            spread.persons_in(&inside) >= enough
        })
        .ok_or(Reason::TooFewContributors)
}

/// Noisy numbers of rows at or below each bin.
struct Ranks<'a> {
    profile: &'a Profile,
    secret: &'a NoiseSecret,
    steps: Vec<(Bin, Contribution)>,
    c: &'a Contribution,
    place: Place<'a>,
}

impl Ranks<'_> {
    /// The bins at the lower end of the interval, at the quantile, and at the upper end.
    fn around(&self) -> Result<[Bin; 3], Reason> {
        let share = 2 * i128::from(self.place.share);
        let last = self.steps.last().ok_or(Reason::Unprotectable)?;
        let all = self.at_or_below(&last.1)?;
        // The middle of n values has the rank (n - 1) / 2 + 1; half a rank less finds the first value that reaches it.
        let rank = share.saturating_mul(all.value - 1).saturating_add(ONE / 2);
        let reach = i128::try_from(all.half_width).unwrap_or(i128::MAX);
        // Of the number at the bin, and of the number of all.
        let reach = reach.saturating_mul(ONE.saturating_add(share));
        Ok([
            self.first_reaching(rank.saturating_sub(reach))?,
            self.first_reaching(rank)?,
            self.first_reaching(rank.saturating_add(reach))?,
        ])
    }

    /// A bin whose noisy number reaches the rank while that of the bin before does not; the last one if none does.
    /// A plain search by halves, written out because its path decides where noisy numbers step back.
    fn first_reaching(&self, rank: i128) -> Result<Bin, Reason> {
        let (mut low, mut high) = (0, self.steps.len().saturating_sub(1));
        while low < high {
            let middle = low.midpoint(high);
            let (_, below) = self.steps.get(middle).ok_or(Reason::Unprotectable)?;
            if self.at_or_below(below)?.value.saturating_mul(ONE) >= rank {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        self.steps.get(low).map(|(bin, _)| *bin).ok_or(Reason::Unprotectable)
    }

    /// What a count of these rows would be, before it is rounded.
    fn at_or_below(&self, below: &Contribution) -> Result<Noisy, Reason> {
        let (profile, secret) = (self.profile, self.secret);
        // One number of several, whatever the plan says.
        let plan = ByPlan { grouped: true, ..self.place.plan };
        let noisy = if self.place.one_row {
            noisy_persons(profile, secret, below, plan)
        } else {
            noisy_rows(profile, secret, "rows", below, self.c, plan)
        };
        noisy.ok_or(Reason::Unprotectable)
    }
}
