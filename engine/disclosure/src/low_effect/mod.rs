//! Low-effect removal: a condition that concerns few people counts as absent.
//!
//! Whoever asks for a number twice, once with a condition that is true for one person only, reads that person off the
//! difference: exactly where numbers are exact, and from "equal or not" where noise belongs to the set of people. So
//! both questions get the answer without that condition. [`tree`] holds the conditions of a query, [`rule`] decides which
//! of them are removed and when what is left is no answer to what was asked, [`layer`] names those that are left, for
//! noise of their own.
//!
//! Core measures, these rules decide: while some candidate has a low effect, the one with the least is removed (where each
//! measurement is a reading of the data, all that are low together) and all are measured anew. Must never know: SQL text, a row, which condition a person meets.

mod layer;
mod reach;
mod rule;
mod tree;

pub use layer::Layer;
pub(crate) use rule::FURTHEST;
pub use rule::{Effect, LowEffect};
pub use tree::{CANDIDATES_MAX, Child, LEAVES_MAX, Node, Removed};
