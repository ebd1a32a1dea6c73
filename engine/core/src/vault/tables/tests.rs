use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::default_table_source::provider_as_source;
use datafusion::logical_expr::{LogicalPlanBuilder, lit};
use datafusion::physical_plan::displayable;
use datafusion::prelude::ident;

use super::*;
use crate::catalog::contract::{TableContract, TableKind};
use crate::ids::{DatasetId, SnapshotId};
use crate::limits::Limits;
use crate::vault::session::{Optimizer, runtime, session};

/// A file that is never read.
fn file(condition: Option<Expr>) -> File {
    let schema = Schema::new(vec![
        Field::new("person_id", DataType::UInt32, false),
        Field::new("kind", DataType::Utf8View, true),
        Field::new("cost", DataType::Float64, true),
    ]);
    let (schema, path) = (Arc::new(schema), Arc::from(Path::new("nowhere.parquet")));
    File { schema, path, bytes: 1, rows: 1, person: Some(0), condition }
}

/// A table that is only planned.
fn table(condition: Option<Expr>, persons: BTreeMap<TableName, File>) -> SnapshotTable {
    let contract = TableContract {
        name: TableName::new("visits").unwrap(),
        description: String::new(),
        kind: TableKind::Personal { one_row_per_person: false },
        columns: vec![],
    };
    let snapshot = SnapshotId::new("0".repeat(64)).unwrap();
    let view = ViewTable::new(DatasetId::new("clinic").unwrap(), snapshot, &contract, |_| true);
    SnapshotTable::new(Arc::new(view), vec![0, 2], file(condition), persons).unwrap()
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
    let lines = planned(table(Some(ident("kind").eq(lit("planned"))), BTreeMap::new())).await;
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
    let lines = planned(table(None, BTreeMap::new())).await;
    assert!(!lines.iter().any(|line| line.contains("BarrierExec")), "{lines:?}");
    assert!(!lines[place(&lines, "DataSourceExec")].contains("limit"), "{lines:?}");
}

#[tokio::test]
async fn persons_are_admitted_below_the_barrier_and_nothing_comes_between() {
    let opted_in = file(Some(ident("kind").eq(lit("in"))));
    let persons = BTreeMap::from([(TableName::new("people").unwrap(), opted_in)]);
    let lines = planned(table(None, persons)).await;
    let (theirs, barrier) = (place(&lines, "cost@"), place(&lines, "BarrierExec"));
    let admitted = place(&lines, "AdmittedExec");
    let ours = place(&lines, "kind@");
    assert!(theirs < barrier && barrier < admitted && admitted < ours, "{lines:?}");
    let filters = lines.iter().filter(|line| line.contains("FilterExec")).count();
    assert_eq!(filters, 2, "the filters were merged: {lines:?}");
    // Not sorted: the order of the files is the order of persons.
    assert!(!lines.iter().any(|line| line.contains("Sort")), "{lines:?}");
    let scans: Vec<&String> = lines.iter().filter(|line| line.contains("DataSource")).collect();
    assert_eq!(scans.len(), 2, "{lines:?}");
    // Of each table only what is needed is read.
    assert!(!scans[0].contains("cost") && !scans[1].contains("kind"), "{lines:?}");
    assert!(scans.iter().all(|scan| !scan.contains("cost@")), "{lines:?}");
}
