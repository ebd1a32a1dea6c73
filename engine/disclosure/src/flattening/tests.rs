use super::*;
use crate::noise::NoiseSecret;
use crate::outcome::Protected;
use crate::profile::tests::sample;
use crate::profile::{Dominance, Noise};
use crate::protect::{rows, sum};

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

fn profile(outliers: u8, top: u8) -> Profile {
    Profile {
        flattening: Flattening { outliers, top },
        noise: Noise::CellKeyGeometric { count_sd: 2.0, magnitude_sd: 0.1 },
        dominance: Dominance { nk: vec![], p: 0.0, ..sample().dominance },
        ..sample()
    }
}

const COST: &str = "sum:d.stays.cost";

fn flat(profile: &Profile, c: &Contribution) -> Contribution {
    flattened(profile, &SECRET, COST, c)
}

fn people(totals: &[i128]) -> Contribution {
    (1..)
        .zip(totals)
        .map(|(key, &total)| Contribution::of_person(key, 1, total))
        .fold(Contribution::default(), Contribution::merge)
}

/// Forty people with 100 each and one with so much.
fn with_one(total: i128) -> Contribution {
    let mut totals = vec![100; 40];
    totals.push(total);
    people(&totals)
}

#[test]
fn the_largest_counts_like_the_mean_of_the_next() {
    let c = people(&[900, 70, 50, 50, 10]);
    let told = |outliers, top| {
        let flat = flat(&profile(outliers, top), &c);
        assert!(flat.is_consistent(), "a cell that could be");
        (flat.total, flat.absolute, flat.top)
    };
    assert_eq!(told(0, 2), (1_080, 1_080, [900, 70, 50, 50, 10]));
    assert_eq!(told(1, 1), (250, 250, [70, 70, 50, 50, 10]));
    assert_eq!(told(1, 2), (240, 240, [70, 60, 50, 50, 10]));
    let odd = flat(&profile(1, 2), &people(&[900, 70, 51, 1]));
    assert_eq!((odd.second(), odd.total), (61, 70 + 61 + 51 + 1), "the half goes up");
}

#[test]
fn equal_contributions_stay() {
    let c = people(&[5; 12]);
    assert!(flat(&profile(1, 2), &c) == c);
    assert!(flat(&profile(1, 2), &Contribution::default()) == Contribution::default());
}

#[test]
fn few_people_and_totals_below_zero() {
    let two = flat(&profile(1, 2), &people(&[90, 10]));
    assert_eq!((two.total, two.largest(), two.second()), (20, 10, 10), "there is one next one");
    let one = people(&[90]);
    assert!(flat(&profile(1, 1), &one) == one);
    let signs = people(&[900, -70, 50]);
    assert!(flat(&profile(1, 2), &signs) == signs);
}

fn shown(profile: &Profile, c: &Contribution) -> (i128, u128) {
    match sum(profile, &SECRET, COST, c) {
        Protected::Shown { value, half_width } => (value, half_width),
        Protected::Withheld(reason) => panic!("{}", reason.as_str()),
    }
}

/// The size of the noise as a signal (A41): the interval, or how rough a sum is, tells whether somebody far out is in the
/// cell.
#[test]
fn the_interval_does_not_tell_of_somebody_far_out() {
    let told = |profile: &Profile| {
        let width = |total| shown(profile, &with_one(total)).1;
        width(100) != width(1_000_000)
    };
    assert!(told(&profile(0, 1)), "the attack works without");
    assert!(!told(&profile(1, 1)) && !told(&profile(1, 2)));
}

/// Weight amplification (A57): `sum(case when T and S then 1000000 else 1 end)`. Whether the target is ill is a million
/// in the sum and in its noise. Flattened, the two worlds have one answer.
#[test]
fn a_weight_on_one_person_does_not_show() {
    let world = |ill: bool| {
        let mut weights = vec![1; 60];
        weights[17] = if ill { 1_000_000 } else { 1 };
        people(&weights)
    };
    let guesses = |profile: &Profile| shown(profile, &world(true)) != shown(profile, &world(false));
    assert!(guesses(&profile(0, 1)), "the attack works without");
    assert!(!guesses(&profile(1, 1)) && !guesses(&profile(1, 2)));
}

#[test]
fn one_person_with_many_rows_counts_like_the_next() {
    let visits = |most: u64| {
        let mut visits = vec![3; 50];
        visits[0] = most;
        (1..)
            .zip(visits)
            .map(|(key, rows)| Contribution::of_person(key, rows, i128::from(rows)))
            .fold(Contribution::default(), Contribution::merge)
    };
    let told = |profile: &Profile| {
        let told = |most| rows(profile, &SECRET, "rows", &visits(most));
        told(3) != told(4_000)
    };
    assert!(told(&profile(0, 1)) && !told(&profile(1, 2)));
}

/// Dominance as a signal (A96): a sum is withheld exactly when the target, with far more than all others, is in it.
#[test]
fn a_refusal_does_not_tell_of_somebody_far_out() {
    let told = |outliers, top| {
        let profile = Profile { dominance: sample().dominance, ..profile(outliers, top) };
        let is_withheld = |total| {
            let told = sum(&profile, &SECRET, COST, &with_one(total));
            told == Protected::Withheld(crate::outcome::Reason::Dominated)
        };
        is_withheld(1_000_000) != is_withheld(100)
    };
    assert!(told(0, 1), "the attack works without");
    assert!(!told(1, 1) && !told(1, 2));
}

/// Two people with nearly everything are told of by no flattening of one.
#[test]
fn dominance_sees_what_is_left() {
    let strict = Profile { dominance: sample().dominance, ..profile(1, 2) };
    let mut totals = vec![1; 40];
    totals.extend([1_000_000; 2]);
    let withheld = sum(&strict, &SECRET, COST, &people(&totals));
    assert_eq!(withheld, Protected::Withheld(crate::outcome::Reason::Dominated));
}

/// How many are brought down can be found for one set of people and one measure only: known people with as much as the
/// target has take the place of the outlier.
#[test]
fn how_many_are_brought_down_is_drawn_for_people_and_measure() {
    let mut totals = vec![1; 40];
    totals.extend([1_000_000; 3]);
    let c = people(&totals);
    let drawn = |profile: &Profile, key: u64, measure: &str| {
        let mut c = c;
        c.key = key;
        let flat = flattened(profile, &SECRET, measure, &c);
        assert!(flat.is_consistent(), "a cell that could be");
        (c.total - flat.total) / 1_000
    };
    let often = |outliers| {
        let profile = profile(outliers, 2);
        let is_down = |key: &u64| drawn(&profile, *key, COST) > 2_900;
        assert_eq!(drawn(&profile, 7, COST), drawn(&profile, 7, COST));
        (0..300).filter(is_down).count()
    };
    assert_eq!(often(1), 0, "who comes next has as much");
    assert!((70..130).contains(&often(3)), "{} of 300 bring all three down", often(3));
    let of = |key, measure| drawn(&profile(3, 2), key, measure);
    assert!((0..20).any(|key| of(key, "one") != of(key, "another")));
}
