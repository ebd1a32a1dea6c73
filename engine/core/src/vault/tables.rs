//! Tables of a snapshot as one lane sees them: one shard of a personal table, or a whole public one.

mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::datasource::{TableProvider, TableType};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

pub(super) use self::file::File;
use super::admitted::AdmittedExec;
use super::barrier::BarrierExec;
use crate::catalog::view::ViewTable;
use crate::ids::TableName;

/// One file of a snapshot as a table, and the rows of it that the project works on.
#[derive(Debug)]
pub(super) struct SnapshotTable {
    view: Arc<ViewTable>,
    file: File,
    /// The columns that the project may see, as positions in the file.
    visible: Vec<usize>,
    schema: SchemaRef,
    /// Tables with one row per person, each with what it must say of a person for the person's rows to stay.
    persons: BTreeMap<TableName, File>,
}

impl SnapshotTable {
    pub(super) fn new(
        view: Arc<ViewTable>,
        visible: Vec<usize>,
        file: File,
        persons: BTreeMap<TableName, File>,
    ) -> Result<Self> {
        let schema = Arc::new(file.schema.project(&visible)?);
        Ok(Self { view, file, visible, schema, persons })
    }

    /// The table of the catalogue that it serves.
    pub(super) const fn view(&self) -> &Arc<ViewTable> {
        &self.view
    }

    /// The condition on its rows.
    pub(super) const fn condition(&self) -> Option<&Expr> {
        self.file.condition.as_ref()
    }

    /// What this other table must say of a person for the person's rows to stay.
    pub(super) fn condition_of_person(&self, table: &TableName) -> Option<&Expr> {
        self.persons.get(table).and_then(|file| file.condition.as_ref())
    }

    /// The rows that the project works on, behind the barrier: columns are dropped after the conditions were tested.
    fn behind_conditions(
        &self,
        state: &dyn Session,
        columns: &[usize],
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut read = columns.to_vec();
        if !self.persons.is_empty() {
            let person = person_of(&self.file)?;
            read.retain(|column| *column != person);
            read.insert(0, person);
        }
        let mut rows = self.file.rows(state, &read)?;
        for file in self.persons.values() {
            let persons = file.rows(state, &[person_of(file)?])?;
            rows = Arc::new(AdmittedExec::new(persons, rows, 0));
        }
        Ok(Arc::new(BarrierExec::new(self.file.only(columns, rows)?)))
    }
}

fn person_of(file: &File) -> Result<usize> {
    file.person.ok_or_else(|| internal_datafusion_err!("a table about persons without persons"))
}

#[async_trait]
impl TableProvider for SnapshotTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// No filter from above goes into the scan: with a row condition it must not, without one it gains nothing,
    /// because files are sorted by person.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Unsupported; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns: Vec<usize> = match projection {
            Some(projection) => {
                projection.iter().filter_map(|&at| self.visible.get(at).copied()).collect()
            }
            None => self.visible.clone(),
        };
        if self.file.condition.is_none() && self.persons.is_empty() {
            return self.file.whole(&columns);
        }
        self.behind_conditions(state, &columns)
    }
}
