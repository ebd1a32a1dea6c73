//! From an authorised plan to release plans and a finishing plan.
//!
//! The guard follows the person through the plan, finds the release boundaries, cuts the plan there, makes
//! every expression total, and prices the result. It decides by plan and policy alone.
//! Must never know: rows, secrets, the ledger's balance.

mod arithmetic;
mod beneath;
mod boundary;
mod calendar;
mod calls;
pub(crate) mod conditions;
mod curves;
mod days;
mod distinct;
pub(crate) mod domain;
mod durations;
mod earlier;
pub(crate) mod explain;
mod facts;
pub(crate) mod families;
pub(crate) mod flow;
mod grouping_sets;
mod guarded;
mod joined;
mod joins;
mod linear;
mod matched;
mod moments;
mod per_person;
mod person_use;
#[cfg(test)]
pub(crate) mod planned;
mod polynomial;
pub(crate) mod release;
mod result_columns;
pub(crate) mod rows;
mod rowwise;
mod scans;
mod scope;
mod statistics;
pub(crate) mod structural;
mod tables;
mod total;
mod unions;
mod values;
mod walk;
mod windows;

pub use guarded::{Guarded, guard};
pub(crate) use result_columns::ResultColumn;
pub(crate) use rowwise::OWN;
pub(crate) use tables::{EarlierTable, ProtectedTable};
