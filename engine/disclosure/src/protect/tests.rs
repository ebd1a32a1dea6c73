mod conditions;
mod tables;

use super::*;
use crate::contribution::Contribution;
use crate::noise::{NoiseSecret, TwoSidedGeometric, generator};
use crate::outcome::{Protected, Reason};
use crate::profile::LowEffects;
use crate::profile::tests::sample;
use crate::profile::{
    CheckOn, Compare, Dominance, Half, Negatives, Noise, Profile, Quantile, Rounding,
    RoundingMethod, ZeroRule,
};

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

const NO_DOMINANCE: Dominance = Dominance { nk: Vec::new(), p: 0.0, compare: Compare::MoreThan };

fn noisy() -> Profile {
    let mut profile = sample();
    profile.noise = Noise::CellKeyGeometric { count_sd: 2.0, magnitude_sd: 1.0 };
    profile
}

fn crowd(persons: u64, key: u64) -> Contribution {
    Contribution { persons, key, ..Contribution::default() }
}

/// One person per total, one row each.
fn people(totals: &[i128]) -> Contribution {
    (1..)
        .zip(totals)
        .map(|(key, &total)| Contribution::of_person(key, 1, total))
        .fold(Contribution::default(), Contribution::merge)
}

/// One person per number of rows.
fn visits(rows: &[u64]) -> Contribution {
    (1..)
        .zip(rows)
        .map(|(key, &rows)| Contribution::of_person(key, rows, i128::from(rows)))
        .fold(Contribution::default(), Contribution::merge)
}

fn value(protected: Protected) -> Option<i128> {
    match protected {
        Protected::Shown { value, .. } => Some(value),
        Protected::Withheld(_) => None,
    }
}

fn half_width(protected: Protected) -> u128 {
    match protected {
        Protected::Shown { half_width, .. } => half_width,
        Protected::Withheld(reason) => panic!("withheld: {}", reason.as_str()),
    }
}

/// The published examples of the rules in force: minimum, zeros, base of rounding (1 for none),
/// then true and shown.
#[test]
fn published_vectors() {
    use ZeroRule::{Show, TreatAsSmall};
    type Vectors = &'static [(u64, Option<i128>)];
    let cases: &[(&str, u64, ZeroRule, u64, Vectors)] = &[
        (
            "opensafely",
            8,
            Show,
            5,
            &[(0, Some(0)), (1, None), (7, None), (8, Some(10)), (12, Some(10)), (13, Some(15))],
        ),
        (
            "nhs-hes, below national level",
            8,
            Show,
            5,
            &[(0, Some(0)), (1, None), (7, None), (8, Some(10)), (11, Some(10)), (13, Some(15))],
        ),
        (
            "nhs-england-sde",
            10,
            Show,
            5,
            &[(9, None), (10, Some(10)), (12, Some(10)), (13, Some(15))],
        ),
        ("uk-llc", 10, TreatAsSmall, 1, &[(0, None), (9, None), (10, Some(10))]),
        ("cms and pcornet", 11, Show, 1, &[(0, Some(0)), (1, None), (10, None), (11, Some(11))]),
        ("all-of-us", 21, Show, 1, &[(20, None), (21, Some(21))]),
        (
            "hdruk-cohort-discovery",
            10,
            TreatAsSmall,
            10,
            &[(0, None), (9, None), (10, Some(10)), (14, Some(10)), (16, Some(20))],
        ),
        ("hutch bunny, threshold before rounding", 100, Show, 100, &[(123, Some(100))]),
        ("hutch bunny, rounding must not come first", 70, Show, 100, &[(60, None)]),
        (
            "ons 10-5",
            10,
            Show,
            5,
            &[(7, None), (11, Some(10)), (14, Some(15)), (752, Some(750)), (753, Some(755))],
        ),
    ];
    for &(name, minimum, zero, base, vectors) in cases {
        let method = if base == 1 { RoundingMethod::None } else { RoundingMethod::Nearest };
        let rounding = Rounding { method, base, half: Half::Up, bands: vec![] };
        let quantile = Quantile { min_n: minimum, range: [1.0, 99.0] };
        let mut profile = Profile { zero, rounding, quantile, ..sample() };
        profile.min_count = minimum;
        profile.min_count_measure = minimum;
        for &(truth, shown) in vectors {
            assert_eq!(
                value(persons(&profile, &SECRET, &crowd(truth, 1))),
                shown,
                "{name}: {truth}"
            );
        }
    }
}

#[test]
fn noise_never_brings_back_a_small_cell() {
    for key in 0..2_000 {
        let outcome = persons(&noisy(), &SECRET, &crowd(9, key));
        assert_eq!(outcome, Protected::Withheld(Reason::TooFewPersons));
    }
}

#[test]
fn noisy_counts_are_never_negative_and_mostly_inside_their_interval() {
    let mut profile = noisy();
    profile.zero = ZeroRule::TreatAsSmall;
    profile.min_count = 2;
    profile.min_count_measure = 2;
    profile.rounding = Rounding { method: RoundingMethod::Nearest, ..sample().rounding };
    let outcomes: Vec<Protected> =
        (0..5_000).map(|key| persons(&profile, &SECRET, &crowd(2, key))).collect();
    let width = half_width(outcomes[0]);
    assert_eq!(width, 4 + 2, "95 % of the noise, and half a step of 5");
    let values: Vec<i128> = outcomes.into_iter().filter_map(value).collect();
    assert_eq!(values.len(), 5_000);
    assert!(values.iter().all(|&v| v >= 0 && v % 5 == 0));
    assert!(values.contains(&0) && values.contains(&5) && values.contains(&10));
    let inside = values.iter().filter(|v| v.abs_diff(2) <= width).count();
    assert!(inside >= 4_750, "{inside} of 5000");
}

#[test]
fn an_empty_cell_has_no_noise() {
    let nothing = Protected::Shown { value: 0, half_width: 0 };
    let empty = Contribution::default();
    assert_eq!(persons(&noisy(), &SECRET, &empty), nothing);
    assert_eq!(rows(&noisy(), &SECRET, "rows", &empty), nothing);
    assert_eq!(sum(&noisy(), &SECRET, "sum", &empty), nothing);
    let hidden = Profile { zero: ZeroRule::TreatAsSmall, ..noisy() };
    assert_eq!(value(persons(&hidden, &SECRET, &empty)), None);
    assert_eq!(value(sum(&hidden, &SECRET, "sum", &empty)), None);
}

#[test]
fn rows_are_judged_by_persons() {
    let one = visits(&[500]);
    assert_eq!(
        rows(&sample(), &SECRET, "rows", &one),
        Protected::Withheld(Reason::TooFewContributors)
    );
    let mut many = [2; 20];
    assert_eq!(value(rows(&sample(), &SECRET, "rows", &visits(&many))), Some(40));
    many[0] = 500;
    assert_eq!(
        rows(&sample(), &SECRET, "rows", &visits(&many)),
        Protected::Withheld(Reason::Dominated)
    );
}

#[test]
fn rows_that_contradict_their_totals_are_withheld() {
    let c = Contribution { rows: 41, ..visits(&[2; 20]) };
    assert_eq!(rows(&sample(), &SECRET, "rows", &c), Protected::Withheld(Reason::Unprotectable));
}

#[test]
fn multiplying_rows_multiplies_the_noise() {
    let width = |factor: u64| half_width(rows(&noisy(), &SECRET, "rows", &visits(&[factor; 20])));
    assert_eq!(
        2 * width(1),
        width(2),
        "equal rows of all are a count of persons so many times (A98)"
    );
    let ratio = width(1000) as f64 / width(10) as f64;
    assert!((95.0..105.0).contains(&ratio), "{ratio}");
}

#[test]
fn the_interval_of_a_sum_tells_only_a_band_of_the_largest() {
    let width = |largest: i128| {
        let mut totals = [1_000; 30];
        totals[0] = largest;
        half_width(sum(&noisy(), &SECRET, "sum", &people(&totals)))
    };
    assert_eq!(width(2_001), width(5_000));
    assert_ne!(width(5_000), width(5_001));
}

#[test]
fn sums_show_no_digit_that_the_noise_decides() {
    let c = people(&[1_234_567; 50]);
    let Protected::Shown { value, half_width } = sum(&noisy(), &SECRET, "sum", &c) else {
        panic!("withheld")
    };
    assert_eq!(value % 2_000_000, 0, "sd is 4,000,000, so the step is 2,000,000");
    assert!((9_000_000..10_000_000).contains(&half_width), "{half_width}");
    assert!(value.abs_diff(c.total) < 40_000_000, "{value}");
}

#[test]
fn a_count_dressed_as_a_sum_carries_the_noise_of_a_count() {
    // Everybody contributes one: were the noise a tenth of the largest contributor, it would nearly always be none.
    let noise = Noise::CellKeyGeometric { count_sd: 2.0, magnitude_sd: 0.1 };
    let profile = Profile { noise, ..noisy() };
    let exact = (20..220)
        .filter(|&n| value(sum(&profile, &SECRET, "sum", &people(&vec![1; n]))) == Some(n as i128))
        .count();
    assert!(exact < 90, "{exact} of 200 exact: with sd 2 about a third is expected");
}

#[test]
fn sums_without_noise_are_exact() {
    let c = people(&[7; 33]);
    let exact = Protected::Shown { value: 231, half_width: 0 };
    assert_eq!(sum(&sample(), &SECRET, "sum", &c), exact);
}

#[test]
fn negative_totals_are_refused_or_counted_without_sign() {
    let off = LowEffects { persons: 0, sd: 0.0, condition_sd: 0.0 };
    let sample = || Profile { low_effect: off, ..sample() };
    let mut totals = [10; 20];
    totals[3] = -10;
    let c = people(&totals);
    let refused = Protected::Withheld(Reason::NegativeValues);
    assert_eq!(sum(&sample(), &SECRET, "sum", &c), refused);
    let abs = Profile { negatives: Negatives::Abs, ..sample() };
    assert_eq!(value(sum(&abs, &SECRET, "sum", &c)), Some(180));
    totals[3] = -1_000;
    let dominated = Protected::Withheld(Reason::Dominated);
    assert_eq!(sum(&abs, &SECRET, "sum", &people(&totals)), dominated);
    let off = Profile { dominance: NO_DOMINANCE, ..sample() };
    assert_eq!(value(sum(&off, &SECRET, "sum", &people(&totals))), Some(-810));
}

#[test]
fn the_same_cell_gives_the_same_answer() {
    let c = people(&[100; 25]);
    let reversed = (1..=25)
        .rev()
        .map(|key| Contribution::of_person(key, 1, 100))
        .fold(Contribution::default(), Contribution::merge);
    assert_eq!(sum(&noisy(), &SECRET, "sum", &c), sum(&noisy(), &SECRET, "sum", &reversed));
}

#[test]
fn huge_sums_are_still_protected() {
    let c = people(&[10_i128.pow(30); 25]);
    let width = half_width(sum(&noisy(), &SECRET, "sum", &c)) as f64;
    assert!((4.2e30..5e30).contains(&width), "{width}");
}

#[test]
fn nothing_is_released_under_a_profile_with_problems() {
    let unprotectable = Protected::Withheld(Reason::Unprotectable);
    let c = visits(&[1; 50]);
    for profile in [
        Profile { min_count: 1, ..sample() },
        Profile { dof_min: 0, ..sample() },
        Profile { dominance: Dominance { p: f64::NAN, ..NO_DOMINANCE }, ..sample() },
    ] {
        assert_eq!(persons(&profile, &SECRET, &c), unprotectable);
        assert_eq!(rows(&profile, &SECRET, "rows", &c), unprotectable);
        assert_eq!(sum(&profile, &SECRET, "sum", &c), unprotectable);
    }
}

#[test]
fn a_mean_is_made_of_protected_parts() {
    let shown = |value, half_width| Protected::Shown { value, half_width };
    assert_eq!(mean(shown(231, 0), shown(33, 0), 0), shown(7, 0));
    assert_eq!(mean(shown(10, 0), shown(3, 0), 2), shown(333, 1));
    assert_eq!(mean(shown(-10, 0), shown(3, 0), 2), shown(-333, 1));
    assert_eq!(mean(shown(11, 0), shown(2, 0), 0), shown(6, 1), "5.5 goes up");
    // 900..1100 over 90..110 is 8.18..12.22; told as 10.0 in steps of 0.5.
    assert_eq!(mean(shown(1000, 100), shown(100, 10), 1), shown(100, 23 + 2));
}

#[test]
fn the_interval_of_a_mean_covers_every_ratio() {
    for (s, g) in [(500, 70), (20, 70), (-20, 70), (-500, 70)] {
        for (n, h) in [(40, 0), (40, 13), (40, 39)] {
            let outcome = mean(
                Protected::Shown { value: s, half_width: g },
                Protected::Shown { value: n, half_width: h },
                1,
            );
            let (centre, width) = (value(outcome).unwrap(), half_width(outcome) as i128);
            for sum in s - g as i128..=s + g as i128 {
                for rows in n - h as i128..=n + h as i128 {
                    let ratio = sum as f64 * 10.0 / rows as f64;
                    let gap = (ratio - centre as f64).abs();
                    assert!(gap <= width as f64 + 1e-9, "{sum}/{rows} outside {centre}±{width}");
                }
            }
        }
    }
}

#[test]
fn a_mean_without_its_parts_is_withheld() {
    let shown = Protected::Shown { value: 100, half_width: 10 };
    let few = Protected::Withheld(Reason::TooFewContributors);
    let dominated = Protected::Withheld(Reason::Dominated);
    assert_eq!(mean(dominated, few, 0), dominated);
    assert_eq!(mean(shown, few, 0), few);
    let uncertain = Protected::Withheld(Reason::TooUncertain);
    assert_eq!(mean(shown, Protected::Shown { value: 10, half_width: 10 }, 0), uncertain);
    assert_eq!(mean(shown, Protected::Shown { value: 0, half_width: 0 }, 0), uncertain);
    let unprotectable = Protected::Withheld(Reason::Unprotectable);
    assert_eq!(mean(shown, shown, 40), unprotectable);
}

fn rounded(method: RoundingMethod, base: u64) -> Profile {
    let rounding = Rounding { method, base, half: Half::Up, bands: vec![] };
    Profile { rounding, min_count: 3, min_count_measure: 3, ..sample() }
}

#[test]
fn midpoints_and_bands_tell_what_shares_them() {
    let shown = |value, half_width| Protected::Shown { value, half_width };
    let midpoint = rounded(RoundingMethod::Midpoint, 6);
    for (truth, value, width) in
        [(0, 0, 0), (3, 3, 3), (6, 3, 3), (7, 9, 3), (12, 9, 3), (13, 15, 3)]
    {
        assert_eq!(persons(&midpoint, &SECRET, &crowd(truth, 1)), shown(value, width), "{truth}");
    }
    let mut eurostat = rounded(RoundingMethod::Bands, 10);
    eurostat.rounding.bands = vec![[1, 7, 5]];
    assert_eq!(persons(&eurostat, &SECRET, &crowd(7, 1)), shown(5, 4));
    assert_eq!(persons(&eurostat, &SECRET, &crowd(8, 1)), shown(10, 5));
    assert_eq!(rows(&midpoint, &SECRET, "rows", &visits(&[2; 20])), shown(39, 3));
}

/// Stats NZ: 17 becomes 18 two times in three and else 15, for good; 18 stays.
#[test]
fn the_coin_of_random_rounding_belongs_to_the_cell() {
    let profile = rounded(RoundingMethod::RandomFixed, 3);
    let shown = |n, key| persons(&profile, &SECRET, &crowd(n, key));
    let went_up = (0..9_000).filter(|&key| value(shown(17, key)) == Some(18)).count();
    assert!((5_776..=6_224).contains(&went_up), "5 standard errors around 6000: {went_up}");
    for key in 0..200 {
        assert_eq!(shown(17, key), shown(17, key));
        assert!([Some(15), Some(18)].contains(&value(shown(17, key))));
        assert_eq!(value(shown(18, key)), Some(18));
        assert_eq!(half_width(shown(18, key)), 2);
    }
    let of_rows = |c: &Contribution| value(rows(&profile, &SECRET, "rows", c));
    let outcomes: Vec<_> = (0..100)
        .map(|key| of_rows(&Contribution { key, ..visits(&[1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3]) }))
        .collect();
    assert!(outcomes.contains(&Some(18)) && outcomes.contains(&Some(21)), "of 20 rows");
}

#[test]
fn another_secret_throws_other_coins() {
    let profile = rounded(RoundingMethod::RandomFixed, 3);
    let all = |secret: &NoiseSecret| -> Vec<_> {
        (0..100).map(|key| value(persons(&profile, secret, &crowd(17, key)))).collect()
    };
    assert_ne!(all(&SECRET), all(&NoiseSecret::new([8; 32])));
}

#[test]
fn where_a_table_is_judged_a_cell_of_any_size_may_be_shown() {
    let profile =
        Profile { check_on: CheckOn::MeanCellSize, ..rounded(RoundingMethod::RandomFixed, 3) };
    let one: Vec<_> =
        (0..50).map(|key| value(persons(&profile, &SECRET, &crowd(1, key)))).collect();
    assert!(one.contains(&Some(0)) && one.contains(&Some(3)));
    let few = Protected::Withheld(Reason::TooFewContributors);
    assert_eq!(sum(&profile, &SECRET, "sum", &people(&[5])), few, "magnitudes are judged as ever");
}

fn gaussian() -> Profile {
    let noise = Noise::CellKeyGaussian { count_sd: 1.323, breakdown_sd: 1.6, magnitude_sd: 1.0 };
    Profile { noise, ..sample() }
}

#[test]
fn groups_can_carry_more_gaussian_noise() {
    let plan = |grouped| ByPlan { grouped, ..ByPlan::default() };
    let noise = |grouped| -> Vec<f64> {
        (0..5_000)
            .map(|key| {
                let shown = persons_in(&gaussian(), &SECRET, &crowd(1_000, key), plan(grouped));
                value(shown).unwrap() as f64 - 1_000.0
            })
            .collect()
    };
    let variance = |noise: &[f64]| noise.iter().map(|k| k * k).sum::<f64>() / noise.len() as f64;
    for (grouped, sd) in [(false, 1.323), (true, 1.6)] {
        let (seen, stated) = (variance(&noise(grouped)), sd * sd + 1.0 / 12.0);
        assert!((seen / stated - 1.0).abs() < 5.0 * (2.0_f64 / 5_000.0).sqrt(), "{seen} {stated}");
    }
    assert_eq!(half_width(persons(&gaussian(), &SECRET, &crowd(50, 1))), 3);
}

/// One draw at two scales would give the truth away. The wider noise is the narrower one and an independent
/// rest, so what the second answer adds has nothing to do with the noise of the first.
#[test]
fn a_cell_asked_with_and_without_groups_tells_no_more_than_without() {
    let shown = |grouped, key| {
        let plan = ByPlan { grouped, ..ByPlan::default() };
        value(persons_in(&gaussian(), &SECRET, &crowd(1_000, key), plan)).unwrap() as f64
    };
    let pairs: Vec<(f64, f64)> = (0..5_000)
        .map(|key| (shown(false, key) - 1_000.0, shown(true, key) - shown(false, key)))
        .collect();
    let n = pairs.len() as f64;
    let product = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / n;
    let together = product(|(narrow, rest)| narrow * rest);
    let apart = product(|(narrow, _)| narrow * narrow) * product(|(_, rest)| rest * rest);
    let correlation = together / apart.sqrt();
    assert!(correlation.abs() < 5.0 / n.sqrt(), "{correlation}");
    assert!(pairs.iter().any(|&(_, rest)| rest != 0.0));
}

/// The attack: two projects with noise of two sizes ask for one cell. From one seed both draws are nearly the same one
/// at two scales, and the truth lies near where the two answers meet. So each scale has draws of its own.
#[test]
fn noise_of_two_scales_has_nothing_in_common() {
    const TRUTH: u64 = 1_000_000;
    let from_one_seed = |sd, key| {
        let mut rng = generator(&SECRET, "persons", &crowd(TRUTH, key)).unwrap();
        TwoSidedGeometric::with_sd(sd).unwrap().sample(&mut rng) as f64
    };
    let told = |count_sd, key| {
        let noise = Noise::CellKeyGeometric { count_sd, magnitude_sd: 1.0 };
        let profile = Profile { noise, ..sample() };
        value(persons(&profile, &SECRET, &crowd(TRUTH, key))).unwrap() as f64 - TRUTH as f64
    };
    let attack = correlation(|key| (from_one_seed(1_000.0, key), from_one_seed(2_000.0, key)));
    assert!(attack > 0.5, "the attack, with one seed for both: {attack}");
    let left = correlation(|key| (told(1_000.0, key), told(2_000.0, key)));
    assert!(left.abs() < 0.1, "{left}");
}

/// Of noise around zero, over 2,000 cells.
fn correlation(noise: impl Fn(u64) -> (f64, f64)) -> f64 {
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for (a, b) in (0..2_000).map(noise) {
        both += a * b;
        first += a * a;
        second += b * b;
    }
    both / f64::sqrt(first * second)
}

/// A count and a sum of the same people are each shown or withheld by a minimum of their own: that of the count is known once
/// it was found, and would tell by the sum whether one person more is asked for.
#[test]
fn counts_and_sums_have_minimums_of_their_own() {
    let profile = Profile { min_count_sd: 1.0, dominance: NO_DOMINANCE, ..noisy() };
    let (mut withheld, mut otherwise) = (0, [0; 2]);
    for key in 0..400 {
        let c = Contribution { key, ..people(&[5; 12]) };
        let counted = persons(&profile, &SECRET, &c) == Protected::Withheld(Reason::TooFewPersons);
        let added = sum(&profile, &SECRET, "sum", &c);
        otherwise[0] += u32::from(counted != (value(added).is_none()));
        let by_rows = rows(&profile, &SECRET, "rows", &Contribution { key, ..visits(&[1; 12]) });
        otherwise[1] += u32::from(counted != value(by_rows).is_none());
        withheld += u32::from(counted);
    }
    assert!((50..200).contains(&withheld), "{withheld} of 400");
    assert!(otherwise.iter().all(|differ| (100..250).contains(differ)), "{otherwise:?} of 400");
}
