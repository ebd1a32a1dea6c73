//! Who may use which column in which way, and who may open what outside projects.
//!
//! `access/rules.csv` is read into typed [`Rule`]s; casbin is asked, once for each question that the rules tell apart,
//! and its answers are kept as an index that never changes. Only this module knows casbin, and casbin sees nothing but
//! lines written here from rules that were accepted. Must never know: who holds a role and until when, rows, SQL.

mod enforcer;
mod index;
mod line;
mod model;
mod rule;
mod rules_file;
#[cfg(test)]
mod tests;
mod uses;

pub use index::Decision;
pub use rule::{GLOBAL_OBJECTS, Role, RuleId};
pub use uses::Uses;

pub(super) use index::Access;
#[cfg(test)]
pub(super) use model::TEXT as MODEL_TEXT;
pub(super) use model::check_model;
pub(super) use rule::{Rule, Target};
pub(super) use rules_file::read_rules;
