//! One file of a snapshot, and which of its rows are read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::stats::Precision;
use datafusion::common::{DFSchema, Result, Statistics, internal_datafusion_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;

/// One file with what the planner may know about it.
#[derive(Debug)]
pub(in crate::vault) struct File {
    /// Every column, as the contract types them.
    pub(in crate::vault) schema: SchemaRef,
    pub(in crate::vault) path: Arc<Path>,
    pub(in crate::vault) bytes: u64,
    pub(in crate::vault) rows: u64,
    /// Position of the person, by which it is sorted.
    pub(in crate::vault) person: Option<usize>,
    /// Which rows are read, over all its columns.
    pub(in crate::vault) condition: Option<Expr>,
}

impl File {
    /// These columns of every row, in the order of the file.
    pub(super) fn whole(&self, columns: &[usize]) -> Result<Arc<dyn ExecutionPlan>> {
        let path =
            self.path.to_str().ok_or_else(|| internal_datafusion_err!("path is not UTF-8"))?;
        let source = Arc::new(ParquetSource::new(Arc::clone(&self.schema)));
        let url = ObjectStoreUrl::local_filesystem();
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = Precision::Inexact(usize::try_from(self.rows).unwrap_or(usize::MAX));
        let mut builder = FileScanConfigBuilder::new(url, source)
            .with_file(PartitionedFile::new(path, self.bytes))
            .with_statistics(statistics)
            .with_projection_indices(Some(columns.to_vec()))?;
        if let Some(person) = self.person {
            let name = self.schema.field(person).name();
            let sort = PhysicalSortExpr::new_default(col(name, &self.schema)?);
            builder = builder.with_output_ordering(LexOrdering::new([sort]).into_iter().collect());
        }
        Ok(DataSourceExec::from_data_source(builder.build()))
    }

    /// These columns of the rows that its condition leaves; columns are dropped after the condition was tested.
    pub(super) fn rows(
        &self,
        state: &dyn Session,
        columns: &[usize],
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(condition) = &self.condition else { return self.whole(columns) };
        let mut read: BTreeSet<usize> = columns.iter().copied().collect();
        for column in condition.column_refs() {
            read.insert(self.schema.index_of(&column.name)?);
        }
        let read: Vec<usize> = read.into_iter().collect();
        let schema = DFSchema::try_from(self.schema.project(&read)?)?;
        let predicate = state.create_physical_expr(condition.clone(), &schema)?;
        let filtered = Arc::new(FilterExec::try_new(predicate, self.whole(&read)?)?);
        self.only(columns, filtered)
    }

    /// These columns of a plan over columns of the file.
    pub(super) fn only(
        &self,
        columns: &[usize],
        plan: Arc<dyn ExecutionPlan>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut exprs = vec![];
        for &at in columns {
            let name = self.schema.field(at).name();
            exprs.push((col(name, &plan.schema())?, name.clone()));
        }
        Ok(Arc::new(ProjectionExec::try_new(exprs, plan)?))
    }
}
