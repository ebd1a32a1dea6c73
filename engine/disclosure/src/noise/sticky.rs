//! Which draw a cell gets (SAME-CELL-SAME-ANSWER).
//!
//! The seed is HMAC-SHA256 over the noise version, the base measure, the number of persons, the cell
//! key, and for magnitudes the total and what sets the scale of the noise, under a secret that only the coordinator has. Never an input:
//! the SQL text, the researcher, the project, the time, the run, the files, the number of rows. The generator is ChaCha20 by name, because the default generator of `rand` may
//! change.
//!
//! Drawing other numbers for the same cell lets an old and a new release be averaged. So
//! `rand_distr` is pinned exactly, the tests hold golden draws, and a change that is meant raises
//! [`NOISE_VERSION`] and is announced.

#[cfg(test)]
mod tests;

use hmac::{Hmac, KeyInit, Mac};
use rand::rngs::ChaCha20Rng;
use rand::{Rng, SeedableRng};
use sha2::Sha256;

use crate::contribution::Contribution;
use crate::low_effect::Layer;

/// Which draws cells get; part of every seed.
pub const NOISE_VERSION: u32 = 2;

/// Keeps these seeds apart from everything else that might be computed under the same secret.
const DOMAIN: &[u8] = b"tresor/disclosure/noise\0";

/// 256 secret bits that every noise draw depends on. Has neither `Debug` nor `Display` nor
/// `Serialize`.
#[derive(Clone)]
pub struct NoiseSecret([u8; 32]);

impl NoiseSecret {
    /// Wraps the bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The generator that draws the noise of one base measure over one set of persons.
///
/// `measure` is the canonical name of what is measured, such as `persons` or
/// `sum:sample.admissions.cost`. The total is part of the seed: else two sums over the same persons
/// but other rows would draw the same noise, and their difference would have none. The number of
/// rows is not: a sum of sums per person is the same sum. What sets the scale is: draws from one seed
/// at two scales are nearly proportional, and two such answers would tell the truth between them. For a number of persons neither is: hand
/// over [`Contribution::only_persons`]. `None` only when the secret cannot key the hash; the value
/// is then withheld.
#[must_use]
pub fn generator(secret: &NoiseSecret, measure: &str, c: &Contribution) -> Option<ChaCha20Rng> {
    let mut hash = Hmac::<Sha256>::new_from_slice(&secret.0).ok()?;
    hash.update(DOMAIN);
    hash.update(&NOISE_VERSION.to_be_bytes());
    // The length in front keeps a long name from running into the numbers behind it.
    hash.update(&(measure.len() as u64).to_be_bytes());
    hash.update(measure.as_bytes());
    hash.update(&c.persons.to_be_bytes());
    hash.update(&c.key.to_be_bytes());
    hash.update(&c.total.to_be_bytes());
    hash.update(&c.absolute.to_be_bytes());
    hash.update(&c.largest().to_be_bytes());
    Some(ChaCha20Rng::from_seed(hash.finalize().into_bytes().into()))
}

/// The generator of one more draw over the same persons: `purpose` says what for, with every number that scales it, so
/// that no two methods and no two scales share a draw. One draw at two scales would be worse than two draws: such
/// noise is proportional, and the truth lies where the two answers meet.
#[must_use]
pub fn generator_for(
    secret: &NoiseSecret,
    purpose: &str,
    measure: &str,
    c: &Contribution,
) -> Option<ChaCha20Rng> {
    generator(secret, &format!("{purpose}\0{measure}"), c)
}

/// The generator of a condition's noise on one measure: the same for every cell that has the condition, whoever is in it.
#[must_use]
pub fn generator_for_layer(
    secret: &NoiseSecret,
    purpose: &str,
    measure: &str,
    layer: &Layer,
) -> Option<ChaCha20Rng> {
    let Layer(digest) = layer;
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    generator_for(secret, &format!("{purpose} of {digest}"), measure, &Contribution::default())
}

/// 64 bits that belong to the cell, for a coin or a look-up; evenly distributed over cells.
#[must_use]
pub fn bits(secret: &NoiseSecret, purpose: &str, measure: &str, c: &Contribution) -> Option<u64> {
    Some(generator_for(secret, purpose, measure, c)?.next_u64())
}
