//! From text to an analysed plan: exactly one SELECT, small enough, made of known parts, about visible tables.
//!
//! Knows the catalogue view of one project. Must never know: rows, policies, profiles, prices.

mod comma_joins;
mod expanded;
mod expressions;
pub mod functions;
mod group_keys;
mod names;
mod planning_error;
mod reads;
mod shape;
mod sizes;
mod steps;
mod subqueries;
mod text;
mod understand;
mod windows;

pub(crate) use names::SourceTable;
pub use reads::Reads;
pub(crate) use steps::Step;
pub use text::QueryText;
pub(crate) use understand::RESERVED;
pub use understand::{Submission, Understood, understand};
