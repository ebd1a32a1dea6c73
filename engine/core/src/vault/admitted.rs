//! The persons whom the policy admits: rows of everybody else are dropped, whichever table they stand in.
//!
//! Both inputs are of one shard and in the order of their persons: the persons who are admitted, and the rows of a
//! table. No optimizer rule knows this node, so none merges it, swaps its sides or moves it; it stands below the
//! barrier, where nothing that a researcher wrote can come.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::UInt32Type;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, internal_datafusion_err, internal_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{Distribution, PhysicalExpr};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
    SendableRecordBatchStream,
};
use futures::{StreamExt, TryStreamExt};

/// Passes the rows of persons who are admitted.
#[derive(Debug)]
pub(super) struct AdmittedExec {
    /// One column: who is admitted.
    persons: Arc<dyn ExecutionPlan>,
    rows: Arc<dyn ExecutionPlan>,
    /// The column of `rows` that holds the person.
    person: usize,
    properties: Arc<PlanProperties>,
}

impl AdmittedExec {
    pub(super) fn new(
        persons: Arc<dyn ExecutionPlan>,
        rows: Arc<dyn ExecutionPlan>,
        person: usize,
    ) -> Self {
        let properties = PlanProperties::new(
            rows.equivalence_properties().clone(),
            rows.output_partitioning().clone(),
            rows.pipeline_behavior(),
            rows.boundedness(),
        );
        Self { persons, rows, person, properties: Arc::new(properties) }
    }
}

impl DisplayAs for AdmittedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdmittedExec")
    }
}

impl ExecutionPlan for AdmittedExec {
    fn name(&self) -> &'static str {
        "AdmittedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.persons, &self.rows]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::SinglePartition, Distribution::UnspecifiedDistribution]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false, true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false, false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match (children.pop(), children.pop()) {
            (Some(rows), Some(persons)) if children.is_empty() => {
                Ok(Arc::new(Self::new(persons, rows, self.person)))
            }
            _ => internal_err!("persons who are admitted and rows are two inputs"),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an operator of the vault reads the streams of its inputs"
    )]
    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let persons = self.persons.execute(0, Arc::clone(&context))?;
        let rows = self.rows.execute(partition, context)?;
        let person = self.person;
        let kept = async move {
            let admitted = Admitted::of(persons).await?;
            let kept = rows.map(move |batch| admitted.rows_of(&batch?, person));
            Ok::<_, DataFusionError>(kept)
        };
        let kept = futures::stream::once(kept).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.rows.schema(), kept)))
    }
}

/// Who of one shard is admitted.
#[derive(Default)]
struct Admitted {
    first: u32,
    /// By person number, from `first` on.
    is: Vec<bool>,
}

impl Admitted {
    async fn of(mut persons: SendableRecordBatchStream) -> Result<Self> {
        let mut admitted = Self::default();
        while let Some(batch) = persons.next().await {
            for person in numbers(&batch?, 0)? {
                admitted.add(*person)?;
            }
        }
        Ok(admitted)
    }

    /// Persons come in their order, as a snapshot stores them; if not, it is damaged.
    fn add(&mut self, person: u32) -> Result<()> {
        if self.is.is_empty() {
            self.first = person;
        }
        let at = person.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        match at {
            Some(at) if at >= self.is.len() => {
                self.is.resize(at, false);
                self.is.push(true);
                Ok(())
            }
            _ => internal_err!("persons of a table with one row per person step back"),
        }
    }

    fn has(&self, person: u32) -> bool {
        let at = person.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.is.get(at)).copied().unwrap_or(false)
    }

    fn rows_of(&self, batch: &RecordBatch, person: usize) -> Result<RecordBatch> {
        let keep = numbers(batch, person)?.iter().map(|person| self.has(*person)).collect();
        Ok(filter_record_batch(batch, &BooleanArray::new(keep, None))?)
    }
}

/// The person numbers of a column.
fn numbers(batch: &RecordBatch, column: usize) -> Result<&[u32]> {
    let numbers = batch.columns().get(column).and_then(|it| it.as_primitive_opt::<UInt32Type>());
    match numbers {
        Some(numbers) if batch.column(column).null_count() == 0 => Ok(numbers.values()),
        _ => Err(internal_datafusion_err!("a column of persons that holds something else")),
    }
}

#[cfg(test)]
mod tests;
