//! From text to an analysed plan: exactly one SELECT, small enough, made of known parts, about visible tables.
//!
//! Knows the catalogue view of one project. Must never know: rows, policies, profiles, prices.

mod comma_joins;
mod conditions;
mod denied;
mod expanded;
mod expressions;
mod facts;
pub mod functions;
mod group_keys;
mod identifiers;
pub(crate) mod instead;
mod names;
mod planning_error;
mod reads;
mod shape;
mod sizes;
mod steps;
mod subqueries;
mod text;
mod understand;
mod views;
mod windows;

pub use facts::Facts;
pub(crate) use names::SourceTable;
pub use reads::Reads;
pub(crate) use steps::Step;
pub use text::{QueryText, asks_to_explain};
pub(crate) use understand::RESERVED;
pub use understand::{Submission, Understood, understand};
pub use views::{ViewMistake, Views};
