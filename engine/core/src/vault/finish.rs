//! The second session: what the researcher wrote above the boundary, over protected tables only (TWO-SESSIONS).

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::default_table_source::provider_as_source;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, internal_err};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{LogicalPlan, TableSource};

use super::execute::{Ground, collect};
use super::proof;
use super::session::{runtime, session};
use crate::guard::ProtectedTable;

/// Makes a result that a later release plan reads as a table.
pub(super) async fn earlier(
    plan: &LogicalPlan,
    tables: &[Vec<RecordBatch>],
    scans: &[usize],
    ground: &Ground,
) -> Result<Vec<RecordBatch>> {
    let most = ground.limits.result_rows;
    let batches = finish(plan, tables, scans, most, ground).await?;
    if batches.iter().map(RecordBatch::num_rows).sum::<usize>() > most {
        return internal_err!("an earlier result of too many rows");
    }
    Ok(batches)
}

/// Runs the finishing plan over the protected tables. `scans` tells the table behind each scan.
/// Stops soon after `most_rows`: pairs of results can be many more than anybody will see.
pub(super) async fn finish(
    plan: &LogicalPlan,
    tables: &[Vec<RecordBatch>],
    scans: &[usize],
    most_rows: usize,
    ground: &Ground,
) -> Result<Vec<RecordBatch>> {
    proof::unbound(plan)?;
    let bound = plan.clone().transform_up(|node| match node {
        LogicalPlan::TableScan(mut scan) => {
            let Some(source) = scan.source.downcast_ref::<ProtectedTable>() else {
                return internal_err!("a finishing plan reads something that is not protected");
            };
            let Some(batches) = scans.get(source.scan).and_then(|&table| tables.get(table)) else {
                return internal_err!("a protected table that was not made");
            };
            let schema = datafusion::logical_expr::TableSource::schema(source);
            // Each scan has its own name for the row number, so that a table joined with itself keeps both.
            scan.source = in_memory(schema, batches)?;
            Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
        }
        LogicalPlan::EmptyRelation(empty) => Ok(Transformed::no(LogicalPlan::EmptyRelation(empty))),
        other => Ok(Transformed::no(other)),
    })?;
    let runtime = runtime(&ground.limits, &ground.spill)?;
    let state = session(&runtime, ground.optimizer);
    let plan = proof::finishing(state.optimize(&bound.data)?)?;
    collect(&plan, &state, most_rows).await
}

/// Batches as a table with these names.
pub(super) fn in_memory(
    schema: SchemaRef,
    batches: &[RecordBatch],
) -> Result<Arc<dyn TableSource>> {
    let renamed: Result<Vec<RecordBatch>> = batches
        .iter()
        .map(|batch| Ok(RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec())?))
        .collect();
    Ok(provider_as_source(Arc::new(MemTable::try_new(schema, vec![renamed?])?)))
}
