use super::*;
use crate::noise::check::{Stated, draws, rng};
use crate::profile::RoundingMethod::{
    Bands, Ceil, Midpoint, Nearest, None as Unrounded, RandomFixed,
};
use crate::profile::{Half, Rounding, RoundingMethod};
use rand::Rng;

fn rounding(method: RoundingMethod, base: u64) -> Rounding {
    Rounding { method, base, half: Half::Up, bands: vec![] }
}

fn shown(rounding: &Rounding, value: i128) -> i128 {
    count(rounding, value, || None).unwrap().value
}

fn coin(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) // evenly spread over all bits
}

/// The published examples: OpenSAFELY and Hospital Episode Statistics, OpenSAFELY's midpoint 6, HDR UK Cohort
/// Discovery (halves to even), Eurostat from 2023, Hutch Bunny, and upwards to 100 as the EHDEN catalogue does.
#[test]
fn published_vectors() {
    let even = Rounding { half: Half::Even, ..rounding(Nearest, 10) };
    let eurostat = Rounding { bands: vec![[1, 7, 5]], ..rounding(Bands, 10) };
    let cases: [(Rounding, &[(i128, i128)]); 6] = [
        (rounding(Nearest, 5), &[(0, 0), (8, 10), (10, 10), (11, 10), (12, 10), (13, 15)]),
        (rounding(Midpoint, 6), &[(0, 0), (1, 3), (6, 3), (7, 9), (12, 9), (13, 15), (18, 15)]),
        (even, &[(0, 0), (10, 10), (14, 10), (15, 20), (16, 20), (25, 20), (26, 30), (35, 40)]),
        (eurostat, &[(0, 0), (1, 5), (7, 5), (8, 10), (14, 10), (15, 20), (16, 20)]),
        (rounding(Nearest, 100), &[(123, 100)]),
        (rounding(Ceil, 100), &[(0, 0), (1, 100), (60, 100), (100, 100), (101, 200)]),
    ];
    for (rounding, vectors) in cases {
        for &(value, expected) in vectors {
            assert_eq!(shown(&rounding, value), expected, "{:?}: {value}", rounding.method);
        }
    }
}

#[test]
fn a_method_without_rounding_shows_what_it_gets() {
    assert_eq!(count(&rounding(Unrounded, 0), 7, || None), Some(Rounded { value: 7, reach: 0 }));
}

#[test]
fn a_base_of_zero_rounds_to_nothing_at_all() {
    for method in [Nearest, Midpoint, RandomFixed, Ceil, Bands] {
        assert_eq!(count(&rounding(method, 0), 7, || Some(0)), None, "{method:?}");
    }
    assert_eq!(count(&rounding(RandomFixed, 3), 7, || None), None, "without a coin");
}

#[test]
fn a_shown_number_holds_everything_that_is_shown_as_it() {
    let uneven = Rounding { bands: vec![[1, 7, 5], [8, 30, 9]], ..rounding(Bands, 10) };
    let methods = [Unrounded, Nearest, Midpoint, RandomFixed, Ceil];
    let bases = methods.iter().flat_map(|&method| (1..13).map(move |base| rounding(method, base)));
    let even = (1..13).map(|base| Rounding { half: Half::Even, ..rounding(Nearest, base) });
    for rounding in bases.chain(even).chain([uneven]) {
        for value in 0..200 {
            for number in 0..20 {
                let rounded = count(&rounding, value, || Some(coin(number))).unwrap();
                assert!(rounded.value.abs_diff(value) <= rounded.reach, "{rounding:?}: {value}");
                assert!(rounded.reach <= reach(&rounding), "{rounding:?}: {value}");
            }
        }
    }
}

#[test]
fn half_to_even_differs_from_half_up_only_half_way() {
    for step in 1..13_u128 {
        for value in -40..40_i128 {
            let (up, even) = (nearest(value, step), nearest_even(value, step));
            let half_way = (value * 2).rem_euclid(step as i128 * 2) == step as i128;
            if half_way && step > 1 {
                assert_eq!(even.div_euclid(step as i128) % 2, 0, "{value} by {step}");
                assert_eq!(even.abs_diff(value) * 2, step);
            } else {
                assert_eq!(up, even, "{value} by {step}");
            }
        }
    }
}

#[test]
fn random_rounding_keeps_multiples_and_goes_to_a_neighbour() {
    let three = rounding(RandomFixed, 3);
    for number in 0..1_000 {
        let to = |value| count(&three, value, || Some(coin(number))).unwrap().value;
        assert_eq!((to(0), to(18)), (0, 18));
        assert!([15, 18].contains(&to(17)) && [15, 18].contains(&to(16)));
    }
}

/// Of 900,000 evenly spread coins: with Stats NZ's base 3 a remainder of 2 goes up two times in three.
#[test]
fn the_chance_to_go_up_is_the_remainder_over_the_base() {
    const COINS: u64 = 900_000;
    for base in [3_u64, 5, 6, 10] {
        for above in 1..base {
            let value = i128::from(10 * base + above);
            let went_up = (0..COINS)
                .filter(|&number| {
                    let rounded = count(&rounding(RandomFixed, base), value, || Some(coin(number)));
                    rounded.unwrap().value > value
                })
                .count() as f64;
            let chance = above as f64 / base as f64;
            assert!((went_up / COINS as f64 - chance).abs() < 1e-3, "{above} of {base}: {went_up}");
        }
    }
}

#[test]
fn halves_go_up_on_both_sides_of_zero() {
    let cases = [
        (0, 0),
        (4, 0),
        (5, 10),
        (14, 10),
        (15, 20),
        (25, 30),
        (-4, 0),
        (-5, 0),
        (-6, -10),
        (-15, -10),
    ];
    for (value, shown) in cases {
        assert_eq!(nearest(value, 10), shown, "{value}");
    }
}

#[test]
fn small_steps_change_nothing() {
    assert_eq!((nearest(-7, 0), nearest(-7, 1)), (-7, -7));
}

#[test]
fn rounding_stops_at_the_ends_of_the_range() {
    assert_eq!(nearest(i128::MAX, 10), i128::MAX);
    assert_eq!(nearest(i128::MIN, 10), i128::MIN);
    assert_eq!(nearest(3, u128::MAX), 0);
}

#[test]
fn it_never_moves_further_than_it_says() {
    for step in 1..13 {
        for value in -30..30 {
            let shown = nearest(value, step);
            assert_eq!(shown.rem_euclid(step as i128), 0);
            assert!(shown.abs_diff(value) <= furthest(step), "{value} by {step}");
        }
    }
}

/// A million coins of a generator, against the exact chances; and coins that are no coins.
#[test]
fn random_rounding_has_its_stated_chances() {
    let stated = |base: u64, value: i128| {
        let above = value % i128::from(base);
        let up = above as f64 / base as f64;
        Stated::of([(value - above, 1.0 - up), (value - above + i128::from(base), up)])
    };
    for (base, value) in [(3, 16), (3, 17), (10, 101), (10, 109)] {
        let mut rng = rng(base + 7);
        let mut go = |coin: &dyn Fn(u64) -> u64| {
            let rounding = rounding(RandomFixed, base);
            let up =
                draws(|| count(&rounding, value, || Some(coin(rng.next_u64()))).unwrap().value);
            stated(base, value).check(&up)
        };
        assert_eq!(go(&|coin| coin), Ok(()), "{value} to {base}");
        assert!(go(&|coin| coin / 100 * 95).is_err(), "five percent lighter");
        assert!(go(&|coin| coin & (0b111 << 61)).is_err(), "of eight sides");
        assert!(go(&|coin| coin & 0xffff_ffff).is_err(), "of low bits");
    }
}
