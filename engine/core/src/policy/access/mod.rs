//! Who may use which column in which way, and who may open what outside projects.
//!
//! `access/rules.csv` is read into typed [`Rule`]s and put in order by what they speak about; casbin is asked about a
//! column when somebody first wants to know, with the few rules that speak about it, and its answer is held against the
//! rules and kept. Only this module knows casbin, and casbin sees nothing but lines written here from rules that were
//! accepted. Must never know: who holds a role and until when, rows, SQL.

mod answers;
mod decision;
mod enforcer;
mod index;
mod line;
mod model;
mod rule;
mod rules_file;
#[cfg(test)]
mod tests;
mod uses;

pub use decision::Decision;
pub use rule::{GLOBAL_OBJECTS, Role, RuleId};
pub use uses::Uses;

pub(super) use answers::Access;
pub(super) use enforcer::Unanswerable;
#[cfg(test)]
pub(super) use model::TEXT as MODEL_TEXT;
pub(super) use model::check_model;
pub(super) use rule::{Effect, Rule, Target};
pub(super) use rules_file::read_rules;
