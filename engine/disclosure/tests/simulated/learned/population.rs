//! Where people come from: a mixture of kinds of people, each with its own shares of the values of five attributes.

use rand::rngs::ChaCha20Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_distr::{Binomial, Distribution, StandardNormal};

/// Attributes that a question can ask for.
pub(crate) const ATTRIBUTES: usize = 5;

/// Numbers of values, as in census data.
const VALUES: [usize; 9] = [2, 5, 6, 7, 9, 15, 16, 42, 70];

const KINDS: usize = 4;

/// Shares of the people, by which attributes they have in common with the target (the target itself aside).
pub(crate) struct Population {
    shares: [f64; 1 << ATTRIBUTES],
}

impl Population {
    /// A population and somebody in it whose combination of values nobody else has.
    pub(crate) fn with_target(seed: u64, persons: u64) -> Self {
        let rng = &mut ChaCha20Rng::seed_from_u64(seed);
        let mut values = VALUES;
        values.shuffle(rng);
        let kinds: Vec<(f64, Vec<Vec<f64>>)> = {
            let common: Vec<Vec<f64>> = values
                .iter()
                .take(ATTRIBUTES)
                .map(|&values| tilted(&vec![1.0; values], 1.0, rng))
                .collect();
            (0..KINDS)
                .map(|_| (1.0, common.iter().map(|shares| tilted(shares, 0.7, rng)).collect()))
                .collect()
        };
        loop {
            let (_, kind) = kinds.choose(rng).unwrap();
            let target: Vec<usize> = kind.iter().map(|shares| pick(shares, rng)).collect();
            let shares = shares(&kinds, &target);
            // Unique in most extracts anyway; in these it is in all of them.
            if shares[shares.len() - 1] * (persons as f64) < 0.5 {
                return Self { shares: without_last(shares) };
            }
        }
    }

    /// How many of so many people have what in common with the target, by secret: atom = attributes + 32 if secret.
    pub(crate) fn draw(&self, persons: u64, rng: &mut ChaCha20Rng) -> Vec<u64> {
        let mut drawn = vec![0; 2 << ATTRIBUTES];
        let (mut left, mut mass) = (persons, 1.0);
        for (atom, share) in self.shares.iter().enumerate() {
            let here = binomial(left, share / mass, rng);
            let with = binomial(here, 0.5, rng);
            drawn[atom] = here - with;
            drawn[atom + self.shares.len()] = with;
            left -= here;
            mass -= share;
        }
        drawn
    }
}

fn binomial(of: u64, share: f64, rng: &mut ChaCha20Rng) -> u64 {
    Binomial::new(of, share.clamp(0.0, 1.0)).unwrap().sample(rng)
}

fn tilted(shares: &[f64], by: f64, rng: &mut ChaCha20Rng) -> Vec<f64> {
    let tilt = |share: &f64| {
        let standard: f64 = StandardNormal.sample(rng);
        share * (by * standard).exp()
    };
    let tilted: Vec<f64> = shares.iter().map(tilt).collect();
    let all: f64 = tilted.iter().sum();
    tilted.iter().map(|share| share / all).collect()
}

fn pick(shares: &[f64], rng: &mut ChaCha20Rng) -> usize {
    let mut left: f64 = rng.random();
    shares
        .iter()
        .position(|share| {
            left -= share;
            left < 0.0
        })
        .unwrap_or(0)
}

fn shares(kinds: &[(f64, Vec<Vec<f64>>)], target: &[usize]) -> [f64; 1 << ATTRIBUTES] {
    std::array::from_fn(|common| {
        let of_kind = |(weight, attributes): &(f64, Vec<Vec<f64>>)| {
            let shares = attributes.iter().zip(target).enumerate().map(|(at, (shares, value))| {
                if common >> at & 1 == 1 { shares[*value] } else { 1.0 - shares[*value] }
            });
            weight / kinds.len() as f64 * shares.product::<f64>()
        };
        kinds.iter().map(of_kind).sum()
    })
}

fn without_last(mut shares: [f64; 1 << ATTRIBUTES]) -> [f64; 1 << ATTRIBUTES] {
    shares[(1 << ATTRIBUTES) - 1] = 0.0;
    let all: f64 = shares.iter().sum();
    shares.map(|share| share / all)
}
