//! What one project may see: tables and columns, and nothing else.
//!
//! Names are resolved against a view, never against the whole catalogue, so that a table which is hidden and
//! one which does not exist cannot be told apart (NOT-YOURS-IS-NOT-THERE).

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::contract::{ColumnContract, ColumnType, Contract, Role, TableContract};
use super::links::{LinkEnd, Links};
use crate::ids::{ColumnId, ColumnName, DatasetId, SnapshotId, TableName};

/// The tables one project may see.
#[derive(Debug, Clone, Default)]
pub struct View {
    tables: Vec<Arc<ViewTable>>,
}

/// A table as one project sees it: only its visible columns.
#[derive(Debug, PartialEq)]
pub struct ViewTable {
    /// The dataset.
    pub dataset: DatasetId,
    /// The snapshot that serves it.
    pub snapshot: SnapshotId,
    /// The table, reduced to its visible columns.
    pub table: TableContract,
    /// Which columns tell an area, those included that are not visible: conditions of the policy may use them.
    pub areas: Vec<ColumnName>,
    /// The same of every table of its dataset; none where nobody has said.
    pub areas_of_dataset: Option<Vec<(TableName, ColumnName)>>,
    /// Which of its columns are linked to columns of tables about the same persons.
    pub links: Vec<LinkEnd>,
    schema: SchemaRef,
}

impl View {
    /// A view of these tables.
    #[must_use]
    pub fn new(tables: Vec<ViewTable>) -> Self {
        Self { tables: tables.into_iter().map(Arc::new).collect() }
    }

    /// All tables.
    #[must_use]
    pub fn tables(&self) -> &[Arc<ViewTable>] {
        &self.tables
    }

    /// Finds a table. Without a dataset, the name must belong to exactly one dataset of the view.
    #[must_use]
    pub fn find(&self, dataset: Option<&str>, table: &str) -> Option<Arc<ViewTable>> {
        let mut found = self.tables.iter().filter(|candidate| {
            candidate.table.name.as_str() == table
                && dataset.is_none_or(|name| candidate.dataset.as_str() == name)
        });
        let first = found.next()?;
        found.next().is_none().then(|| Arc::clone(first))
    }
}

impl ViewTable {
    /// A table reduced to the columns given by position. Column order is kept; a public table whose key is not
    /// wholly visible has no key.
    #[must_use]
    pub fn new(
        dataset: DatasetId,
        snapshot: SnapshotId,
        full: &TableContract,
        visible: impl Fn(&ColumnContract) -> bool,
    ) -> Self {
        use super::contract::TableKind;
        let columns: Vec<ColumnContract> =
            full.columns.iter().filter(|column| visible(column)).cloned().collect();
        let kind = match &full.kind {
            TableKind::Personal { one_row_per_person } => {
                TableKind::Personal { one_row_per_person: *one_row_per_person }
            }
            TableKind::Public { key } => {
                let names = key.iter().filter_map(|&at| full.columns.get(at)).map(|c| &c.name);
                let positions: Option<Vec<usize>> =
                    names.map(|name| columns.iter().position(|c| &c.name == name)).collect();
                TableKind::Public { key: positions.unwrap_or_default() }
            }
        };
        let schema = Arc::new(Schema::new(columns.iter().map(arrow_field).collect::<Vec<_>>()));
        let table = TableContract {
            name: full.name.clone(),
            description: full.description.clone(),
            kind,
            columns,
        };
        let areas = full.columns.iter().filter(|column| column.area);
        let areas = areas.map(|column| column.name.clone()).collect();
        Self { dataset, snapshot, table, areas, areas_of_dataset: None, links: vec![], schema }
    }

    /// The same table with those links of the contract whose columns are visible.
    #[must_use]
    pub fn linked(self, links: &Links) -> Self {
        Self { links: links.ends_in(&self.table.name, &self.table.columns), ..self }
    }

    /// The same table, knowing which columns of its dataset tell an area.
    #[must_use]
    pub fn within(self, contract: &Contract) -> Self {
        let areas = contract.tables.iter().flat_map(|table| {
            let areas = table.columns.iter().filter(|column| column.area);
            areas.map(|column| (table.name.clone(), column.name.clone()))
        });
        Self { areas_of_dataset: Some(areas.collect()), ..self }
    }

    /// The Arrow schema of the visible columns.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The id of the column at this position.
    #[must_use]
    pub fn column_id(&self, position: usize) -> Option<ColumnId> {
        let column = self.table.columns.get(position)?;
        Some(ColumnId {
            dataset: self.dataset.clone(),
            table: self.table.name.clone(),
            column: column.name.clone(),
        })
    }
}

/// The Arrow field with which queries see a column. The person column holds dense person numbers.
#[must_use]
pub fn arrow_field(column: &ColumnContract) -> Field {
    let data_type = match (column.role, column.kind) {
        (Role::Person, _) => DataType::UInt32,
        (_, ColumnType::Integer) => DataType::Int64,
        (_, ColumnType::Number) => DataType::Float64,
        (_, ColumnType::Text) => DataType::Utf8View,
        (_, ColumnType::Boolean) => DataType::Boolean,
        (_, ColumnType::Date) => DataType::Date32,
        (_, ColumnType::Timestamp) => DataType::Timestamp(TimeUnit::Microsecond, None),
    };
    Field::new(column.name.as_str(), data_type, column.nullable)
}
