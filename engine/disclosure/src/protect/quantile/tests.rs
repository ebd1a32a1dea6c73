use super::*;
use crate::profile::tests::sample;
use crate::profile::{Dominance, Noise, Quantile};

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

/// Whole numbers from 0 to 1,000: a bin each.
fn bins() -> Bins {
    Bins::of(0, 1_000, true)
}

fn exact() -> Profile {
    let mut profile = sample();
    profile.dominance = Dominance { nk: vec![], p: 0.0, ..profile.dominance };
    profile
}

fn noisy() -> Profile {
    let mut profile = exact();
    profile.noise = Noise::CellKeyGeometric { count_sd: 2.0, magnitude_sd: 1.0 };
    profile
}

/// One person per list of values.
fn people(values: &[Vec<i64>]) -> (Contribution, Distribution) {
    let mut c = Contribution::default();
    let mut spread = Distribution::default();
    for (key, values) in (1..).zip(values) {
        let held: Vec<Bin> = values.iter().map(|&value| bins().of_value(value)).collect();
        held.iter().for_each(|&bin| spread.add_row(bin));
        if let (Some(&low), Some(&high)) = (held.iter().min(), held.iter().max()) {
            spread.add_person(key, low, high);
            let rows = held.len() as u64;
            c = c.merge(Contribution::of_person(key, rows, i128::from(rows)));
        }
    }
    (c, spread)
}

fn each(values: impl Iterator<Item = i64>) -> (Contribution, Distribution) {
    people(&values.map(|value| vec![value]).collect::<Vec<_>>())
}

fn ask(
    profile: &Profile,
    people: &(Contribution, Distribution),
    percent: u32,
    one_row: bool,
) -> Result<Estimate, Reason> {
    quantile(profile, &SECRET, &people.0, &people.1, bins(), percent * 10_000, one_row)
}

#[test]
fn a_value_that_enough_people_share_is_told_as_it_is() {
    let all = each((0..100).map(|at| 20 + at / 20));
    for (percent, value) in [(10, 20.0), (19, 20.0), (21, 21.0), (50, 22.0), (75, 23.0), (90, 24.0)]
    {
        let found = ask(&exact(), &all, percent, true).unwrap();
        assert_eq!((found.value, found.half_width), (value, 0.0), "{percent} %");
    }
}

#[test]
fn elsewhere_it_is_the_middle_of_a_bin_that_enough_people_share() {
    let all = each(0..1_000);
    let median = ask(&exact(), &all, 50, true).unwrap();
    // 495 to 499 are five people; 490 to 499 are ten.
    assert_eq!((median.value, median.half_width), (494.5, 4.5));
}

#[test]
fn one_person_between_two_crowds_is_not_told() {
    let all = each((0..50).map(|_| 10).chain([777]).chain((0..50).map(|_| 990)));
    let median = ask(&exact(), &all, 50, true).unwrap();
    assert!(median.half_width > 200.0, "{median:?}");
    let lonely = each((0..8).map(|_| 10).chain([777]).chain((0..90).map(|_| 990)));
    assert_eq!(ask(&exact(), &lonely, 8, true), Err(Reason::TooFewOnASide));
}

#[test]
fn enough_people_stand_on_each_side() {
    let all = each(0..100);
    for (percent, is_told) in
        [(1, false), (8, false), (10, true), (90, true), (92, false), (99, false)]
    {
        assert_eq!(ask(&exact(), &all, percent, true).is_ok(), is_told, "{percent} %");
    }
    let nine = each(0..9);
    assert_eq!(ask(&exact(), &nine, 50, true), Err(Reason::TooFewContributors));
    assert_eq!(ask(&exact(), &each(0..0), 50, true), Err(Reason::TooFewContributors));
}

#[test]
fn people_are_counted_and_not_rows() {
    let many: Vec<Vec<i64>> = (0..9).map(|_| (0..100).map(|at| at % 3).collect()).collect();
    assert_eq!(ask(&exact(), &people(&many), 50, false), Err(Reason::TooFewContributors));
}

#[test]
fn whoever_has_most_rows_decides_neither_the_value_nor_too_little_noise() {
    let mut rows: Vec<Vec<i64>> = (0..30).map(|at| vec![at]).collect();
    rows.push(vec![900; 400]);
    let dominated = Profile { dominance: sample().dominance, ..exact() };
    assert_eq!(ask(&dominated, &people(&rows), 50, false), Err(Reason::Dominated));
    let wide = ask(&noisy(), &people(&rows), 50, false);
    assert!(wide.is_err() || wide.is_ok_and(|found| found.half_width > 400.0));
}

#[test]
fn outside_of_its_range_nothing_is_told() {
    let mut profile = exact();
    profile.quantile.range = [25.0, 75.0];
    profile.min_max.percentiles = [25.0, 75.0];
    let all = each(0..1_000);
    assert_eq!(ask(&profile, &all, 24, true), Err(Reason::Unprotectable));
    assert!(ask(&profile, &all, 25, true).is_ok());
}

#[test]
fn the_same_cell_gives_the_same_answer_however_the_lanes_are_cut() {
    let values: Vec<i64> = (0..300).map(|at| at * 7 % 600).collect();
    let whole = each(values.iter().copied());
    let first = ask(&noisy(), &whole, 50, true);
    assert_eq!(ask(&noisy(), &whole, 50, true), first);
    assert!(first.is_ok_and(|found| found.half_width > 4.5));
}

#[test]
fn the_truth_is_mostly_inside_the_interval() {
    let mut inside = 0;
    for secret in 0..200 {
        let all = each((0..400).map(|at| (at * 37) % 400));
        let secret = NoiseSecret::new([secret; 32]);
        let found = quantile(&noisy(), &secret, &all.0, &all.1, bins(), 500_000, true).unwrap();
        inside += u32::from((found.value - 199.5).abs() <= found.half_width);
    }
    assert!(inside >= 190, "{inside} of 200");
}

#[test]
fn measurements_that_contradict_each_other_are_withheld() {
    let (c, spread) = each(0..100);
    let other = Contribution { key: c.key + 1, ..c };
    let found = quantile(&exact(), &SECRET, &other, &spread, bins(), 500_000, true);
    assert_eq!(found, Err(Reason::Unprotectable));
}

/// With one row per person the noise of each bin's number is the one that a count of these people draws.
#[test]
fn ranks_carry_the_noise_of_counts() {
    let (c, spread) = each(0..200);
    let mut profile = noisy();
    profile.rounding.method = crate::profile::RoundingMethod::None;
    let steps = spread.steps(c.largest());
    profile.low_effect = crate::profile::LowEffects { persons: 10, sd: 0.0, condition_sd: 1.0 };
    let layers = [crate::Layer::of("d.people.sex", ["f"])];
    let plan = ByPlan { layers: &layers, ..ByPlan::default() };
    let place = Place { share: 500_000, measure: "quantile", one_row: true, plan };
    let ranks = Ranks { profile: &profile, secret: &SECRET, steps: steps.clone(), c: &c, place };
    for (_, below) in steps.iter().skip(9) {
        let count = crate::protect::persons_in(&profile, &SECRET, below, plan);
        let rank = ranks.at_or_below(below).unwrap().not_negative();
        let rank = Protected::Shown { value: rank.value, half_width: rank.half_width };
        assert_eq!(rank, count);
    }
}

#[test]
fn a_profile_may_ask_for_more_people_on_each_side() {
    let all = each((0..60).map(|at| 20 + at / 20));
    let asking = |min_n| Profile { quantile: Quantile { min_n, ..exact().quantile }, ..exact() };
    assert_eq!(ask(&asking(20), &all, 10, true).unwrap().value, 20.0, "20 people at or below it");
    assert_eq!(ask(&asking(21), &all, 10, true), Err(Reason::TooFewOnASide));
    let few = each((0..9).map(|_| 10).chain((0..40).map(|_| 20)));
    assert_eq!(ask(&asking(10), &few, 10, true), Err(Reason::TooFewOnASide));
    assert_eq!(
        ask(&asking(9), &few, 10, true),
        Err(Reason::Unprotectable),
        "fewer than contribute"
    );
    assert_eq!(
        Reason::TooFewOnASide.sentence(&asking(21)),
        "fewer than 21 people are on one side of it"
    );
}
