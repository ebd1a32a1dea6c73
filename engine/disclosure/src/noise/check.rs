//! Whether a million draws follow a stated distribution (tests only).
//!
//! Three statistics are compared with what the distribution says: mean and variance, both in standard errors, and the
//! number of draws of each value, as chi-square turned into a nearly normal number (Wilson and Hilferty). Each may be off
//! by five: a sound sampler fails one of them about once in a million seeds. Seeds are fixed, so that a test passes
//! always or never.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;

/// How many draws are looked at.
pub(crate) const DRAWS: u32 = 1_000_000;

/// A statistic may be off by so many of its standard errors.
const ALLOWED: f64 = 5.0;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn draws(mut draw: impl FnMut() -> i128) -> Vec<i128> {
    (0..DRAWS).map(|_| draw()).collect()
}

/// A distribution over whole numbers, of which at least two are possible.
pub(crate) struct Stated {
    /// Value and probability, those of probability 0 left out.
    chances: Vec<(i128, f64)>,
}

impl Stated {
    /// The values -most ..= most, which must hold all but 1e-9.
    pub(crate) fn over(most: i128, chance: impl Fn(i128) -> f64) -> Self {
        Self::of((-most..=most).map(|k| (k, chance(k))))
    }

    pub(crate) fn of(chances: impl IntoIterator<Item = (i128, f64)>) -> Self {
        let chances: Vec<_> = chances.into_iter().filter(|(_, chance)| *chance > 0.0).collect();
        let all: f64 = chances.iter().map(|(_, chance)| chance).sum();
        assert!((all - 1.0).abs() < 1e-9, "these are no probabilities: {all}");
        Self { chances }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.chances.iter().map(|&(k, chance)| k as f64 * chance).sum()
    }

    /// The mean of the given power of the distance from the mean.
    pub(crate) fn moment(&self, power: i32) -> f64 {
        let mean = self.mean();
        self.chances.iter().map(|&(k, chance)| (k as f64 - mean).powi(power) * chance).sum()
    }

    pub(crate) fn within(&self, half_width: u128) -> f64 {
        let inside = |(k, _): &&(i128, f64)| k.unsigned_abs() <= half_width;
        self.chances.iter().filter(inside).map(|(_, chance)| chance).sum()
    }

    /// Says what is wrong with the draws.
    pub(crate) fn check(&self, draws: &[i128]) -> Result<(), String> {
        let n = draws.len() as f64;
        let (mean, variance) = (self.mean(), self.moment(2));
        let seen = draws.iter().map(|&k| k as f64).sum::<f64>() / n;
        if (seen - mean).abs() > ALLOWED * (variance / n).sqrt() {
            return Err(format!("mean {seen}, expected {mean}"));
        }
        let seen = draws.iter().map(|&k| (k as f64 - mean).powi(2)).sum::<f64>() / n;
        let error = ((self.moment(4) - variance * variance).max(0.0) / n).sqrt();
        if (seen - variance).abs() > ALLOWED * error + 1e-9 {
            return Err(format!("variance {seen}, expected {variance}"));
        }
        self.check_values(draws)
    }

    /// Values that are expected less than ten times count as one.
    fn check_values(&self, draws: &[i128]) -> Result<(), String> {
        let n = draws.len() as f64;
        let mut seen: HashMap<i128, f64> = HashMap::new();
        for &draw in draws {
            *seen.entry(draw).or_default() += 1.0;
        }
        let (mut chi_square, mut classes) = (0.0, 0.0);
        let mut rest = (n, n);
        for &(k, chance) in self.chances.iter().filter(|(_, chance)| chance * n >= 10.0) {
            let (expected, seen) = (chance * n, seen.get(&k).copied().unwrap_or(0.0));
            chi_square += (seen - expected).powi(2) / expected;
            classes += 1.0;
            rest = (rest.0 - expected, rest.1 - seen);
        }
        if rest.0 > 1.0 {
            chi_square += (rest.1 - rest.0).powi(2) / rest.0;
            classes += 1.0;
        } else if rest.1 > 20.0 {
            return Err(format!("{} draws of what cannot be", rest.1));
        }
        let freedom: f64 = classes - 1.0;
        let of_cube_root = 2.0 / (9.0 * freedom);
        let z = ((chi_square / freedom).cbrt() - (1.0 - of_cube_root)) / of_cube_root.sqrt();
        if z > ALLOWED {
            Err(format!("chi-square {chi_square} on {freedom}, z = {z}"))
        } else {
            Ok(())
        }
    }
}
