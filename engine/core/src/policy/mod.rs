//! What governance officers decided: who works in which project, what they may use and how answers are protected.
//!
//! The folder `policies/` is read strictly ([`PolicyFiles`]) into one immutable value ([`PolicyRevision`]) that is
//! swapped whole. A query enters through a [`Membership`], asks it for [`Decision`]s about columns or takes all of them
//! at once as [`Visible`]. One mistake in one file and the revision does not exist (FAIL-CLOSED).
//!
//! Must never know: what SQL and plans mean, rows, credentials, the clock.

mod access;
mod authorise;
mod contract_check;
mod crossed;
mod duties;
mod files;
mod matrix;
mod membership;
mod nearest;
mod people;
mod policy_tests;
mod profile_columns;
mod profiles;
mod project_limits;
mod projects;
mod ptables;
mod register;
mod report;
mod revision;
mod row_conditions;
mod section;
#[cfg(test)]
mod tests;
mod values;
mod views;
mod visible;

pub use crate::catalog::usage::Use;
pub use crate::limits::ProjectLimits;
pub use access::{Decision, GLOBAL_OBJECTS, Role, RuleId, Uses};
pub use authorise::{Authorised, Grant, authorise};
pub use files::PolicyFiles;
pub use matrix::access_matrix;
pub use membership::Membership;
pub use people::{GlobalRole, Person};
pub use policy_tests::{Expected, PolicyTest};
pub use projects::{
    About, Accreditation, Approval, Legal, Member, NationalOptOut, Organisation, Project,
    RiskAppetite, Sensitivity,
};
pub use register::{register, register_csv};
pub use report::{Place, PolicyError, PolicyErrors};
pub use revision::PolicyRevision;
pub use row_conditions::{HoldsFor, RowCondition, RowOperator, RowValue};
pub use tresor_disclosure::profile::Profile;
pub use views::ProjectView;
pub use visible::{Visible, VisibleColumn, VisibleDataset, VisibleTable};
