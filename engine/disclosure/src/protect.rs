//! The rules assembled, one file per kind of value.
//!
//! Each reads in the same order: screen on true values, perturb, round. What screening withheld
//! stays withheld. Totals are not additive: every cell has noise of its own, and a sum over cells
//! is a cell with another.

mod by_plan;
mod derived;
mod estimable;
mod mean;
mod moments;
mod persons;
mod perturb;
mod quantile;
mod rows;
mod screen;
mod sum;
#[cfg(test)]
mod tests;

pub use by_plan::ByPlan;
pub use derived::mean_of;
pub use estimable::estimable;
pub use mean::mean;
pub use moments::{Leg, Pair, Spread, degrees, pair, spread};
pub use persons::{persons, persons_in};
pub use quantile::{Place, quantile, quantile_in};
pub use rows::{rows, rows_in};
pub use screen::withheld_measure;
pub use sum::{sum, sum_in};
