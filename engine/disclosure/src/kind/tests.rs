use std::collections::BTreeSet;

use super::*;
use crate::profile::tests::sample;
use crate::profile::{
    ClassDisclosure, Dominance, Flattening, LowEffects, MinMax, MinMaxRule, Noise, Profile,
    Secondary, SecondaryMethod, TableIndex, TopContributors,
};

fn checks(profile: &Profile, kind: Kind, magnitude: bool) -> Vec<Check> {
    criteria(profile, kind, magnitude).into_iter().map(|criterion| criterion.check).collect()
}

fn parameter(profile: &Profile, kind: Kind, check: Check, name: &str) -> String {
    let found = criteria(profile, kind, true).into_iter().find(|known| known.check == check);
    let parameters = found.unwrap().parameters;
    parameters.into_iter().find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn every_check_is_somebodys() {
    let made: BTreeSet<Check> = Kind::ALL.iter().flat_map(|kind| kind.checks()).copied().collect();
    assert_eq!(made, Check::ALL.into_iter().collect());
}

#[test]
fn names_are_told_apart() {
    let kinds: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let checks: BTreeSet<&str> = Check::ALL.iter().map(|check| check.as_str()).collect();
    assert_eq!((kinds.len(), checks.len()), (Kind::ALL.len(), Check::ALL.len()));
}

/// ACRO's statbarns: frequencies get a threshold and class disclosure, sums dominance and a threshold, spreads and
/// correlations degrees of freedom, positions a threshold.
#[test]
fn kinds_have_the_checks_of_acro() {
    for (kind, check) in [
        (Kind::Frequencies, Check::MinimumPersons),
        (Kind::Frequencies, Check::ClassDisclosure),
        (Kind::Linear, Check::MinimumPersonsPerArgument),
        (Kind::Linear, Check::Dominance),
        (Kind::Position, Check::MinimumPersonsPerArgument),
        (Kind::Shape, Check::DegreesOfFreedom),
        (Kind::Correlation, Check::DegreesOfFreedom),
        (Kind::Regression, Check::ParameterRatio),
    ] {
        assert!(checks(&sample(), kind, true).contains(&check), "{kind:?} {check:?}");
    }
}

#[test]
fn nobody_dominates_a_number_of_persons() {
    let persons = checks(&sample(), Kind::Frequencies, false);
    assert!(!persons.contains(&Check::Dominance));
    assert!(checks(&sample(), Kind::Frequencies, true).contains(&Check::Dominance));
}

#[test]
fn what_a_profile_turns_off_is_no_criterion() {
    let off = Profile {
        class_disclosure: ClassDisclosure::Off,
        dominance: Dominance { nk: vec![], p: 0.0, ..sample().dominance },
        secondary: Secondary { method: SecondaryMethod::Off, zeros: false },
        complements: false,
        ..sample()
    };
    assert_eq!(
        checks(&off, Kind::Frequencies, true),
        [
            Check::MinimumPersons,
            Check::Zeros,
            Check::MissingGroups,
            Check::MinimumPersonsPerArgument
        ]
    );
    let percentile = MinMax { rule: MinMaxRule::Percentile, ..sample().min_max };
    let instead = |profile: &Profile| {
        checks(profile, Kind::Endpoints, true).contains(&Check::PercentileInstead)
    };
    assert!(!instead(&sample()) && instead(&Profile { min_max: percentile, ..sample() }));
}

#[test]
fn parameters_are_those_of_the_profile() {
    let profile = Profile { min_count: 7, ..sample() };
    let told = |kind, check, name| parameter(&profile, kind, check, name);
    assert_eq!(told(Kind::Frequencies, Check::MinimumPersons, "at_least"), "7");
    assert_eq!(told(Kind::Linear, Check::Dominance, "nk"), "(1, 50), (2, 67.5)");
    assert_eq!(told(Kind::Shape, Check::ParameterRatio, "at_most"), "0.33");
    assert_eq!(told(Kind::Position, Check::EnoughOnBothSides, "at_least"), "10");
}

#[test]
fn what_concerns_few_people_is_a_criterion_of_every_kind() {
    let low_effect = LowEffects { persons: 10, sd: 2.0, condition_sd: 0.0 };
    let flattening = Flattening { outliers: 1, top: 2 };
    let profile = Profile { low_effect, flattening, min_count_sd: 1.5, ..sample() };
    for kind in Kind::ALL {
        assert_eq!(checks(&profile, kind, true).first(), Some(&Check::LowEffect), "{kind:?}");
    }
    let flattens = |kind, magnitude| checks(&profile, kind, magnitude).contains(&Check::Flattening);
    assert!(flattens(Kind::Linear, true) && flattens(Kind::Frequencies, true));
    assert!(!flattens(Kind::Frequencies, false) && !flattens(Kind::Position, true));
    let told = |check, name| parameter(&profile, Kind::Linear, check, name);
    assert_eq!(told(Check::LowEffect, "persons"), "10");
    assert_eq!(told(Check::Flattening, "top"), "2");
    assert_eq!(told(Check::MinimumPersons, "sd"), "1.5");
}

#[test]
fn only_what_helps_an_attacker_is_confidential() {
    let secret = |profile: &Profile| -> BTreeSet<Check> {
        let all = Kind::ALL.into_iter().flat_map(|kind| criteria(profile, kind, true));
        all.filter(|criterion| criterion.confidential).map(|criterion| criterion.check).collect()
    };
    assert_eq!(secret(&sample()), [Check::Dominance].into());
    let magnitude =
        TopContributors { top: 1, small: 0.25, large: 0.05, flex_point: 1000.0, exponent: 3.0 };
    let table = Noise::CellKeyTable {
        ptable: "site".to_owned(),
        index: TableIndex::Destatis,
        keys: 0,
        ptable_size: 0,
        small_n: 0,
        magnitude,
    };
    let noisy = Profile { noise: table, ..sample() };
    assert_eq!(secret(&noisy), [Check::Dominance, Check::Noise].into());
}
