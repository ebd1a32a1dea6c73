//! Views of projects: held against the data when the engine starts, and their columns for researchers.

use std::sync::Arc;

use super::view;
use crate::catalog::contract::Contract;
use crate::catalog::view::View;
use crate::extract::Snapshot;
use crate::limits::Limits;
use crate::policy::{PolicyError, PolicyRevision, Project};
use crate::refusal::Refusal;
use crate::sql::{Submission, understand};

/// Plans every view of every project over the tables that the project sees.
///
/// Gives every view that does not fit them, with place and fix. Whether answers over it can be protected is found when it
/// is used.
pub(super) fn misfits(
    policy: &PolicyRevision,
    snapshots: &[Arc<Snapshot>],
    limits: &Limits,
) -> Vec<PolicyError> {
    let contracts: Vec<&Contract> = snapshots.iter().map(|snapshot| snapshot.contract()).collect();
    let mut mistakes = vec![];
    // A project without members has nobody who could use a view.
    for project in policy.projects().filter(|project| !project.members.is_empty()) {
        let seen = view(&policy.visible_in(&project.id, &contracts), snapshots);
        for named in &project.views {
            if let Err(refusal) = columns(project, named.name.as_str(), &seen, limits) {
                let wrong = format!(
                    "the view `{}` does not fit the data that the project sees: {}",
                    named.name,
                    refusal.detail()
                );
                let (place, fix) = (named.place.clone(), refusal.hint().to_owned());
                mistakes.push(PolicyError { place, wrong, fix });
            }
        }
    }
    mistakes
}

/// The names of the columns of a view.
pub(super) fn columns(
    project: &Project,
    name: &str,
    seen: &View,
    limits: &Limits,
) -> Result<Vec<String>, Refusal> {
    let Some(member) = project.members.first() else { return Ok(vec![]) };
    let submission = Submission {
        user: member.user.clone(),
        project: project.id.clone(),
        sql: format!("SELECT * FROM {name}"),
        explained: true,
    };
    let limits = limits.within(&project.limits);
    let understood = understand(submission, seen, &project.queries, &limits)?;
    Ok(understood.column_names().map(str::to_owned).collect())
}
