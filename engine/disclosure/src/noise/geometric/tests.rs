use super::*;
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;

const DRAWS: u32 = 200_000;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn draws(mut draw: impl FnMut() -> i128) -> Vec<i128> {
    (0..DRAWS).map(|_| draw()).collect()
}

/// Whether draws follow the distribution: mean and variance within 5 standard errors, chi-square
/// within 5 standard deviations of its mean. A sound sampler fails about once in 500,000 seeds; the
/// seeds here are fixed.
fn check(draws: &[i128], truth: &TwoSidedGeometric) -> Result<(), String> {
    let n = draws.len() as f64;
    let a = 1.0 - truth.p;
    let variance = 2.0 * a / (truth.p * truth.p);
    let mean = draws.iter().map(|&k| k as f64).sum::<f64>() / n;
    if mean.abs() > 5.0 * (variance / n).sqrt() {
        return Err(format!("mean {mean}"));
    }
    let square = draws.iter().map(|&k| (k as f64).powi(2)).sum::<f64>() / n;
    let kurtosis = 6.0 + 1.0 / variance; // of this distribution; 6 for the Laplace it tends to
    if (square / variance - 1.0).abs() > 5.0 * ((kurtosis - 1.0) / n).sqrt() {
        return Err(format!("variance {square}, expected {variance}"));
    }
    check_shape(draws, truth)
}

fn check_shape(draws: &[i128], truth: &TwoSidedGeometric) -> Result<(), String> {
    let n = draws.len() as f64;
    let edge = (0..).take_while(|&k| truth.probability(k) * n >= 10.0).last().unwrap();
    let mut left = (1.0, n);
    let mut chi_square = 0.0;
    for k in -edge..=edge {
        let (expected, seen) =
            (truth.probability(k), draws.iter().filter(|&&draw| draw == k).count() as f64);
        chi_square += (seen - expected * n).powi(2) / (expected * n);
        left = (left.0 - expected, left.1 - seen);
    }
    chi_square += (left.1 - left.0 * n).powi(2) / (left.0 * n);
    let freedom = (2 * edge + 1) as f64;
    let z = (chi_square - freedom) / (2.0 * freedom).sqrt();
    if z.abs() > 5.0 {
        Err(format!("chi-square {chi_square} on {freedom}, z = {z}"))
    } else {
        Ok(())
    }
}

#[test]
fn draws_follow_the_distribution() {
    for (seed, sd) in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 5.0), (5, 30.0)] {
        let truth = TwoSidedGeometric::with_sd(sd).unwrap();
        let mut rng = rng(seed);
        assert_eq!(check(&draws(|| truth.sample(&mut rng)), &truth), Ok(()), "sd {sd}");
    }
}

#[test]
fn broken_samplers_are_rejected() {
    let truth = TwoSidedGeometric::with_sd(2.0).unwrap();
    let mut rng = rng(7);
    let reject = |name: &str, draws: Vec<i128>| {
        assert!(check(&draws, &truth).is_err(), "{name} passed");
    };
    // A random sign on one geometric number hits 0 from both sides.
    let signed = draws(|| if rng.random() { truth.side(&mut rng) } else { -truth.side(&mut rng) });
    reject("signed", signed);
    reject("one-sided", draws(|| truth.side(&mut rng)));
    reject("clamped", draws(|| truth.sample(&mut rng).clamp(-6, 6)));
    let wider = TwoSidedGeometric::with_sd(2.05).unwrap();
    reject("slightly too wide", draws(|| wider.sample(&mut rng)));
    reject("twice the half", draws(|| truth.sample(&mut rng) / 2 * 2));
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
