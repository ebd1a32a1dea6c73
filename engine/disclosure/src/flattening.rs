//! Flattening: the largest contributors to a sum count like the mean of the next ones.
//!
//! Noise follows the largest contributor, so its size, which an interval tells, says whether somebody with far more than
//! all others is in the cell; and a person made large on purpose (`case when .. then 1000000 end`) would stand out
//! of any noise that is made for the rest. Flattened, neither the sum nor its noise says more of the largest persons
//! than of the next. Whether it may be shown is decided for the flattened sum, too: a refusal says as much as a number.
//!
//! How many are brought down is drawn for each set of people and measure, from one to as many as the profile says: whoever puts
//! known people with just as much beside the target cannot know whether these are all that is brought down.
//!
//! What is flattened is a cell that could be: the next largest becomes its largest, and the noise is made for that.

#[cfg(test)]
mod tests;

use std::iter::repeat_n;

use rand::RngExt;

use crate::contribution::{Contribution, TOP, top_of};
use crate::noise::{NoiseSecret, generator_for};
use crate::profile::{Flattening, Profile};

/// The contributions with the largest ones brought down as the profile says. As they are where a person total is below
/// zero: the largest absolute one may then be on either side.
#[must_use]
pub fn flattened(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
) -> Contribution {
    let persons = usize::try_from(c.persons).unwrap_or(TOP).min(TOP);
    // Somebody must be left to be like.
    let outliers = outliers(profile, secret, measure, c).min(persons.saturating_sub(1));
    if outliers == 0 || c.below.persons > 0 {
        return *c;
    }
    let mut totals = c.top.into_iter().take(persons);
    let cut: u128 = totals.by_ref().take(outliers).fold(0, u128::saturating_add);
    let rest: Vec<u128> = totals.collect();
    let next = rest.len().min(usize::from(profile.flattening.top.max(1)));
    let of_next = rest.iter().take(next).copied().fold(0, u128::saturating_add);
    // What is no whole number goes up. Neither sum nor mean is above the largest times their number.
    let mean = of_next.div_ceil(next as u128);
    let less = cut.saturating_sub(mean.saturating_mul(outliers as u128));
    let (largest, others) = (rest.iter().take(1), rest.iter().skip(1));
    let top = top_of(largest.copied().chain(repeat_n(mean, outliers)).chain(others.copied()));
    Contribution {
        total: c.total.saturating_sub_unsigned(less),
        absolute: c.absolute.saturating_sub(less),
        top,
        ..*c
    }
}

/// How many are brought down in a cell with these people, for this measure.
fn outliers(profile: &Profile, secret: &NoiseSecret, measure: &str, c: &Contribution) -> usize {
    let Flattening { outliers, .. } = profile.flattening;
    if outliers < 2 {
        return outliers.into();
    }
    match generator_for(secret, "outliers", measure, &c.only_persons()) {
        Some(mut generator) => generator.random_range(1..=outliers).into(),
        None => outliers.into(), // FAIL-CLOSED
    }
}
