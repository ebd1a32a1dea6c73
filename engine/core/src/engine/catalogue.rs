//! What a person may see of the data: projects, datasets, tables, columns, how each may be used. No rows, no counts
//! of rows.

use std::sync::Arc;

use serde_json::{Value, json};

use super::views::columns;
use super::{Caller, Engine};
use crate::catalog::contract::{
    ColumnContract, ColumnType, Contract, Role, TableContract, TableKind,
};
use crate::catalog::usage::Use;
use crate::ids::{ColumnName, TableName};
use crate::policy::{Membership, ProjectView, VisibleTable};
use crate::refusal::{Code, Refusal};

impl Engine {
    /// The tables and columns the caller may see, with descriptions, for all projects of the caller.
    ///
    /// # Errors
    /// When the caller is in no project today.
    pub async fn datasets(&self, caller: &Caller) -> Result<Value, Refusal> {
        let in_force = self.in_force()?;
        let (mut projects, mut frozen) = (vec![], None);
        for project in in_force.revision().projects_of(&caller.user) {
            let membership = match in_force.enter(&caller.user, &project.id) {
                Ok(membership) => membership,
                Err(refusal) => {
                    frozen = frozen.or(Some(refusal).filter(|it| it.code() == Code::Frozen));
                    continue;
                }
            };
            projects.push(json!({
                "id": project.id.as_str(),
                "title": project.title,
                "datasets": self.datasets_of(&membership),
                "views": self.views_of(&membership).await,
            }));
        }
        if projects.is_empty() {
            return Err(frozen.unwrap_or_else(|| {
                let detail = "you are in no project";
                Refusal::new(Code::UnknownProject, detail, "ask a governance officer")
            }));
        }
        Ok(json!({ "projects": projects }))
    }

    /// Planned on a thread with a deep stack: plans are recursive.
    async fn views_of(&self, membership: &Membership<'_>) -> Value {
        let project = membership.project().clone();
        if project.views.is_empty() {
            return json!([]);
        }
        let snapshots = Arc::clone(&self.vault.snapshots);
        let contracts: Vec<&Contract> = snapshots.iter().map(|s| s.contract()).collect();
        let seen = super::view(&membership.visible(&contracts), &snapshots);
        let limits = self.vault.limits.clone();
        let listed = self.runtime.blocking(move || {
            let described = |view: &ProjectView| {
                json!({
                    "name": view.name.as_str(),
                    "description": view.description,
                    "columns": columns(&project, view.name.as_str(), &seen, &limits).ok(),
                })
            };
            Value::Array(project.views.iter().map(described).collect())
        });
        listed.await.unwrap_or_default()
    }

    fn datasets_of(&self, membership: &Membership<'_>) -> Vec<Value> {
        let snapshots = &self.vault.snapshots;
        let contracts: Vec<&Contract> = snapshots.iter().map(|s| s.contract()).collect();
        let visible = membership.visible(&contracts);
        let mut datasets = vec![];
        for snapshot in snapshots.iter() {
            let contract = snapshot.contract();
            let Some(dataset) = visible.dataset(contract.dataset.as_str()) else { continue };
            let shown = |table: &TableContract| {
                dataset.table(table.name.as_str()).map(|seen| table_json(table, seen))
            };
            let seen = |table: &TableName, column: &ColumnName| {
                let table = dataset.table(table.as_str());
                table.is_some_and(|table| table.column(column.as_str()).is_some())
            };
            let joins = contract.joins.iter().filter(|join| {
                join.on.iter().all(|(l, r)| seen(&join.left, l) && seen(&join.right, r))
            });
            datasets.push(json!({
                "id": contract.dataset.as_str(),
                "title": contract.title,
                "description": contract.description,
                "snapshot": snapshot.id().as_str(),
                "tables": contract.tables.iter().filter_map(shown).collect::<Vec<_>>(),
                "joins": joins.map(|join| json!({
                    "left": join.left.as_str(),
                    "right": join.right.as_str(),
                    "on": join.on.iter().map(|(l, r)| [l.as_str(), r.as_str()]).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
            }));
        }
        datasets
    }
}

fn table_json(table: &TableContract, seen: &VisibleTable) -> Value {
    let rows = match &table.kind {
        TableKind::Personal { one_row_per_person: true } => "one per person",
        TableKind::Personal { one_row_per_person: false } => "many per person",
        TableKind::Public { .. } => "about nobody",
    };
    let columns: Vec<Value> = table
        .columns
        .iter()
        .filter_map(|column| {
            let uses = seen.column(column.name.as_str())?.uses;
            let allowed = Use::ALL.into_iter().filter(|kind| uses.contains(*kind));
            Some(column_json(column, allowed.map(Use::as_str).collect()))
        })
        .collect();
    json!({
        "name": table.name.as_str(),
        "description": table.description,
        "rows": rows,
        "columns": columns,
    })
}

fn column_json(column: &ColumnContract, uses: Vec<&str>) -> Value {
    json!({
        "name": column.name.as_str(),
        "type": match column.kind {
            ColumnType::Integer => "integer",
            ColumnType::Number => "number",
            ColumnType::Text => "text",
            ColumnType::Boolean => "boolean",
            ColumnType::Date => "date",
            ColumnType::Timestamp => "timestamp",
        },
        "role": match column.role {
            Role::Person => "person",
            Role::Key => "key",
            Role::Measure => "measure",
            Role::Category => "category",
            Role::Date => "date",
            Role::Code => "code",
            Role::FreeText => "free text",
        },
        "description": column.description,
        "unit": column.unit,
        "nullable": column.nullable,
        "values": column.values,
        "bounds": column.bounds.map(|bounds| [bounds.lower, bounds.upper]),
        "sensitive": column.sensitive,
        "area": column.area,
        "uses": uses,
    })
}
