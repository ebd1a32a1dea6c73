//! From an authorised plan to release plans and a finishing plan.
//!
//! The guard follows the person through the plan, finds the release boundaries, cuts the plan there, makes
//! every expression total, and prices the result. It decides by plan and policy alone.
//! Must never know: rows, secrets, the ledger's balance.

mod arithmetic;
mod boundary;
mod distinct;
mod domain;
pub(crate) mod explain;
mod facts;
mod guarded;
mod joins;
mod linear;
mod moments;
mod per_person;
mod person_use;
pub(crate) mod release;
mod statistics;
mod total;
mod walk;

pub(crate) use boundary::ProtectedTable;
pub(crate) use guarded::ResultColumn;
pub use guarded::{Guarded, guard};
