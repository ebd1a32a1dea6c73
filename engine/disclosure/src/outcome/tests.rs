use super::*;
use crate::profile::tests::sample as gauss;
use crate::profile::{LowEffects, Secondary, SecondaryMethod};

/// Nothing is kept back for another number's sake, so reasons are told as they are.
fn sample() -> Profile {
    let secondary = Secondary { method: SecondaryMethod::Off, zeros: false };
    Profile { secondary, ..gauss() }
}

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
fn a_minimum_that_is_drawn_is_told_as_about() {
    let profile = Profile { min_count_sd: 1.0, min_count_measure: 20, ..sample() };
    assert_eq!(Reason::TooFewPersons.sentence(&profile), "fewer than about 12 people (not 0)");
    assert!(
        Reason::TooFewContributors.sentence(&profile).starts_with("fewer than about 22 people")
    );
}

/// What is withheld because its conditions concern few people each has many, so its sentence leaves room for that.
#[test]
fn too_few_may_be_a_large_group_where_conditions_are_removed() {
    let low_effect = LowEffects { persons: 10, sd: 2.0, condition_sd: 0.0 };
    let profile = Profile { low_effect, ..sample() };
    let sentence = Reason::TooFewPersons.sentence(&profile);
    assert!(sentence.contains("or kept back"), "{sentence}");
}

#[test]
fn dominance_parameters_stay_confidential() {
    let sentence = Reason::Dominated.sentence(&sample());
    assert!(!sentence.contains(|c: char| c.is_ascii_digit()), "{sentence}");
}

/// Every reason, with its name.
const ALL: [(Reason, &str); 14] = [
    (Reason::TooFewPersons, "too_few_persons"),
    (Reason::TooFewContributors, "too_few_contributors"),
    (Reason::TooFewOnASide, "too_few_on_a_side"),
    (Reason::Dominated, "dominated"),
    (Reason::TooFewDegrees, "too_few_degrees"),
    (Reason::TooManyEstimates, "too_many_estimates"),
    (Reason::NegativeValues, "negative_values"),
    (Reason::TooUncertain, "too_uncertain"),
    (Reason::AnotherCellTooSmall, "another_cell_too_small"),
    (Reason::SparseTable, "sparse_table"),
    (Reason::ClassDisclosure, "class_disclosure"),
    (Reason::Secondary, "secondary"),
    (Reason::SecondaryMeasure, "secondary_measure"),
    (Reason::Unprotectable, "unprotectable"),
];

#[test]
fn names_are_stable() {
    for (reason, name) in ALL {
        assert_eq!(reason.as_str(), name);
        assert_eq!(reason.public_str(&sample()), name);
    }
}

#[test]
fn a_reason_does_not_tell_what_was_hidden_first() {
    let persons = [Reason::TooFewPersons, Reason::Secondary, Reason::ClassDisclosure];
    let measures = [
        Reason::TooFewContributors,
        Reason::Dominated,
        Reason::NegativeValues,
        Reason::SecondaryMeasure,
    ];
    for alike in [&persons[..], &measures] {
        for reason in alike {
            assert_eq!(reason.sentence(&gauss()), alike[0].sentence(&gauss()));
            assert_eq!(reason.public_str(&gauss()), alike[0].public_str(&gauss()));
        }
    }
    assert_eq!(
        Reason::Secondary.sentence(&gauss()),
        "fewer than 10 people (may be 0), or kept back so that such a number cannot be worked out"
    );
    assert!(!Reason::Dominated.sentence(&gauss()).contains("10 %"));
}

#[test]
fn other_reasons_keep_their_own_words() {
    let shared = |reason: Reason| reason.public_str(&gauss()) != reason.as_str();
    let apart = ALL.into_iter().filter(|(reason, _)| !shared(*reason)).map(|(_, name)| name);
    assert_eq!(
        apart.collect::<Vec<_>>(),
        [
            "too_few_on_a_side",
            "too_few_degrees",
            "too_many_estimates",
            "too_uncertain",
            "another_cell_too_small",
            "sparse_table",
            "unprotectable"
        ]
    );
}
