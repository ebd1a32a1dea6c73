//! Everything that is decided on true values; and the one rule that looks at a perturbed number.

use super::ByPlan;
use super::perturb::{Noisy, nobody, noisy_persons};
use crate::amounts::amounts;
use crate::contribution::Contribution;
use crate::dominance;
use crate::noise::NoiseSecret;
use crate::outcome::{Protected, Reason};
use crate::profile::{CheckOn, Negatives, Profile};
use crate::threshold::{self, Verdict, judge};

/// Decides on a number of persons; `None` when it may go on to be perturbed.
pub(super) fn screen_persons(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
) -> Option<Protected> {
    if profile.validate().is_err() {
        return Some(Protected::Withheld(Reason::Unprotectable)); // FAIL-CLOSED
    }
    let minimum = threshold::of_cell(profile, secret, c);
    match judge(c.persons, minimum, profile.zero) {
        Verdict::Empty => Some(nobody(profile)),
        Verdict::TooFew => Some(Protected::Withheld(Reason::TooFewPersons)),
        Verdict::Enough => None,
    }
}

/// Decides on a magnitude; `None` when it may go on to be perturbed.
///
/// The true number of contributors must reach the minimum whatever the profile compares: the rules that compare
/// another number are published for counts. Where that is the perturbed number it must reach the minimum too, or a sum
/// would stand beside a missing count and tell that noise alone hid it.
pub(super) fn screen_measure(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
    plan: ByPlan<'_>,
) -> Option<Protected> {
    if let Some(decided) = on_true_values(profile, secret, measure, c) {
        return Some(decided);
    }
    few_contributors_by_noise(profile, secret, c, plan)
        .then_some(Protected::Withheld(Reason::TooFewContributors))
}

fn on_true_values(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
) -> Option<Protected> {
    if profile.validate().is_err() || !c.is_consistent() {
        return Some(Protected::Withheld(Reason::Unprotectable)); // FAIL-CLOSED
    }
    match judge(c.persons, threshold::of_measure(profile, secret, measure, c), profile.zero) {
        Verdict::Empty => Some(NOTHING),
        Verdict::TooFew => Some(Protected::Withheld(Reason::TooFewContributors)),
        Verdict::Enough => concentrated(profile, secret, measure, c).map(Protected::Withheld),
    }
}

/// Whether the profile compares perturbed numbers and this one is below the minimum.
pub(super) fn too_few_by_noise(profile: &Profile, noisy: Noisy, minimum: u64) -> bool {
    match profile.check_on {
        CheckOn::Noisy => noisy.value < i128::from(minimum),
        CheckOn::True | CheckOn::MeanCellSize => false,
    }
}

fn few_contributors_by_noise(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
    plan: ByPlan<'_>,
) -> bool {
    // As a group of several, whatever the plan says: a sum has no number of persons without groups beside it.
    let plan = ByPlan { grouped: true, ..plan };
    profile.check_on == CheckOn::Noisy
        && noisy_persons(profile, secret, c, plan)
            .is_none_or(|noisy| too_few_by_noise(profile, noisy, profile.min_count_measure))
}

/// Why a magnitude is withheld for its own sake, on true values; `None` where it is shown, if only as an empty 0.
#[must_use]
pub fn withheld_measure(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
) -> Option<Reason> {
    match on_true_values(profile, secret, measure, c) {
        Some(Protected::Withheld(reason)) => Some(reason),
        Some(Protected::Shown { .. }) | None => None,
    }
}

/// Nobody contributed to a magnitude: an exact 0.
const NOTHING: Protected = Protected::Shown { value: 0, half_width: 0 };

fn concentrated(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
) -> Option<Reason> {
    if profile.dominance.is_off() {
        return None;
    }
    // Of what would be shown: or that it is withheld would tell of single people what their amounts are changed for.
    let shown = amounts(profile, secret, measure, c);
    match profile.negatives {
        Negatives::Refuse | Negatives::Review if shown.below.persons > 0 => {
            return Some(Reason::NegativeValues);
        }
        Negatives::Refuse | Negatives::Review | Negatives::Abs => {}
    }
    let rules = dominance::of_set(profile, secret, measure, c);
    dominance::is_dominated(&rules, &shown).then_some(Reason::Dominated)
}
