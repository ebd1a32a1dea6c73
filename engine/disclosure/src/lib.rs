//! The disclosure rules: what may be shown of a cell, and how much noise it carries.
//!
//! A cell is one row of a release plan. Core measures it on the true data and hands over plain
//! numbers ([`Contribution`]); an officer's [`Profile`] says which rules hold; what comes back is
//! [`Protected`]: a number with the half width of its interval, or the reason why there is none.
//! The order never varies: decide on true values, perturb, round, and derive means from protected
//! parts only. Noise never brings back what was withheld.
//!
//! Every rule is a pure function in a file of its own and can be read, tested and used alone. They
//! are assembled in [`protect`]. This crate must never know: SQL text, the researcher, the time, a
//! row of data, a file.

pub mod amounts;
pub mod bins;
pub mod contribution;
pub mod distribution;
pub mod dominance;
pub mod exposure;
pub mod flattening;
pub mod grid;
pub mod history;
pub mod kind;
pub mod low_effect;
pub mod negatives;
pub mod noise;
pub mod outcome;
mod packed;
pub mod profile;
pub mod protect;
pub mod rounding;
pub mod secondary;
pub mod table;
pub mod threshold;

pub use amounts::amounts;
pub use bins::Bins;
pub use contribution::Contribution;
pub use distribution::Distribution;
pub use kind::Kind;
pub use low_effect::{Layer, LowEffect};
pub use noise::NoiseSecret;
pub use outcome::{Estimate, Protected, Reason};
pub use profile::{Profile, ProfileProblem};
pub use protect::{
    ByPlan, Leg, Pair, Place, Spread, degrees, estimable, mean, mean_of, pair, persons, persons_in,
    quantile, quantile_in, rows, rows_in, spread, sum, sum_in, withheld_measure,
};
