//! Looking for things in the audit log: what was asked, decided and released.
//!
//! Functions over entries and, for whoever may open them, over sealed texts. Must never know: who may read the log, how it
//! is kept, the clock, rows, what SQL means.
//!
//! - `decision` what was decided, `facts` what an intent says of a query, `filter` which entries are looked for
//! - `told` an entry as auditors read it, `line` an entry as it leaves in an export
//! - `days` a timeline, `touched` who used a column
//! - `question` a query as it is compared with others, `overlaps` questions about nearly the same people, `alike`
//!   questions that were asked again and again, `patterns` what looks like an attack

mod alike;
mod days;
mod decision;
mod facts;
mod filter;
mod line;
mod overlaps;
mod patterns;
mod question;
#[cfg(test)]
mod tests;
mod told;
mod touched;

pub(crate) use alike::alike;
pub(crate) use days::Days;
pub use decision::Decision;
pub(crate) use facts::Facts;
pub use filter::Filter;
pub(crate) use line::{csv_header, csv_line};
pub(crate) use overlaps::{overlaps, overlaps_of};
pub use patterns::Gathered;
pub(crate) use question::Question;
pub(crate) use told::{listed, told};
pub(crate) use touched::Touched;
pub use tresor_ledger::Kind;
