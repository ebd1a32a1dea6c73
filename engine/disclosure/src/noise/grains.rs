//! Large noise without holes: whole grains of a power of two, and what lies within one grain drawn evenly.
//!
//! A draw in floating point has 53 bits. Noise far larger than that would be a multiple of some power of two, and the
//! last digits of the value would stay what they are. So above [`LARGEST_PLAIN_SD`] the number of grains is drawn from
//! the distribution and the place in the grain evenly (after Bringmann and Friedrich 2013): within one grain the true
//! probabilities differ by less than 2^-30 of their size.

use rand::{Rng, RngExt};

/// Largest standard deviation that is drawn without grains: 2^32.
pub(super) const LARGEST_PLAIN_SD: f64 = 4_294_967_296.0;

/// Above this `i128` could not hold the noise (2^120).
pub(super) const LARGEST_SD: f64 = (1_u128 << 120) as f64;

/// Splits a standard deviation: a grain is 2 to the power of the first, the second is counted in grains.
pub(super) fn split(sd: f64) -> (u32, f64) {
    let (mut bits, mut grain_sd) = (0, sd);
    while grain_sd > LARGEST_PLAIN_SD {
        bits += 1;
        grain_sd /= 2.0;
    }
    (bits, grain_sd)
}

/// A place in a grain, from 0 to one below its size. Draws nothing where a grain is one unit.
pub(super) fn place<R: Rng + ?Sized>(bits: u32, rng: &mut R) -> u128 {
    match bits {
        0 => 0,
        bits => rng.random::<u128>() & (size(bits) - 1),
    }
}

/// Units in a grain.
pub(super) const fn size(bits: u32) -> u128 {
    1 << if bits < 127 { bits } else { 127 }
}
