//! The access matrix: who may use what, written out for officers to read as a difference.

use std::fmt::Write;

use super::access::{GLOBAL_OBJECTS, Role};
use super::revision::PolicyRevision;
use crate::catalog::contract::Contract;
use crate::ids::ColumnId;

/// Every role with what it may do outside projects, and in each project with the uses of each column, one line each.
/// `-` stands where nothing is allowed.
#[must_use]
pub fn access_matrix(revision: &PolicyRevision, contracts: &[&Contract]) -> String {
    let mut text = String::new();
    for role in Role::GLOBAL {
        for (object, actions) in GLOBAL_OBJECTS {
            let allowed = |action: &&&str| revision.access.outside(role, object, action);
            let actions: Vec<&str> = actions.iter().filter(allowed).copied().collect();
            let answer = if actions.is_empty() { "-".to_owned() } else { actions.join(", ") };
            let _ = writeln!(text, "{} | outside projects | {object} | {answer}", role.as_str());
        }
    }
    for project in revision.projects() {
        let listed = |contract: &&&Contract| project.datasets.contains(&contract.dataset);
        for column in contracts.iter().filter(listed).flat_map(|contract| columns(contract)) {
            for role in Role::IN_PROJECTS {
                let uses = revision.access.uses(&project.id, role, &column);
                let answer = if uses.is_empty() { "-".to_owned() } else { uses.to_string() };
                let _ = writeln!(text, "{} | {} | {column} | {answer}", role.as_str(), project.id);
            }
        }
    }
    text
}

fn columns(contract: &Contract) -> impl Iterator<Item = ColumnId> {
    contract.tables.iter().flat_map(|table| {
        table.columns.iter().map(|column| ColumnId {
            dataset: contract.dataset.clone(),
            table: table.name.clone(),
            column: column.name.clone(),
        })
    })
}
