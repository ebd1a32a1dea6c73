//! Rows about nobody: copied, with row numbers, under the neutral names of a protected table.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::logical_expr::LogicalPlan;

use crate::guard::release::ROW;

/// The batches with columns `c0`, `c1`, .. and the row number.
pub(super) fn with_row_numbers(
    plan: &LogicalPlan,
    batches: Vec<RecordBatch>,
) -> Result<Vec<RecordBatch>> {
    let mut fields: Vec<Field> = plan
        .schema()
        .fields()
        .iter()
        .enumerate()
        .map(|(at, field)| Field::new(format!("c{at}"), field.data_type().clone(), true))
        .collect();
    fields.push(Field::new(ROW, DataType::UInt32, true));
    let schema = Arc::new(Schema::new(fields));
    let mut next = 0_u32;
    let mut numbered = vec![];
    for batch in batches {
        let end = next.saturating_add(u32::try_from(batch.num_rows()).unwrap_or(u32::MAX));
        let rows: ArrayRef = Arc::new(UInt32Array::from_iter_values(next..end));
        next = end;
        let columns = batch.columns().iter().cloned().chain([rows]).collect();
        numbered.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
    }
    Ok(numbered)
}
