//! Random draws that are the same on every machine and in every version: ChaCha8 bits, and arithmetic of our own on
//! top, because libraries change how they turn bits into numbers.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A stream of draws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this seed, purpose and block.
    pub(super) fn new(seed: u64, purpose: &str, block: u64) -> Self {
        let mut digest = Sha256::new();
        digest.update(seed.to_le_bytes());
        digest.update(block.to_le_bytes());
        digest.update(purpose.as_bytes());
        Self(ChaCha8Rng::from_seed(digest.finalize().into()))
    }

    /// A number from 0 to 1, without 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number from 0 to `end`, without `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        ((u64::from(self.0.next_u32()) * end as u64) >> 32) as usize
    }

    /// Yes with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        f64::from(self.0.next_u32()) < probability * 4_294_967_296.0
    }

    /// A waiting time of this mean: often small, sometimes many times the mean.
    pub(super) fn waiting(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// How often something happens that happens `mean` times on average: a floor of waiting times, so the tail is
    /// long. Exact in the mean.
    pub(super) fn count(&mut self, mean: f64, most: usize) -> usize {
        // The floor of a waiting time of mean m is 1 / (exp(1/m) - 1) on average; undo that.
        let waiting = 1.0 / (1.0 / mean.max(1e-9)).ln_1p();
        (self.waiting(waiting) as usize).min(most)
    }

    /// About normal: mean 0, deviation 1, never beyond 6.
    pub(super) fn bell(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 3.0_f64.sqrt()
    }

    /// One of a few.
    pub(super) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list.get(self.below(list.len())).copied().unwrap_or_default()
    }

    fn slot(&mut self) -> usize {
        (self.0.next_u32() >> 16) as usize
    }
}

/// Draws positions with given weights in one look-up.
pub(super) struct Wheel(Vec<u16>);

const SLOTS: usize = 1 << 16;

impl Wheel {
    /// A wheel for these weights; a positive weight gets at least one slot in 65,536.
    pub(super) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let weights: Vec<f64> = weights.into_iter().collect();
        let total: f64 = weights.iter().sum();
        let mut slots = Vec::with_capacity(SLOTS);
        for (position, weight) in (0_u16..).zip(&weights) {
            let share = (weight / total * SLOTS as f64).round() as usize;
            let share = if *weight > 0.0 { share.max(1) } else { 0 };
            slots.extend(std::iter::repeat_n(position, share));
        }
        Self(slots)
    }

    /// A wheel on which the first of `n` is drawn most and the k-th 1/k times as often.
    pub(super) fn zipf(n: usize) -> Self {
        Self::new((1..=n).map(|rank| 1.0 / rank as f64))
    }

    pub(super) fn draw(&self, dice: &mut Dice) -> usize {
        let position = dice.slot() * self.0.len() / SLOTS;
        self.0.get(position).copied().unwrap_or(0).into()
    }
}
