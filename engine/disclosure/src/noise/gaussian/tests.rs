use super::*;
use crate::noise::check::{Stated, draws, rng};
use crate::noise::grains::LARGEST_PLAIN_SD;
use rand::RngExt;

/// The chance of at most x under the standard normal distribution, by its Taylor series (to 1e-13 for |x| < 7).
fn below(x: f64) -> f64 {
    if x.abs() > 7.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut term, mut sum, mut k) = (x, x, 1.0);
    while term.abs() > 1e-18 {
        k += 2.0;
        term *= x * x / k;
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

fn mass(sd: f64, k: i128) -> f64 {
    let k = k as f64;
    below((k + 0.5) / sd) - below((k - 0.5) / sd)
}

fn stated(sd: f64) -> Stated {
    Stated::over((sd * 7.0) as i128 + 2, |k| mass(sd, k).max(0.0))
}

#[test]
fn the_series_agrees_with_printed_values() {
    for (x, printed) in
        [(0.0, 0.5), (1.0, 0.841_344_746), (1.959_964, 0.975), (-3.0, 0.001_349_898)]
    {
        assert!((below(x) - printed).abs() < 1e-8, "{x}");
    }
}

#[test]
fn draws_follow_the_distribution() {
    for (seed, sd) in [(1, 0.5), (2, 1.323), (3, 1.6), (4, 5.0), (5, 30.0)] {
        let truth = RoundedGaussian::with_sd(sd).unwrap();
        let mut rng = rng(seed);
        assert_eq!(stated(sd).check(&draws(|| truth.sample(&mut rng))), Ok(()), "sd {sd}");
    }
}

#[test]
fn broken_samplers_are_rejected() {
    const SD: f64 = 1.323;
    let truth = RoundedGaussian::with_sd(SD).unwrap();
    let stated = stated(SD);
    let mut rng = rng(7);
    let reject = |name: &str, draws: Vec<i128>| {
        assert!(stated.check(&draws).is_err(), "{name} passed");
    };
    reject("one-sided", draws(|| truth.sample(&mut rng).abs()));
    for sd in [SD * 0.98, SD * 1.02] {
        let other = RoundedGaussian::with_sd(sd).unwrap();
        reject("two percent off", draws(|| other.sample(&mut rng)));
    }
    let inflated = draws(|| if rng.random_ratio(1, 100) { 0 } else { truth.sample(&mut rng) });
    reject("one percent more zeros", inflated);
    let normal = |rng: &mut _| -> f64 { StandardNormal.sample(rng) };
    reject("cut off", draws(|| (normal(&mut rng) * SD) as i128));
    reject("rounded down", draws(|| (normal(&mut rng) * SD).floor() as i128));
    reject(
        "rounded twice",
        draws(|| ((normal(&mut rng) * 2.0).round() / 2.0 * SD).round() as i128),
    );
    let twelve = draws(|| {
        let sum: f64 = (0..12).map(|_| rng.random::<f64>()).sum();
        ((sum - 6.0) * SD).round() as i128
    });
    reject("the sum of twelve even draws", twelve);
}

/// A breakdown carries the noise of a total and more, and has its own size all the same: i2b2's 1.323 and 1.6.
#[test]
fn what_is_missing_adds_up_to_the_wider_distribution() {
    for (seed, narrow, wide) in [(1, 1.323, 1.6), (2, 2.0, 5.0), (3, 0.8, 1.0)] {
        let [base, wider] = [narrow, wide].map(|sd| RoundedGaussian::with_sd(sd).unwrap());
        let missing = base.up_to(wider);
        let most = (wide * 15.0) as i128;
        let convolved = |k: i128| {
            (-most..=most)
                .map(|j| mass(narrow, j).max(0.0) * mass(missing.sd, k - j).max(0.0))
                .sum()
        };
        let both = Stated::over(most, convolved);
        let mut rng = rng(seed);
        assert_eq!(
            both.check(&draws(|| base.sample(&mut rng) + missing.sample(&mut rng))),
            Ok(()),
            "{narrow} and {wide}"
        );
        let variance = stated(wide).moment(2);
        assert!((both.moment(2) / variance - 1.0).abs() < 0.02, "{} {variance}", both.moment(2));
        assert!(both.within(wider.half_width()) > 0.945, "{narrow} and {wide}");
    }
}

#[test]
fn nothing_is_missing_for_a_distribution_that_is_no_wider() {
    let base = RoundedGaussian::with_sd(2.0).unwrap();
    let none = base.up_to(RoundedGaussian::with_sd(1.5).unwrap());
    assert_eq!((none.sd(), none.sample(&mut rng(1))), (0.0, 0));
}

#[test]
fn large_scales_keep_their_spread_and_their_last_digits() {
    for (seed, sd) in [(1, 1e9), (2, 1e10), (3, 1e12), (4, 1e20), (5, 1e36)] {
        let distribution = RoundedGaussian::with_sd(sd).unwrap();
        let mut rng = rng(seed);
        let draws: Vec<i128> = (0..20_000).map(|_| distribution.sample(&mut rng)).collect();
        let n = draws.len() as f64;
        let variance = draws.iter().map(|&k| (k as f64 / sd).powi(2)).sum::<f64>() / n;
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "sd {sd}: {variance}");
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
    let plain = RoundedGaussian::with_sd(LARGEST_PLAIN_SD).unwrap();
    let grained = RoundedGaussian::with_sd(LARGEST_PLAIN_SD * 1.0001).unwrap();
    assert_eq!((plain.grain_bits, grained.grain_bits), (0, 1));
}

#[test]
fn the_half_width_is_the_smallest_that_holds_95_percent() {
    for tenths in 1..400 {
        let sd = f64::from(tenths) / 10.0;
        let width = RoundedGaussian::with_sd(sd).unwrap().half_width();
        let stated = stated(sd);
        assert!(stated.within(width) >= 0.95 - 1e-9, "sd {sd}");
        assert!(width == 0 || stated.within(width - 1) < 0.95, "sd {sd}");
    }
}

/// A failure here means that released noise would be drawn anew.
#[test]
fn golden_draws() {
    let mut rng = rng(43);
    let draws = [1.323, 1.6, 5.0, 1e6, 1e12, 1e20]
        .map(|sd| RoundedGaussian::with_sd(sd).unwrap().sample(&mut rng));
    assert_eq!(draws, [0, -1, 6, -430_262, -928_056_593_853, -29_465_800_953_665_290_481]);
}

#[test]
fn no_spread_is_no_noise_and_nonsense_is_no_distribution() {
    let none = RoundedGaussian::with_sd(0.0).unwrap();
    assert_eq!((none.sample(&mut rng(1)), none.half_width()), (0, 0));
    for sd in [f64::NAN, f64::INFINITY, -1.0, 1e37] {
        assert!(RoundedGaussian::with_sd(sd).is_none(), "{sd}");
    }
}
