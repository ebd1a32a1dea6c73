//! Which conditions concern too few people to count; minimums that are drawn; largest contributors that are brought down.
//!
//! With a limit below two, a condition about one person would be kept. So the noise on the limit must not reach there
//! either.

use super::Problems;
use super::minimums::FEWEST_PERSONS;
use super::noise::LARGEST_SD;
use crate::contribution::TOP;
use crate::low_effect::FURTHEST;
use crate::profile::{CheckOn, DerivedFrom, Flattening, LowEffects, Profile};

/// Fewest people whom a condition may concern and still count, where such conditions are removed at all.
pub const FEWEST_LOW: u64 = 2;

/// With more than this, hardly any condition of a real question would count.
pub const MOST_LOW: u64 = 1_000;

/// The most that a drawn minimum may vary: beyond, it is another minimum.
const LARGEST_MINIMUM_SD: f64 = 100.0;

/// Most of the largest persons that can be brought down, and next ones whose mean they become: so many are known.
const MOST_OUTLIERS: u8 = 3;
const MOST_NEXT: u8 = 2;
const _: () = assert!((MOST_OUTLIERS + MOST_NEXT) as usize <= TOP);

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    check_limit(profile.low_effect, problems);
    check_layers(profile, problems);
    check_minimum(profile, problems);
    check_flattening(profile, problems);
}

fn check_limit(rule: LowEffects, problems: &mut Problems) {
    const FIELD: &str = "low_effect";
    let LowEffects { persons, sd, .. } = rule;
    if persons != 0 && !(FEWEST_LOW..=MOST_LOW).contains(&persons) {
        let wrong = format!("has persons = {persons}, which is no number of people to leave out");
        let fix = format!("write 0 to turn it off, or {FEWEST_LOW} to {MOST_LOW}");
        problems.add(FIELD, wrong, fix);
        return;
    }
    let room = persons.saturating_sub(FEWEST_LOW) as f64 / FURTHEST;
    if !(0.0..=room).contains(&sd) {
        let wrong = format!("has sd = {sd}, with which a condition about one person could count");
        problems.add(FIELD, wrong, format!("write sd from 0 to {room} beside persons = {persons}"));
    }
}

fn check_layers(profile: &Profile, problems: &mut Problems) {
    const FIELD: &str = "low_effect";
    let LowEffects { persons, condition_sd: sd, .. } = profile.low_effect;
    if !(0.0..=LARGEST_SD).contains(&sd) {
        let wrong = format!("has condition_sd = {sd}, which is not a standard deviation");
        problems.add(FIELD, wrong, format!("write condition_sd from 0 to {LARGEST_SD}"));
    } else if sd == 0.0 {
    } else if persons == 0 {
        let wrong = format!("has condition_sd = {sd}, but no condition is looked at");
        problems.add(FIELD, wrong, "write condition_sd = 0, or how many persons");
    } else if profile.noise.is_none() {
        let wrong = format!("has condition_sd = {sd}, but values carry no noise");
        problems.add(FIELD, wrong, "write condition_sd = 0, or a method in `noise`");
    } else if profile.check_on == CheckOn::Noisy {
        let wrong =
            format!("has condition_sd = {sd}, which could lift one person over any minimum");
        problems.add(FIELD, wrong, "write condition_sd = 0, or `true` for `check_on`");
    }
}

fn check_minimum(profile: &Profile, problems: &mut Problems) {
    const FIELD: &str = "min_count_sd";
    let sd = profile.min_count_sd;
    if !(0.0..=LARGEST_MINIMUM_SD).contains(&sd) {
        let wrong = format!("is {sd}, which is not how far a minimum may vary");
        problems.add(FIELD, wrong, format!("write a number from 0 to {LARGEST_MINIMUM_SD}"));
    } else if sd > 0.0 && (profile.check_on != CheckOn::True || profile.min_count < FEWEST_PERSONS)
    {
        let wrong = format!("is {sd}, but there is no minimum of each cell's true number");
        problems.add(FIELD, wrong, "write 0, or a `min_count` and `true` for `check_on`");
    }
}

fn check_flattening(profile: &Profile, problems: &mut Problems) {
    const FIELD: &str = "flattening";
    let Flattening { outliers, top } = profile.flattening;
    if outliers > MOST_OUTLIERS {
        let wrong = format!("has outliers = {outliers}, but so many largest persons are not known");
        problems.add(FIELD, wrong, format!("write outliers from 0 to {MOST_OUTLIERS}"));
    } else if top > MOST_NEXT || (outliers > 0 && top == 0) {
        let wrong = format!("has top = {top}, but only the two next persons are known");
        problems.add(FIELD, wrong, "write top as 1 or 2");
    } else if outliers > 0 && profile.derived_from == DerivedFrom::TrueIfMinCount {
        let wrong = format!(
            "has outliers = {outliers}, but true means tell of the largest persons all the same"
        );
        problems.add(FIELD, wrong, "write outliers = 0, or `protected` for `derived_from`");
    }
}
