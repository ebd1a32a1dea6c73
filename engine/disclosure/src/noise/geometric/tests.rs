use super::*;
use crate::noise::check::{Stated, draws, rng};
use crate::noise::grains::LARGEST_PLAIN_SD;
use rand::RngExt;

/// The exact mass function, written apart from the sampler: (1-a)/(1+a) * a^|k| with variance 2a/(1-a)^2.
fn stated(sd: f64) -> Stated {
    let variance = sd * sd;
    let a = (1.0 + variance - (1.0 + 2.0 * variance).sqrt()) / variance;
    let most = (sd * 40.0) as i128 + 40;
    Stated::over(most, |k| (1.0 - a) / (1.0 + a) * a.powi(k.unsigned_abs() as i32))
}

#[test]
fn draws_follow_the_distribution() {
    for (seed, sd) in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 5.0), (5, 30.0)] {
        let truth = TwoSidedGeometric::with_sd(sd).unwrap();
        let mut rng = rng(seed);
        assert_eq!(stated(sd).check(&draws(|| truth.sample(&mut rng))), Ok(()), "sd {sd}");
    }
}

#[test]
fn the_probability_told_is_the_stated_one() {
    let (truth, stated) = (TwoSidedGeometric::with_sd(2.0).unwrap(), stated(2.0));
    for width in 0..30_i128 {
        let inside: f64 = (-width..=width).map(|k| truth.probability(k)).sum();
        assert!((inside - stated.within(width.unsigned_abs())).abs() < 1e-12);
    }
}

#[test]
fn broken_samplers_are_rejected() {
    let truth = TwoSidedGeometric::with_sd(2.0).unwrap();
    let stated = stated(2.0);
    let mut rng = rng(7);
    let reject = |name: &str, draws: Vec<i128>| {
        assert!(stated.check(&draws).is_err(), "{name} passed");
    };
    // A random sign on one geometric number hits 0 from both sides.
    let signed = draws(|| if rng.random() { truth.side(&mut rng) } else { -truth.side(&mut rng) });
    reject("signed", signed);
    reject("one-sided", draws(|| truth.side(&mut rng)));
    reject("clamped", draws(|| truth.sample(&mut rng).clamp(-6, 6)));
    for sd in [1.96, 2.04] {
        let other = TwoSidedGeometric::with_sd(sd).unwrap();
        reject("two percent off", draws(|| other.sample(&mut rng)));
    }
    let inflated = draws(|| if rng.random_ratio(1, 100) { 0 } else { truth.sample(&mut rng) });
    reject("one percent more zeros", inflated);
    reject("twice the half", draws(|| truth.sample(&mut rng) / 2 * 2));
    // The continuous distribution cut off instead of rounded: 0 gets what lies up to 1 on both sides.
    let scale = 2.0 / 2.0_f64.sqrt();
    let cut = draws(|| {
        let (up, down) = (1.0 - rng.random::<f64>(), 1.0 - rng.random::<f64>());
        ((down.ln() - up.ln()) * scale) as i128
    });
    reject("cut off", cut);
}

#[test]
fn large_scales_keep_their_spread_and_their_last_digits() {
    for (seed, sd) in [(1, 1e9), (2, 1e10), (3, 1e12), (4, 1e20), (5, 1e36)] {
        let distribution = TwoSidedGeometric::with_sd(sd).unwrap();
        let mut rng = rng(seed);
        let draws: Vec<i128> = (0..20_000).map(|_| distribution.sample(&mut rng)).collect();
        let n = draws.len() as f64;
        let variance = draws.iter().map(|&k| (k as f64 / sd).powi(2)).sum::<f64>() / n;
        assert!((variance - 1.0).abs() < 5.0 * (5.0 / n).sqrt(), "sd {sd}: {variance}");
        let odd = draws.iter().filter(|&&k| k % 2 != 0).count() as f64;
        assert!((odd / n - 0.5).abs() < 5.0 * 0.5 / n.sqrt(), "sd {sd}: {odd} odd");
        let inside = draws.iter().filter(|k| k.unsigned_abs() <= distribution.half_width()).count();
        assert!(
            (inside as f64 / n - 0.95).abs() < 5.0 * 0.22 / n.sqrt(),
            "sd {sd}: {inside} inside"
        );
    }
}

#[test]
fn plain_and_grained_draws_join_smoothly() {
    let plain = TwoSidedGeometric::with_sd(LARGEST_PLAIN_SD).unwrap();
    let grained = TwoSidedGeometric::with_sd(LARGEST_PLAIN_SD * 1.0001).unwrap();
    assert_eq!((plain.grain_bits, grained.grain_bits), (0, 1));
    let ratio = grained.half_width() as f64 / plain.half_width() as f64;
    assert!((ratio - 1.0001).abs() < 1e-6);
}

#[test]
fn the_half_width_is_the_smallest_that_holds_95_percent() {
    for tenths in 1..400 {
        let distribution = TwoSidedGeometric::with_sd(f64::from(tenths) / 10.0).unwrap();
        let width = distribution.half_width() as i128;
        let inside = |w: i128| (-w..=w).map(|k| distribution.probability(k)).sum::<f64>();
        assert!(inside(width) >= 0.95 - 1e-9, "sd {tenths}/10");
        assert!(width == 0 || inside(width - 1) < 0.95, "sd {tenths}/10");
    }
}

#[test]
fn the_probabilities_have_the_standard_deviation_asked_for() {
    for sd in [0.1, 1.0, 2.0, 17.5] {
        let distribution = TwoSidedGeometric::with_sd(sd).unwrap();
        let variance: f64 =
            (-2000..=2000).map(|k| (k as f64).powi(2) * distribution.probability(k)).sum();
        assert!((variance / (sd * sd) - 1.0).abs() < 1e-9, "{sd}: {variance}");
    }
}

#[test]
fn no_spread_is_no_noise_and_nonsense_is_no_distribution() {
    let none = TwoSidedGeometric::with_sd(0.0).unwrap();
    assert_eq!((none.sample(&mut rng(1)), none.half_width()), (0, 0));
    for sd in [f64::NAN, f64::INFINITY, -1.0, 1e37] {
        assert!(TwoSidedGeometric::with_sd(sd).is_none(), "{sd}");
    }
}
