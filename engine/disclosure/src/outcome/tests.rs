use super::*;
use crate::profile::tests::sample;

#[test]
fn sentences_name_the_minimum_that_applied() {
    let mut profile = Profile { min_count_measure: 12, ..sample() };
    assert_eq!(Reason::TooFewPersons.sentence(&profile), "fewer than 10 people (not 0)");
    profile.zero = ZeroRule::TreatAsSmall;
    assert_eq!(Reason::TooFewPersons.sentence(&profile), "fewer than 10 people (may be 0)");
    assert_eq!(
        Reason::TooFewContributors.sentence(&profile),
        "fewer than 12 people contribute to this number (may be 0)"
    );
}

#[test]
fn dominance_parameters_stay_confidential() {
    let sentence = Reason::Dominated.sentence(&sample());
    assert!(!sentence.contains(|c: char| c.is_ascii_digit()), "{sentence}");
}

#[test]
fn names_are_stable() {
    let all = [
        Reason::TooFewPersons,
        Reason::TooFewContributors,
        Reason::TooFewOnASide,
        Reason::Dominated,
        Reason::TooFewDegrees,
        Reason::NegativeValues,
        Reason::TooUncertain,
        Reason::Unprotectable,
    ];
    assert_eq!(
        all.map(Reason::as_str),
        [
            "too_few_persons",
            "too_few_contributors",
            "too_few_on_a_side",
            "dominated",
            "too_few_degrees",
            "negative_values",
            "too_uncertain",
            "unprotectable"
        ]
    );
}
