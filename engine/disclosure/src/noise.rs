//! Noise that stays with its cell.
//!
//! [`geometric`] is the distribution, [`sticky`] decides which draw a cell gets: a function of a
//! secret, the measure and the set of persons, and of nothing else (SAME-CELL-SAME-ANSWER). Fresh
//! noise averages out over repeated questions; this noise is the same however often and in
//! whichever words a researcher asks, and for whoever asks.

pub mod geometric;
pub mod sticky;

pub use geometric::TwoSidedGeometric;
pub use sticky::{NOISE_VERSION, NoiseSecret, generator};
