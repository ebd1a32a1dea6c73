//! Noise of the conditions that are left (A15).

use super::tables::site;
use super::*;
use crate::low_effect::Layer;
use crate::profile::{LowEffects, TopContributors};

const MEASURE: &str = "sum:d.stays.cost";

/// Noise on counts and on conditions, nothing else.
fn noisy_conditions(noise: Noise, condition_sd: f64) -> Profile {
    let low_effect = LowEffects { persons: 10, sd: 2.0, condition_sd };
    Profile { noise, low_effect, dominance: NO_DOMINANCE, ..sample() }
}

fn geometric() -> Profile {
    noisy_conditions(Noise::CellKeyGeometric { count_sd: 2.0, magnitude_sd: 1.0 }, 1.0)
}

fn gaussian() -> Profile {
    let noise = Noise::CellKeyGaussian { count_sd: 2.0, breakdown_sd: 3.0, magnitude_sd: 1.0 };
    noisy_conditions(noise, 1.5)
}

fn by_table() -> Profile {
    Profile { min_count: 10, min_count_measure: 10, ..noisy_conditions(site().noise, 2.0) }
}

/// Every way in which values are perturbed.
fn methods() -> [Profile; 3] {
    [geometric(), gaussian(), Profile { table: site().table, ..by_table() }]
}

fn layers<const N: usize>(of: u64) -> [Layer; N] {
    std::array::from_fn(|at| Layer::of(&format!("d.people.{at}"), [of.to_be_bytes()]))
}

fn with(layers: &[Layer]) -> ByPlan<'_> {
    ByPlan { layers, ..ByPlan::default() }
}

fn counted(profile: &Profile, secret: &NoiseSecret, c: &Contribution, layers: &[Layer]) -> i128 {
    value(persons_in(profile, secret, c, with(layers))).unwrap()
}

/// Split averaging. A cohort is split in two by every division of the ten values of some column; the two parts add up to
/// the cohort, and each part is another set of people with noise of its own. With the noise of sets alone the mean of the
/// sums is the true number. The noise of the cohort's own conditions is in every part and does not average out.
#[test]
fn splits_do_not_average_the_noise_of_a_condition_away() {
    let profile = geometric();
    let exact = |conditions: &dyn Fn(u64) -> Vec<Layer>| {
        let hits = (0..60_u8).filter(|secret| {
            let secret = NoiseSecret::new([*secret; 32]);
            let mut all = 0;
            for split in 1..512_u64 {
                let parts = [split, 1_023 - split];
                for part in parts {
                    let mut layers = conditions(part);
                    layers.push(Layer::of("d.people.decile", [part.to_be_bytes()]));
                    let c = crowd(100 * u64::from(part.count_ones()), part);
                    let plain = if layers.len() == 1 { &[][..] } else { &layers };
                    all += counted(&profile, &secret, &c, plain);
                }
            }
            (all as f64 / 511.0).round() == 1_000.0
        });
        hits.count()
    };
    assert!(exact(&|_| vec![]) >= 57, "of 60 without the noise of conditions");
    let cohort = layers::<3>(0).to_vec();
    let found = exact(&|_| cohort.clone());
    assert!(found <= 25, "{found} of 60 with three conditions on the cohort");
}

#[test]
fn a_conditions_noise_is_the_same_for_everybody_who_meets_it() {
    for profile in methods() {
        let shared = layers::<2>(1);
        let moved = |key| {
            let c = crowd(1_000, key);
            counted(&profile, &SECRET, &c, &shared) - counted(&profile, &SECRET, &c, &[])
        };
        assert!((1..200).all(|key| moved(key) == moved(0)), "{:?}", profile.noise);
        let other = |of| {
            let c = crowd(1_000, 0);
            counted(&profile, &SECRET, &c, &layers::<2>(of)) - counted(&profile, &SECRET, &c, &[])
        };
        assert!((0..40).any(|of| other(of) != moved(0)), "other conditions have other noise");
    }
}

#[test]
fn conditions_count_once_in_whichever_order() {
    for profile in methods() {
        let [a, b] = layers::<2>(3);
        let c = crowd(500, 9);
        let count = |layers: &[Layer]| counted(&profile, &SECRET, &c, layers);
        assert_eq!(count(&[a, b]), count(&[b, a, b]));
        let one_by_one = count(&[a]) + count(&[b]) - count(&[]);
        assert_eq!(count(&[a, b]), one_by_one, "each is independent of the others");
    }
}

#[test]
fn without_conditions_every_number_is_what_it_was() {
    let totals: Vec<i128> = (0..40).map(|at| 10 + at).collect();
    let (c, v) = (people(&totals), visits(&[3; 40]));
    for profile in methods() {
        let off = LowEffects { persons: 0, sd: 0.0, condition_sd: 0.0 };
        let before = Profile { low_effect: off, ..profile.clone() };
        let shared = layers::<4>(0);
        let plan = ByPlan { conditions: 4, layers: &shared, ..ByPlan::default() };
        for (profile, plan) in [(&profile, ByPlan::default()), (&before, plan)] {
            assert_eq!(persons_in(profile, &SECRET, &c, plan), persons(&before, &SECRET, &c));
            let added = sum_in(profile, &SECRET, MEASURE, &c, plan);
            assert_eq!(added, sum(&before, &SECRET, MEASURE, &c));
            let counted = rows_in(profile, &SECRET, "rows", &v, plan);
            assert_eq!(counted, rows(&before, &SECRET, "rows", &v));
        }
    }
}

/// In the unit of a sum the noise of a condition is to the sum's own noise what it is for counts.
#[test]
fn sums_and_rows_carry_it_in_their_own_unit() {
    let c = people(&[900; 200]);
    let spread = |profile: &Profile, measured: &dyn Fn(&[Layer]) -> i128| {
        let moved = (0..3_000).map(|of| (measured(&layers::<1>(of)) - measured(&[])) as f64);
        (moved.map(|by| by * by).sum::<f64>() / 3_000.0).sqrt() / profile.low_effect.condition_sd
    };
    let near = |found: f64, wanted: f64| (found / wanted - 1.0).abs() < 0.08;
    for (profile, per_person) in [(geometric(), 1_000.0), (gaussian(), 1_000.0)] {
        let noisy = |layers: &[Layer]| noisy_sum_of(&profile, &c, with(layers));
        // The wider of magnitude_sd (1) and count_sd (2 or 3) times the step above 900.
        let found = spread(&profile, &noisy);
        assert!(near(found, per_person), "{found}");
        let rows = |layers: &[Layer]| {
            let v = visits(&[9; 200]);
            value(rows_in(&profile, &SECRET, "rows", &v, with(layers))).unwrap()
        };
        // As a sum of nines: the step above 9.
        let found = spread(&profile, &rows);
        assert!(near(found, 10.0), "{found}");
    }
}

fn noisy_sum_of(profile: &Profile, c: &Contribution, plan: ByPlan<'_>) -> i128 {
    crate::protect::perturb::noisy_sum(profile, &SECRET, MEASURE, c, plan).unwrap().value
}

/// One draw at two scales is proportional: two such answers would tell the truth between them.
#[test]
fn two_scales_are_two_draws() {
    let (narrow, wide) = (geometric(), noisy_conditions(geometric().noise, 4.0));
    let c = crowd(1_000, 5);
    let moved = |profile: &Profile, of| {
        counted(profile, &SECRET, &c, &layers::<1>(of)) - counted(profile, &SECRET, &c, &[])
    };
    let agree = (0..1_000).filter(|of| {
        let (narrow, wide) = (moved(&narrow, *of), moved(&wide, *of));
        narrow != 0 && wide.signum() == narrow.signum()
    });
    let drawn = (0..1_000).filter(|of| moved(&narrow, *of) != 0 && moved(&wide, *of) != 0).count();
    let agree = agree.count();
    assert!(agree * 10 > drawn * 4 && agree * 10 < drawn * 6, "{agree} of {drawn}");
}

#[test]
fn intervals_hold_the_noise_of_conditions_too() {
    for profile in methods() {
        for conditions in [1, 3] {
            let inside = (0..2_000_u64).filter(|key| {
                let all = layers::<3>(*key);
                let plan = with(&all[..conditions]);
                let c = crowd(1_000, *key);
                match persons_in(&profile, &SECRET, &c, plan) {
                    Protected::Shown { value, half_width } => value.abs_diff(1_000) <= half_width,
                    Protected::Withheld(_) => false,
                }
            });
            let inside = inside.count();
            assert!(inside >= 1_880, "{inside} of 2,000 with {conditions}, {:?}", profile.noise);
        }
    }
}

/// How many conditions were removed must not be read off the interval or off the step that a sum is rounded to.
#[test]
fn the_interval_is_for_the_conditions_of_the_question() {
    let (c, shared) = (people(&[700; 60]), layers::<3>(0));
    for profile in methods() {
        let asked = |left: usize| {
            let plan = ByPlan { conditions: 3, layers: &shared[..left], ..ByPlan::default() };
            let added = sum_in(&profile, &SECRET, MEASURE, &c, plan);
            (half_width(persons_in(&profile, &SECRET, &c, plan)), half_width(added))
        };
        assert!((0..3).all(|left| asked(left) == asked(3)), "{:?}", profile.noise);
        let without = half_width(persons_in(&profile, &SECRET, &c, ByPlan::default()));
        assert!(asked(0).0 > without);
    }
}

/// Under a table too, the noise of a condition hardly depends on who is in the cell.
#[test]
fn contributors_that_are_nearly_as_large_share_the_noise() {
    let top = TopContributors { top: 2, small: 0.25, large: 0.05, flex_point: 1.0, exponent: 3.0 };
    let mut profile = Profile { table: site().table, ..by_table() };
    if let Noise::CellKeyTable { magnitude, .. } = &mut profile.noise {
        *magnitude = top;
    }
    let shared = layers::<1>(8);
    let moved = |largest| {
        let mut totals = vec![900; 99];
        totals.push(largest);
        let c = people(&totals);
        noisy_sum_of(&profile, &c, with(&shared)) - noisy_sum_of(&profile, &c, with(&[]))
    };
    assert!((901..950).all(|largest| moved(largest) == moved(900)) && moved(900) != 0);
}
