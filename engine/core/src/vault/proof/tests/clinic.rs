//! Tables that are never read, only planned: people and visits, wards without persons, an earlier result.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::default_table_source::provider_as_source;
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{LogicalPlanBuilder, TableSource};

use crate::catalog::contract::{Contract, Role};
use crate::catalog::view::{View, ViewTable};
use crate::ids::SnapshotId;
use crate::vault::tables::{File, SnapshotTable};

const CONTRACT: &str = r#"
dataset = "clinic"
title = "A clinic"
description = "Invented."
universe = "clinic-tests"

[tables.people]
description = "One row per person."
rows = "one-per-person"
[tables.people.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
sex = { type = "text", role = "category", values = ["f", "m"], nullable = true, description = "Sex." }
region = { type = "text", role = "category", values = ["east", "west"], description = "Region." }
birth_year = { type = "integer", role = "measure", bounds = [1900, 2020], unit = "years", description = "Year." }
income = { type = "number", role = "measure", bounds = [0, 100000], decimals = 2, unit = "GBP", description = "Income." }

[tables.visits]
description = "One row per visit."
rows = "many-per-person"
[tables.visits.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
visited_on = { type = "date", role = "date", description = "Day." }
kind = { type = "text", role = "category", values = ["planned", "urgent"], description = "Kind." }
ward = { type = "text", role = "code", description = "Ward." }
nights = { type = "integer", role = "measure", bounds = [0, 60], nullable = true, unit = "nights", description = "Nights." }
cost = { type = "number", role = "measure", bounds = [0, 10000], decimals = 2, unit = "GBP", description = "Cost." }

[tables.wards]
description = "Wards."
rows = "no-persons"
key = ["ward"]
[tables.wards.columns]
ward = { type = "text", role = "key", description = "Code." }
name = { type = "text", role = "category", description = "Name." }
beds = { type = "integer", role = "measure", bounds = [0, 100], unit = "beds", description = "Beds." }
"#;

/// Everything there is, in the snapshot of this letter.
pub(super) fn view(snapshot: char) -> View {
    let contract = Contract::parse("contract.toml", CONTRACT).unwrap();
    let id = SnapshotId::new(snapshot.to_string().repeat(64)).unwrap();
    let tables = contract.tables.iter();
    let seen = tables.map(|t| ViewTable::new(contract.dataset.clone(), id.clone(), t, |_| true));
    View::new(seen.collect())
}

/// The file behind a table of the view.
pub(super) fn file(view: &Arc<ViewTable>) -> Arc<dyn TableSource> {
    let path = Arc::from(Path::new("nowhere.parquet"));
    let person = view.table.columns.iter().position(|column| column.role == Role::Person);
    let schema = Arc::clone(view.schema());
    let file = File { schema, path, bytes: 1, rows: 1, person, condition: None };
    let visible = (0..view.table.columns.len()).collect();
    let table = SnapshotTable::new(Arc::clone(view), visible, file, BTreeMap::new()).unwrap();
    provider_as_source(Arc::new(table))
}

fn table(name: &str, alias: &str, snapshot: char) -> LogicalPlanBuilder {
    let source = file(&view(snapshot).find(None, name).unwrap());
    LogicalPlanBuilder::scan(alias, source, None).unwrap()
}

/// One row per person.
pub(super) fn people(alias: &str) -> LogicalPlanBuilder {
    table("people", alias, '0')
}

/// Many rows per person.
pub(super) fn visits(alias: &str) -> LogicalPlanBuilder {
    table("visits", alias, '0')
}

/// Persons of another snapshot: the same numbers, other people.
pub(super) fn strangers(alias: &str) -> LogicalPlanBuilder {
    table("people", alias, '1')
}

/// Rows about nobody.
pub(super) fn wards(alias: &str) -> LogicalPlanBuilder {
    table("wards", alias, '0')
}

/// An earlier result, with a column that is named like the person and has its type.
pub(super) fn result(alias: &str) -> LogicalPlanBuilder {
    let schema = Arc::new(Schema::new(vec![
        Field::new("person_id", DataType::UInt32, false),
        Field::new("region", DataType::Utf8View, true),
        Field::new("n", DataType::Int64, true),
    ]));
    let table = MemTable::try_new(schema, vec![vec![]]).unwrap();
    LogicalPlanBuilder::scan(alias, provider_as_source(Arc::new(table)), None).unwrap()
}
