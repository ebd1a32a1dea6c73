use std::sync::Arc;

use super::*;
use crate::noise::PerturbationTable;
use crate::profile::{TableIndex, TopContributors};

const SITE: &str = include_str!("../../../../../policies/ptables/site.toml");
const ONS: &str = include_str!("../../../../../policies/ptables/ons-10-5.toml");

fn by_table(text: &str, ptable: &str, index: TableIndex, magnitude: TopContributors) -> Profile {
    let (ptable_size, small_n) = if index == TableIndex::Abs { (30, 10) } else { (0, 0) };
    let ptable = ptable.to_owned();
    Profile {
        noise: Noise::CellKeyTable { ptable, index, keys: 256, ptable_size, small_n, magnitude },
        table: Some(Arc::new(PerturbationTable::parse(text).unwrap())),
        dominance: NO_DOMINANCE,
        min_count: 3,
        min_count_measure: 3,
        ..sample()
    }
}

const TOP: TopContributors =
    TopContributors { top: 2, small: 0.25, large: 0.05, flex_point: 1_000.0, exponent: 3.0 };

pub(super) fn site() -> Profile {
    by_table(SITE, "site", TableIndex::Abs, TOP)
}

fn ons() -> Profile {
    by_table(ONS, "ons-10-5", TableIndex::Ons, TOP)
}

/// The minimum is compared with the perturbed number: a cell of eleven goes missing where noise takes it below ten,
/// and one of nine is shown where noise takes it to ten. Nothing below ten is ever shown.
#[test]
fn the_perturbed_number_can_be_compared_with_the_minimum() {
    let profile =
        Profile { check_on: CheckOn::Noisy, min_count: 10, min_count_measure: 10, ..site() };
    let outcomes = |n| -> Vec<Option<i128>> {
        (0..2_000).map(|key| value(persons(&profile, &SECRET, &crowd(n, key)))).collect()
    };
    for n in [9, 11] {
        let outcomes = outcomes(n);
        assert!(outcomes.contains(&None) && outcomes.contains(&Some(10)), "{n}");
        assert!(outcomes.iter().flatten().all(|&shown| shown >= 10), "{n}");
    }
    assert!(outcomes(1).iter().all(Option::is_none));
    let c = people(&[7; 11]);
    let sums = (0..2_000).map(|key| {
        let c = Contribution { key, ..c };
        let counted = value(persons(&profile, &SECRET, &c)).is_some();
        let added = value(sum(&profile, &SECRET, "sum", &c)).is_some();
        counted == added
    });
    assert!(sums.into_iter().all(|alike| alike), "a sum goes missing with its count");
    let nine = people(&[7; 9]);
    assert_eq!(value(sum(&profile, &SECRET, "sum", &nine)), None, "and needs the true minimum");
}

/// The published examples of the 10-5 table, whose threshold looks at the perturbed number.
#[test]
fn the_ons_table_as_published() {
    let profile = Profile {
        check_on: CheckOn::Noisy,
        min_count: 10,
        min_count_measure: 10,
        zero: ZeroRule::TreatAsSmall,
        ..ons()
    };
    let vectors = [
        (0, None),
        (7, None),
        (9, None),
        (10, Some(10)),
        (11, Some(10)),
        (14, Some(15)),
        (752, Some(750)),
        (753, Some(755)),
        (1001, Some(1000)),
        (1003, Some(1005)),
    ];
    for (truth, shown) in vectors {
        assert_eq!(value(persons(&profile, &SECRET, &crowd(truth, 5))), shown, "{truth}");
    }
    assert!(profile.tells_intervals());
    assert_eq!(half_width(persons(&profile, &SECRET, &crowd(14, 5))), 2);
}

#[test]
fn a_table_that_rounds_everybody_alike_protects_no_sum() {
    let unprotectable = Protected::Withheld(Reason::Unprotectable);
    assert_eq!(sum(&ons(), &SECRET, "sum", &people(&[100; 40])), unprotectable);
    assert_eq!(rows(&ons(), &SECRET, "rows", &visits(&[3; 40])), unprotectable);
}

#[test]
fn without_its_table_a_profile_shows_nothing() {
    let unprotectable = Protected::Withheld(Reason::Unprotectable);
    let misnamed = by_table(SITE, "another", TableIndex::Abs, TOP);
    let misfit = by_table(ONS, "ons-10-5", TableIndex::Destatis, TOP);
    for profile in [Profile { table: None, ..site() }, misnamed, misfit] {
        assert_eq!(persons(&profile, &SECRET, &crowd(50, 1)), unprotectable);
        assert_eq!(sum(&profile, &SECRET, "sum", &people(&[100; 40])), unprotectable);
        assert_eq!(rows(&profile, &SECRET, "rows", &visits(&[3; 40])), unprotectable);
    }
    assert!(!Profile { table: None, ..site() }.tells_intervals());
}

/// Over cells, the noise is the table's; for one cell it is always the same.
#[test]
fn counts_carry_the_noise_of_the_table() {
    let profile = site();
    let shown = |key| value(persons(&profile, &SECRET, &crowd(50, key))).unwrap();
    let n = 25_600_u64;
    let mut seen = [0.0; 5];
    for key in 0..n {
        assert!(key > 99 || shown(key) == shown(key));
        seen[usize::try_from(shown(key) - 48).unwrap()] += 1.0;
    }
    let chi_square: f64 = [18.0, 63.0, 94.0, 63.0, 18.0]
        .into_iter()
        .zip(seen)
        .map(|(keys, seen): (f64, f64)| (seen - keys * 100.0).powi(2) / (keys * 100.0))
        .sum();
    assert!(chi_square < 33.4, "one in a million on four degrees of freedom: {chi_square}");
    assert!(!profile.tells_intervals());
}

/// Sums of keys would move by the key of the person who joins, and so would the column: who knows that key, or has
/// learnt it from other cells, would know the noise. Under the secret nothing of it is left.
#[test]
fn a_person_more_tells_nothing_of_the_noise() {
    let profile = site();
    let noise = |n: u64, key: u64| {
        value(persons(&profile, &SECRET, &crowd(n, key))).unwrap() - i128::from(n)
    };
    let joins = 0x0100_0000; // moves the folded sum by one column
    let pairs: Vec<(i128, i128)> = (0..20_000_u64)
        .map(|key| key.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .map(|key| (noise(50, key), noise(51, key.wrapping_add(joins))))
        .collect();
    let products: i128 = pairs.iter().map(|(one, other)| one * other).sum();
    let n = pairs.len() as f64;
    let correlation = products as f64 / n / 1.06;
    assert!(correlation.abs() < 5.0 / n.sqrt(), "{correlation}");
    let other = NoiseSecret::new([8; 32]);
    let differ = (0..100).filter(|&key| {
        persons(&profile, &SECRET, &crowd(50, key)) != persons(&profile, &other, &crowd(50, key))
    });
    assert!(differ.count() > 50);
}

/// One is made 0 by the table, and must then look like nobody, interval and all.
#[test]
fn a_true_zero_looks_like_one_that_the_table_made() {
    let told = SITE.replace("confidential", "told");
    let profile = Profile {
        check_on: CheckOn::MeanCellSize,
        rounding: rounded(RoundingMethod::RandomFixed, 3).rounding,
        ..by_table(&told, "site", TableIndex::Abs, TOP)
    };
    let nobody = persons(&profile, &SECRET, &Contribution::default());
    assert_eq!(nobody, Protected::Shown { value: 0, half_width: 2 + 2 });
    let ones: Vec<_> = (0..300).map(|key| persons(&profile, &SECRET, &crowd(1, key))).collect();
    assert!(ones.contains(&nobody));
    assert!(ones.iter().any(|shown| value(*shown) == Some(3)), "one or two more and a coin");
}

fn sums(profile: &Profile, c: &Contribution) -> Vec<i128> {
    let shown = |key| value(sum(profile, &SECRET, "sum", &Contribution { key, ..*c }));
    (0..4_000).map(|key| shown(key).unwrap()).collect()
}

/// 40 persons with 100,000 each: far above the flex point the share is near 0.05 (0.05075), but the mean
/// contribution holds the scale of the first at 100,000. The second adds 5,075 times the table's noise.
#[test]
fn sums_carry_noise_in_proportion_to_their_largest_contributors() {
    let shown = sums(&site(), &people(&[100_000; 40]));
    let variance = shown.iter().map(|&s| (s as f64 - 4e6).powi(2)).sum::<f64>() / 4_000.0;
    let table = (2.0 * (18.0 * 4.0 + 63.0)) / 256.0;
    let (first, second) = (100_000.0, 5_075.0);
    let stated = table * (first * first + second * second) + 50_000.0_f64.powi(2) / 12.0;
    assert!((variance / stated - 1.0).abs() < 0.15, "{variance} {stated}");
    let width = half_width(sum(&site(), &SECRET, "sum", &people(&[100_000; 40])));
    assert_eq!(width, 2 * 200_000 + 25_000, "a band of both scales, twice, and half a step");
}

#[test]
fn amounts_of_a_profile_are_in_the_measures_own_unit() {
    // One contributor of 2,000.00 far above the others: its share is 0.18333 with the flex point at 1,000.00.
    let mut totals = [1; 40];
    totals[0] = 200_000;
    let profile = by_table(SITE, "site", TableIndex::Abs, TopContributors { top: 1, ..TOP });
    let plan = |decimals| ByPlan { decimals, ..ByPlan::default() };
    let width =
        |decimals| half_width(sum_in(&profile, &SECRET, "sum", &people(&totals), plan(decimals)));
    // 36,667 goes up to 50,000; in whole units 200,000 is far above the flex point: 10,016 goes up to 20,000.
    assert_eq!((width(2), width(0)), (100_000 + 5_000, 40_000 + 2_500));
}

/// Two sums over the same persons that differ by a row of somebody in the middle: with the same key, and the same
/// largest contributor, their difference would be exact.
#[test]
fn sums_of_the_same_persons_do_not_share_noise() {
    let noise = |total: i128, c: &Contribution| -> Vec<i128> {
        sums(&site(), c).into_iter().map(|shown| shown - total).collect()
    };
    let (mut one, mut other) = ([100_000; 40], [100_000; 40]);
    (one[0], other[0]) = (900_000, 900_000);
    other[7] = 90_000;
    let (first, second) = (noise(4_800_000, &people(&one)), noise(4_790_000, &people(&other)));
    let product = |f: fn((i128, i128)) -> i128| -> f64 {
        first.iter().copied().zip(second.iter().copied()).map(f).sum::<i128>() as f64
    };
    let correlation =
        product(|(a, b)| a * b) / (product(|(a, _)| a * a) * product(|(_, b)| b * b)).sqrt();
    assert!(correlation.abs() < 5.0 / 4_000.0_f64.sqrt(), "{correlation}");
}

#[test]
fn a_count_dressed_as_a_sum_or_as_rows_carries_at_least_the_noise_of_a_count() {
    for part in [1, 28] {
        let shown = sums(&site(), &people(&vec![part; 50]));
        let exact = shown.iter().filter(|&&sum| sum == 50 * part).count();
        assert!(exact < 1_800, "{exact} of 4000 exact; 94 of 256 are with a count");
    }
    let doubled = visits(&[2; 50]);
    let exact = (0..4_000)
        .filter(|&key| {
            value(rows(&site(), &SECRET, "rows", &Contribution { key, ..doubled })) == Some(100)
        })
        .count();
    assert!(exact < 1_800, "{exact} of 4000 exact");
}

#[test]
fn only_the_two_largest_are_known() {
    for top in [0, 3] {
        let profile = by_table(SITE, "site", TableIndex::Abs, TopContributors { top, ..TOP });
        let unprotectable = Protected::Withheld(Reason::Unprotectable);
        assert_eq!(sum(&profile, &SECRET, "sum", &people(&[100; 40])), unprotectable);
    }
}

#[test]
fn huge_and_negative_sums_keep_their_sign() {
    let profile = Profile { negatives: Negatives::Abs, ..site() };
    for total in [10_i128.pow(30), -(10_i128.pow(30)), -7] {
        for shown in sums(&profile, &people(&[total; 3])) {
            assert!(shown * total.signum() >= 0, "{total}: {shown}");
        }
    }
}

/// A failure here means that released noise would be drawn anew, and old and new answers could be averaged.
#[test]
fn golden_answers() {
    let keys = || (0..12).map(|key: u64| key.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let counts = |profile: &Profile| -> Vec<i128> {
        keys().map(|key| value(persons(profile, &SECRET, &crowd(50, key))).unwrap()).collect()
    };
    assert_eq!(counts(&site()), [51, 52, 52, 49, 51, 49, 49, 51, 50, 49, 51, 51]);
    assert_eq!(counts(&gaussian()), [47, 51, 48, 51, 52, 49, 48, 49, 50, 51, 49, 51]);
    assert_eq!(
        counts(&rounded(RoundingMethod::RandomFixed, 3)),
        [51, 51, 51, 51, 51, 51, 51, 51, 51, 48, 48, 51]
    );
    let c = people(&[12_345; 40]);
    let sums = |profile: &Profile| -> Vec<i128> {
        keys()
            .map(|key| value(sum(profile, &SECRET, "sum", &Contribution { key, ..c })).unwrap())
            .collect()
    };
    assert_eq!(
        sums(&site()),
        [
            495000, 520000, 495000, 470000, 495000, 505000, 495000, 495000, 470000, 480000, 495000,
            505000
        ]
    );
    assert_eq!(
        sums(&gaussian()),
        [
            540000, 460000, 500000, 450000, 470000, 470000, 500000, 490000, 470000, 490000, 490000,
            510000
        ]
    );
}
