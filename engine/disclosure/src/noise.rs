//! Noise that stays with its cell.
//!
//! [`geometric`] and [`gaussian`] are distributions, [`table`] holds published ones as lists of
//! entries, [`sticky`] decides which draw or entry a cell gets: a function of a secret, the measure
//! and the set of persons, and of nothing else (SAME-CELL-SAME-ANSWER). Fresh noise averages out
//! over repeated questions; this noise is the same however often and in whichever words a researcher
//! asks, and for whoever asks.

#[cfg(test)]
pub(crate) mod check;
pub mod gaussian;
pub mod geometric;
mod grains;
pub mod sticky;
pub mod table;

pub use gaussian::RoundedGaussian;
pub use geometric::TwoSidedGeometric;
pub use sticky::{NOISE_VERSION, NoiseSecret, bits, generator, generator_for, generator_for_layer};
pub use table::PerturbationTable;
