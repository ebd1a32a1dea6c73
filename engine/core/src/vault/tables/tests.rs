use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::default_table_source::provider_as_source;
use datafusion::logical_expr::{LogicalPlanBuilder, lit};
use datafusion::physical_plan::displayable;
use datafusion::prelude::ident;

use super::*;
use crate::catalog::contract::{TableContract, TableKind};
use crate::ids::{DatasetId, SnapshotId, TableName};
use crate::limits::Limits;
use crate::vault::session::{Optimizer, runtime, session};

/// A table that is never read, only planned.
fn table(condition: Option<Expr>) -> SnapshotTable {
    let contract = TableContract {
        name: TableName::new("visits").unwrap(),
        description: String::new(),
        kind: TableKind::Personal { one_row_per_person: false },
        columns: vec![],
    };
    let snapshot = SnapshotId::new("0".repeat(64)).unwrap();
    let view = ViewTable::new(DatasetId::new("clinic").unwrap(), snapshot, &contract, |_| true);
    let schema = Schema::new(vec![
        Field::new("person_id", DataType::UInt32, false),
        Field::new("kind", DataType::Utf8View, true),
        Field::new("cost", DataType::Float64, true),
    ]);
    let path = Path::new("nowhere.parquet");
    let facts = FileFacts { path: Arc::from(path), bytes: 1, rows: 1, person: Some(0), condition };
    SnapshotTable::new(Arc::new(view), Arc::new(schema), vec![0, 2], facts).unwrap()
}

/// The physical plan of `SELECT cost FROM visits WHERE cost > 5`, as lines.
async fn planned(table: SnapshotTable) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(&Limits::default(), folder.path()).unwrap();
    let state = session(&runtime, Optimizer::On);
    let plan = LogicalPlanBuilder::scan("visits", provider_as_source(Arc::new(table)), None)
        .unwrap()
        .filter(ident("cost").gt(lit(5.0)))
        .unwrap()
        .project([ident("cost")])
        .unwrap()
        .build()
        .unwrap();
    let physical = state.create_physical_plan(&plan).await.unwrap();
    let text = displayable(physical.as_ref()).indent(false).to_string();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

fn place(lines: &[String], what: &str) -> usize {
    lines.iter().position(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {lines:?}"))
}

#[tokio::test]
async fn the_researchers_condition_stays_above_the_barrier() {
    let lines = planned(table(Some(ident("kind").eq(lit("planned"))))).await;
    let (theirs, barrier) = (place(&lines, "cost@"), place(&lines, "BarrierExec"));
    let ours = place(&lines, "kind@");
    assert!(theirs < barrier && barrier < ours, "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.contains("FilterExec")).count(), 2, "{lines:?}");
    let condition = lines[ours].split(", projection").next().unwrap();
    assert!(!condition.contains("cost@"), "the filters were merged: {lines:?}");
    let scan = place(&lines, "DataSourceExec");
    assert!(!lines[scan].contains("cost@2 > 5"), "their condition reached the file: {lines:?}");
}

#[tokio::test]
async fn without_a_row_condition_there_is_no_barrier_and_never_a_limit() {
    let lines = planned(table(None)).await;
    assert!(!lines.iter().any(|line| line.contains("BarrierExec")), "{lines:?}");
    assert!(!lines[place(&lines, "DataSourceExec")].contains("limit"), "{lines:?}");
}
