//! Everything that is decided on true values.

use crate::contribution::Contribution;
use crate::dominance;
use crate::outcome::{Protected, Reason};
use crate::profile::{Negatives, Profile};
use crate::threshold::{Verdict, judge};

/// Decides on a number of persons; `None` when it may go on to be perturbed.
pub(super) fn screen_persons(profile: &Profile, c: &Contribution) -> Option<Protected> {
    if profile.validate().is_err() {
        return Some(Protected::Withheld(Reason::Unprotectable)); // FAIL-CLOSED
    }
    match judge(c.persons, profile.min_count, profile.zero) {
        Verdict::Empty => Some(NOTHING),
        Verdict::TooFew => Some(Protected::Withheld(Reason::TooFewPersons)),
        Verdict::Enough => None,
    }
}

/// Decides on a magnitude; `None` when it may go on to be perturbed.
pub(super) fn screen_measure(profile: &Profile, c: &Contribution) -> Option<Protected> {
    if profile.validate().is_err() || !c.is_consistent() {
        return Some(Protected::Withheld(Reason::Unprotectable)); // FAIL-CLOSED
    }
    match judge(c.persons, profile.min_count_measure, profile.zero) {
        Verdict::Empty => Some(NOTHING),
        Verdict::TooFew => Some(Protected::Withheld(Reason::TooFewContributors)),
        Verdict::Enough => concentrated(profile, c).map(Protected::Withheld),
    }
}

/// Why a magnitude is withheld for its own sake, on true values; `None` where it is shown, if only as an empty 0.
#[must_use]
pub fn withheld_measure(profile: &Profile, c: &Contribution) -> Option<Reason> {
    match screen_measure(profile, c) {
        Some(Protected::Withheld(reason)) => Some(reason),
        Some(Protected::Shown { .. }) | None => None,
    }
}

/// Nobody contributed: an exact 0, which no noise could hide because there is nobody to hide.
const NOTHING: Protected = Protected::Shown { value: 0, half_width: 0 };

fn concentrated(profile: &Profile, c: &Contribution) -> Option<Reason> {
    if profile.dominance.is_off() {
        return None;
    }
    match profile.negatives {
        Negatives::Refuse | Negatives::Review if c.negative => return Some(Reason::NegativeValues),
        Negatives::Refuse | Negatives::Review | Negatives::Abs => {}
    }
    dominance::is_dominated(&profile.dominance, c).then_some(Reason::Dominated)
}
