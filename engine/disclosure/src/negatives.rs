//! Person totals below zero.
//!
//! Shares, dominance and noise are made for amounts. Where a profile refuses totals below zero, a refusal because of one
//! person says that this person has one, as in `sum(case when .. then -1 else 1 end)`. So the totals of a few such people
//! count as 0, with the limit that holds for conditions: drawn for the set of people and what is summed.

#[cfg(test)]
mod tests;

use crate::contribution::{Below, Contribution};
use crate::low_effect::LowEffect;
use crate::noise::NoiseSecret;
use crate::profile::{Negatives, Profile};
use crate::threshold;

/// The contributions with the totals of a few persons below zero as 0. As they are where more are below zero, where too
/// few would be left, and where the profile takes them as they are.
///
/// `measure` names what is summed.
#[must_use]
pub fn from_zero(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
) -> Contribution {
    let Below { persons: below, absolute, .. } = c.below;
    let taken = profile.negatives == Negatives::Abs || profile.dominance.is_off();
    let rule = LowEffect::new(profile, secret);
    let few = rule.is_some_and(|rule| rule.is_few_below(below, measure, c));
    let left = c.persons.saturating_sub(below);
    if taken || !few || left < threshold::of_measure(profile, secret, measure, c) {
        return *c;
    }
    Contribution {
        total: c.total.saturating_add_unsigned(absolute),
        absolute: c.absolute.saturating_sub(absolute),
        below: Below::default(),
        ..*c
    }
}
