use super::*;
use crate::outcome::{Protected, Reason};
use crate::profile::LowEffects;
use crate::profile::tests::sample;
use crate::protect::sum;

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

fn profile(persons: u64) -> Profile {
    let sd = if persons > 0 { 3.0 } else { 0.0 };
    Profile { low_effect: LowEffects { persons, sd, condition_sd: 0.0 }, ..sample() }
}

fn people(totals: &[i128]) -> Contribution {
    (1..)
        .zip(totals)
        .map(|(key, &total)| Contribution::of_person(key, 1, total))
        .fold(Contribution::default(), Contribution::merge)
}

/// Sixty people with 5 each, of whom so many are below zero.
fn with_below(below: usize) -> Contribution {
    let mut totals = vec![5; 60];
    totals[..below].fill(-5);
    people(&totals)
}

/// `sum(case when T and S then -1 else 1 end)`: refused exactly when the target is ill.
#[test]
fn a_refusal_does_not_tell_of_one_person_below_zero() {
    let told = |persons, below| sum(&profile(persons), &SECRET, "sum", &with_below(below));
    let refused = Protected::Withheld(Reason::NegativeValues);
    assert_eq!(told(0, 1), refused, "the attack works without");
    assert_ne!(told(0, 0), refused);
    assert_ne!(told(20, 1), refused);
    assert_ne!(told(20, 0), refused);
    assert_eq!(told(20, 40), refused, "so many may be told of");
}

#[test]
fn a_few_below_zero_count_as_nothing() {
    let c = people(&[vec![4; 50], vec![-7, -9]].concat());
    let left = from_zero(&profile(20), &SECRET, "sum", &c);
    assert!(left.is_consistent(), "a cell that could be");
    assert_eq!((left.total, left.absolute, left.persons), (200, 200, 52));
    assert!(left.below == Below::default());
    assert!(from_zero(&profile(0), &SECRET, "sum", &c) == c, "where no limit is set");
    let taken = Profile { negatives: Negatives::Abs, ..profile(20) };
    assert!(from_zero(&taken, &SECRET, "sum", &c) == c, "where they are taken as they are");
}

/// How many are few is drawn: with known people below zero the limit is found, one by one, for this set and measure alone.
#[test]
fn how_many_are_few_is_drawn_for_people_and_measure() {
    let few = |below, key, measure: &str| {
        let c = Contribution { key, ..with_below(below) };
        from_zero(&profile(20), &SECRET, measure, &c) != c
    };
    let all = |below| (0..300).filter(|key| few(below, *key, "sum")).count();
    assert_eq!(all(1), 300, "one is few whatever is drawn");
    assert!(all(9) > 270 && all(21) < 30, "{} and {}", all(9), all(21));
    assert!((1..34).all(|below| all(below) - all(below + 1) < 90));
    assert!((0..50).any(|key| few(15, key, "sum") != few(15, key, "another")));
}

/// A number of which half the people are missing would be another one.
#[test]
fn the_few_are_a_small_share() {
    let few = |below: usize, key| {
        let c = people(&[vec![5; 24 - below], vec![-5; below]].concat());
        let c = Contribution { key, ..c };
        from_zero(&profile(20), &SECRET, "sum", &c) != c
    };
    let all = |below| (0..300).filter(|key| few(below, *key)).count();
    assert_eq!((all(1), all(12)), (300, 0), "one of 24 whatever is drawn, half of them never");
    assert!(all(3) > 270 && all(9) < 30, "{} and {}", all(3), all(9));
}

/// Where hardly anybody is left who is not below zero, that nobody is below zero would be another thing to tell.
#[test]
fn somebody_must_be_left() {
    let c = people(&[vec![4; 3], vec![-7; 12]].concat());
    assert!(from_zero(&profile(20), &SECRET, "sum", &c) == c);
}
