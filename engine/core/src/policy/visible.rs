//! What a project sees of its datasets: the tables and columns it may use, and how.
//!
//! A column without any allowed use is not there, a table without any column is not there, a dataset without any table
//! is not there (NOT-YOURS-IS-NOT-THERE). Must never know: why something is missing.

use super::access::Uses;
use super::membership::Membership;
use crate::catalog::contract::{Contract, TableContract};
use crate::ids::{ColumnId, ColumnName, DatasetId, TableName};

/// Everything a project may use, in the order of the contracts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visible {
    /// The datasets.
    pub datasets: Vec<VisibleDataset>,
}

/// A dataset with at least one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleDataset {
    /// Its name.
    pub name: DatasetId,
    /// The tables.
    pub tables: Vec<VisibleTable>,
}

/// A table with at least one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleTable {
    /// Its name.
    pub name: TableName,
    /// The columns.
    pub columns: Vec<VisibleColumn>,
}

/// A column with at least one use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleColumn {
    /// Its name.
    pub name: ColumnName,
    /// How it may be used.
    pub uses: Uses,
}

impl Visible {
    /// See [`Membership::visible`].
    pub(super) fn of(membership: &Membership<'_>, contracts: &[&Contract]) -> Self {
        let listed = &membership.project().datasets;
        let datasets = contracts
            .iter()
            .filter(|contract| listed.contains(&contract.dataset))
            .filter_map(|contract| visible_dataset(membership, contract))
            .collect();
        Self { datasets }
    }

    /// The dataset of this name.
    #[must_use]
    pub fn dataset(&self, name: &str) -> Option<&VisibleDataset> {
        self.datasets.iter().find(|dataset| dataset.name.as_str() == name)
    }

    /// The uses of a column; none when it is not there.
    #[must_use]
    pub fn uses(&self, column: &ColumnId) -> Uses {
        self.dataset(column.dataset.as_str())
            .and_then(|dataset| dataset.table(column.table.as_str()))
            .and_then(|table| table.column(column.column.as_str()))
            .map_or(Uses::NONE, |column| column.uses)
    }
}

impl VisibleDataset {
    /// The table of this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&VisibleTable> {
        self.tables.iter().find(|table| table.name.as_str() == name)
    }
}

impl VisibleTable {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&VisibleColumn> {
        self.columns.iter().find(|column| column.name.as_str() == name)
    }
}

fn visible_dataset(membership: &Membership<'_>, contract: &Contract) -> Option<VisibleDataset> {
    let tables: Vec<VisibleTable> = contract
        .tables
        .iter()
        .filter_map(|table| visible_table(membership, &contract.dataset, table))
        .collect();
    (!tables.is_empty()).then(|| VisibleDataset { name: contract.dataset.clone(), tables })
}

fn visible_table(
    membership: &Membership<'_>,
    dataset: &DatasetId,
    table: &TableContract,
) -> Option<VisibleTable> {
    let mut columns = Vec::new();
    for column in &table.columns {
        let id = ColumnId {
            dataset: dataset.clone(),
            table: table.name.clone(),
            column: column.name.clone(),
        };
        let uses = membership.uses(&id);
        if !uses.is_empty() {
            columns.push(VisibleColumn { name: column.name.clone(), uses });
        }
    }
    (!columns.is_empty()).then(|| VisibleTable { name: table.name.clone(), columns })
}
