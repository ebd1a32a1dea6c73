use super::*;
use crate::noise::table::tests::handbook;

const POINT_EIGHT: CellKey = CellKey::digits(80_000_000);

fn only(size: f64) -> [Contributor; 1] {
    [Contributor { size, weight: 1.0, least: 0.0 }]
}

fn simple(sum: f64, largest: f64, share: f64) -> f64 {
    sum + stretched(&handbook(), &Scaling::flat(share), None, sum, &only(largest), POINT_EIGHT)
}

/// 300 with a largest contributor of 200 becomes 400 at a share of one half, 360 at 0.6 (between two rows).
#[test]
fn the_published_examples_of_the_handbook() {
    assert_eq!(simple(300.0, 200.0, 0.5), 400.0);
    assert!((simple(300.0, 200.0, 0.6) - 360.0).abs() < 1e-9);
}

#[test]
fn the_share_falls_past_the_flex_point() {
    let scaling = Scaling { small: 0.25, large: 0.05, flex_point: 1_000.0, exponent: 3.0 };
    for (x, share) in [
        (1.0, 0.25),
        (999.0, 0.25),
        (1_000.0, 0.25),
        (2_000.0, 0.183_33),
        (10_000.0, 0.064_73),
        (1e9, 0.05),
    ] {
        assert!((scaling.share(x) - share).abs() < 5e-6, "{x}: {}", scaling.share(x));
    }
}

#[test]
fn noise_never_takes_a_sum_past_zero() {
    for key in (1..100_000_000).step_by(999_983).map(CellKey::digits) {
        for sum in [-900.0, -30.0, -1.0, 0.0, 0.5, 20.0, 700.0] {
            let contributors = [900.0, 800.0, 700.0, 20.0, 5.0, 1.0].map(|size| Contributor {
                size,
                weight: 1.0,
                least: 0.0,
            });
            let noise = stretched(&handbook(), &Scaling::flat(0.9), None, sum, &contributors, key);
            assert!((sum + noise) * sum >= 0.0, "{sum} {noise}");
            assert!(sum != 0.0 || noise == 0.0);
        }
    }
}

/// Digits 8 0 0 .. and then 0 0 .. 8: the first contributor has an entry of +1, the second one of -1 (its key is
/// 0.00000008), and so on until the eight is in front again.
#[test]
fn each_contributor_has_the_key_rotated() {
    let sizes = [100.0, 80.0, 60.0, 40.0, 20.0, 10.0];
    let of = |n: usize| {
        let contributors: Vec<_> = sizes
            .iter()
            .take(n)
            .map(|&size| Contributor { size, weight: 1.0, least: 0.0 })
            .collect();
        stretched(&handbook(), &Scaling::flat(0.25), None, 1_000.0, &contributors, POINT_EIGHT)
    };
    let noise = [1, 2, 3, 4, 5, 6].map(of);
    assert_eq!(noise, [25.0, 5.0, -10.0, -20.0, -25.0, -27.5]);
}

#[test]
fn weights_scale_later_contributors() {
    let contributors =
        [(100.0, 1.0), (80.0, 0.5)].map(|(size, weight)| Contributor { size, weight, least: 0.0 });
    let noise =
        stretched(&handbook(), &Scaling::flat(0.25), None, 1_000.0, &contributors, POINT_EIGHT);
    assert_eq!(noise, 25.0 - 10.0);
}

#[test]
fn the_key_zero_stands_for_no_noise() {
    let noise = |key| stretched(&handbook(), &Scaling::flat(0.5), None, 300.0, &only(200.0), key);
    assert_eq!(noise(CellKey::digits(0)), 0.0);
    assert_ne!(noise(CellKey::digits(1)), 0.0);
}

/// A sum below its own scale: the noise is scaled by the sum, at the first row.
#[test]
fn a_sum_smaller_than_its_scale_scales_itself() {
    let noise = stretched(&handbook(), &Scaling::flat(0.5), None, 40.0, &only(200.0), POINT_EIGHT);
    assert_eq!(noise, 40.0, "row 1 has +1 for the key 0.8");
    let noise = stretched(&handbook(), &Scaling::flat(0.5), None, -40.0, &only(200.0), POINT_EIGHT);
    assert_eq!(noise, -40.0);
}

/// The last row has the variance 0.6. With a share of a quarter, contributors below sqrt(0.6) / 0.25 = 3.1 are small:
/// their noise is counted in whole steps.
#[test]
fn small_contributors_have_a_table_of_their_own() {
    let table = handbook();
    let small = Some(SmallCells { table: &table, unit: 1.0 });
    let scaling = Scaling::flat(0.25);
    let noise = |sum, size| stretched(&table, &scaling, small, sum, &only(size), POINT_EIGHT);
    assert_eq!(noise(30.0, 3.0), 1.0);
    assert_eq!(noise(30.0, 4.0), 1.0, "a quarter of 4");
    assert_eq!(noise(30.0, 8.0), 2.0);
    assert_eq!(noise(2.0, 3.0), 0.0, "row 2 has 0 for the key 0.8");
    let two = [3.0, 2.0].map(|size| Contributor { size, weight: 1.0, least: 0.0 });
    // Two contributors: below sqrt(0.6) / (sqrt(2) 0.25) = 2.2 is small, so 3 is not; the second key selects -1.
    assert_eq!(stretched(&table, &scaling, small, 30.0, &two, POINT_EIGHT), 0.75 - 1.0);
}

#[test]
fn a_scale_can_be_held_up() {
    let held = [Contributor { size: 28.0, weight: 1.0, least: 28.0 }];
    let noise = stretched(&handbook(), &Scaling::flat(0.25), None, 28.0 * 40.0, &held, POINT_EIGHT);
    assert_eq!(noise, 28.0, "one person more, in a count dressed as a sum of 28s");
}
