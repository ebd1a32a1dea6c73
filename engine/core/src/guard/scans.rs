//! Tables of the catalogue: what the contract says of a table and of each of its columns.

use std::sync::Arc;

use datafusion::logical_expr::{LogicalPlan, TableScan};

use super::domain;
use super::facts::{ContractColumn, Fact, Measure, PersonFact, Relation, Side};
use super::flow::Flow;
use crate::catalog::contract::{ColumnContract, ColumnType, Role, TableKind};
use crate::catalog::view::ViewTable;
use crate::refusal::{Code, Refusal};
use crate::sql::SourceTable;

/// A scan, with the facts that its contract gives.
pub(super) fn scanned(scan: &TableScan) -> Result<Relation, Refusal> {
    let Some(source) = scan.source.downcast_ref::<SourceTable>() else {
        return Err(Refusal::internal("a scan of something that is not in the catalogue"));
    };
    if scan.projection.is_some() || !scan.filters.is_empty() || scan.fetch.is_some() {
        return Err(Refusal::internal("an unoptimised scan with a projection, filter or limit"));
    }
    let table: &Arc<ViewTable> = &source.0;
    let columns: Vec<Fact> =
        (0..table.table.columns.len()).map(|at| column_fact(table, at)).collect();
    let side = match &table.table.kind {
        TableKind::Personal { one_row_per_person } => {
            if !columns.iter().any(Fact::is_person) {
                return Err(Refusal::new(
                    Code::UseNotAllowed,
                    format!(
                        "`{}` cannot be used: its person column is not open to this project",
                        table.table.name
                    ),
                    "ask the governance officer of the project",
                ));
            }
            Side::Personal { one_row: *one_row_per_person }
        }
        TableKind::Public { key } if key.is_empty() => Side::Public { keys: vec![] },
        TableKind::Public { key } => Side::Public { keys: vec![key.clone()] },
    };
    let rows = match &side {
        Side::Personal { one_row: true } => "one row per person",
        Side::Personal { one_row: false } => "many rows per person",
        Side::Public { .. } | Side::Released { .. } => "about nobody",
    };
    let flow = Flow::start(format!("table `{}.{}`: {rows}", table.dataset, table.table.name));
    Ok(Relation { plan: LogicalPlan::TableScan(scan.clone()), side, columns, flow })
}

fn column_fact(table: &Arc<ViewTable>, at: usize) -> Fact {
    let Some(column) = table.table.columns.get(at) else { return Fact::default() };
    let personal = matches!(table.table.kind, TableKind::Personal { .. });
    let person = match column.role {
        Role::Person if personal => PersonFact::Person,
        _ => PersonFact::No,
    };
    let name = format!("{}.{}.{}", table.dataset, table.table.name, column.name);
    let measure = if personal { column_measure(column, &name) } else { None };
    let held = personal.then(|| ContractColumn { table: Arc::clone(table), at });
    let domain = domain::of_column(column);
    Fact { person, measure, column: held, domain, ..Fact::default() }
}

/// What can be summed: measures, and whole numbers with bounds.
fn column_measure(column: &ColumnContract, name: &str) -> Option<Measure> {
    let bounds = column.bounds?;
    let range = (bounds.lower, bounds.upper);
    let measure = Measure::plain(format!("sum:{name}"), column.decimals, range);
    match (column.role, column.kind) {
        (Role::Measure, _) => Some(measure),
        (Role::Category, ColumnType::Integer) => {
            Some(Measure { lowered: bounds.lower - 1.0, ..measure })
        }
        _ => None,
    }
}
