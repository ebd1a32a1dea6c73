//! Tables of a snapshot as one lane sees them: one shard of a personal table, or a whole public one.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::stats::Precision;
use datafusion::common::{DFSchema, Result, Statistics, internal_datafusion_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;

use super::barrier::BarrierExec;
use crate::catalog::view::ViewTable;

/// One file of a snapshot with what the planner may know about it.
#[derive(Debug)]
pub(super) struct SnapshotTable {
    view: Arc<ViewTable>,
    /// Every column of the file, as the contract types them.
    file_schema: SchemaRef,
    /// The columns that the project may see, as positions in the file.
    visible: Vec<usize>,
    schema: SchemaRef,
    file: Arc<Path>,
    bytes: u64,
    rows: u64,
    /// Position of the person in the file, by which it is sorted.
    person: Option<usize>,
    /// The project's row condition, over the columns of the file.
    condition: Option<Expr>,
}

impl SnapshotTable {
    pub(super) fn new(
        view: Arc<ViewTable>,
        file_schema: SchemaRef,
        visible: Vec<usize>,
        file: FileFacts,
    ) -> Result<Self> {
        let schema = Arc::new(file_schema.project(&visible)?);
        let FileFacts { path, bytes, rows, person, condition } = file;
        Ok(Self { view, file_schema, visible, schema, file: path, bytes, rows, person, condition })
    }

    /// The table of the catalogue that it serves.
    pub(super) const fn view(&self) -> &Arc<ViewTable> {
        &self.view
    }

    /// The scan of the whole file, in its order.
    fn whole(&self, columns: &[usize]) -> Result<Arc<dyn ExecutionPlan>> {
        let path =
            self.file.to_str().ok_or_else(|| internal_datafusion_err!("path is not UTF-8"))?;
        let source = Arc::new(ParquetSource::new(Arc::clone(&self.file_schema)));
        let url = ObjectStoreUrl::local_filesystem();
        let mut statistics = Statistics::new_unknown(&self.file_schema);
        statistics.num_rows = Precision::Inexact(usize::try_from(self.rows).unwrap_or(usize::MAX));
        let mut builder = FileScanConfigBuilder::new(url, source)
            .with_file(PartitionedFile::new(path, self.bytes))
            .with_statistics(statistics)
            .with_projection_indices(Some(columns.to_vec()))?;
        if let Some(person) = self.person {
            let name = self.file_schema.field(person).name();
            let sort = PhysicalSortExpr::new_default(col(name, &self.file_schema)?);
            builder = builder.with_output_ordering(LexOrdering::new([sort]).into_iter().collect());
        }
        Ok(DataSourceExec::from_data_source(builder.build()))
    }

    /// The scan behind the row condition and its barrier: columns are dropped after the condition was tested.
    fn behind_condition(
        &self,
        state: &dyn Session,
        condition: &Expr,
        columns: &[usize],
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.file_schema.fields().len()).collect();
        let schema = DFSchema::try_from(self.file_schema.as_ref().clone())?;
        let predicate = state.create_physical_expr(condition.clone(), &schema)?;
        let filtered = Arc::new(FilterExec::try_new(predicate, self.whole(&all)?)?);
        let mut exprs = vec![];
        for &at in columns {
            let name = self.file_schema.field(at).name();
            exprs.push((col(name, &self.file_schema)?, name.clone()));
        }
        let shown = ProjectionExec::try_new(exprs, filtered)?;
        Ok(Arc::new(BarrierExec::new(Arc::new(shown))))
    }
}

/// What is known of a file.
pub(super) struct FileFacts {
    pub(super) path: Arc<Path>,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    pub(super) person: Option<usize>,
    pub(super) condition: Option<Expr>,
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
        match &self.condition {
            None => self.whole(&columns),
            Some(condition) => self.behind_condition(state, condition, &columns),
        }
    }
}
