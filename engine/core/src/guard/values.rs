//! VALUES: a table that is written into the query, so about nobody and known to everybody.

use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::common::DFSchema;
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, LogicalPlan, Values};
use datafusion::physical_expr::create_physical_expr;
use datafusion::scalar::ScalarValue;

use super::domain;
use super::facts::{Fact, Relation, Side};
use super::flow::Flow;
use crate::refusal::{Code, Refusal};

/// What is known of VALUES: which columns are keys, and everything they hold.
///
/// # Errors
/// What is written there is not the same for everybody and always, or has no value, such as 1 / 0.
pub(super) fn values(node: &Values) -> Result<Relation, Refusal> {
    let rows: Vec<Vec<ScalarValue>> = node
        .values
        .iter()
        .map(|row| {
            row.iter()
                .zip(node.schema.fields())
                .map(|(expr, field)| {
                    worked_out(expr).and_then(|value| value.cast_to(field.data_type()).ok())
                })
                .collect::<Option<_>>()
        })
        .collect::<Option<_>>()
        .ok_or_else(not_constant)?;
    let width = node.schema.fields().len();
    let column = |at: usize| -> Vec<Option<ScalarValue>> {
        rows.iter().map(|row| row.get(at).cloned()).collect()
    };
    let table: Vec<Vec<Option<ScalarValue>>> = (0..width).map(column).collect();
    let mut keys: Vec<Vec<usize>> = if node.values.len() <= 1 { vec![vec![]] } else { vec![] };
    keys.extend(
        (0..width).filter(|&at| table.get(at).is_some_and(|c| is_key(c))).map(|at| vec![at]),
    );
    let columns = table
        .iter()
        .zip(node.schema.fields())
        .map(|(values, field)| Fact {
            domain: domain::of_values(values, field.data_type()),
            ..Fact::default()
        })
        .collect();
    let values = rows.into_iter().map(|row| row.into_iter().map(literal).collect()).collect();
    Ok(Relation {
        plan: LogicalPlan::Values(Values { schema: Arc::clone(&node.schema), values }),
        side: Side::Public { keys },
        columns,
        flow: Flow::start("values written into the query: about nobody"),
    })
}

const fn literal(value: ScalarValue) -> Expr {
    Expr::Literal(value, None)
}

/// What is written, computed where it is arithmetic.
fn worked_out(expr: &Expr) -> Option<ScalarValue> {
    if let Expr::Literal(value, _) = expr {
        return Some(value.clone());
    }
    let (props, context) = (ExecutionProps::new(), PhysicalPlanningContext::default());
    let physical = create_physical_expr(expr, &DFSchema::empty(), &props, &context).ok()?;
    let one_row = RecordBatchOptions::new().with_row_count(Some(1));
    let row = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &one_row);
    let value = physical.evaluate(&row.ok()?).ok()?.into_array(1).ok()?;
    ScalarValue::try_from_array(&value, 0).ok()
}

fn not_constant() -> Refusal {
    Refusal::new(
        Code::UnsupportedSql,
        "the rows of VALUES hold something that cannot be worked out from what is written there",
        "write the values themselves",
    )
}

/// Whether no two rows share a value, and none is missing.
fn is_key(values: &[Option<ScalarValue>]) -> bool {
    let mut seen: Vec<&ScalarValue> = vec![];
    values.iter().all(|value| match value {
        Some(value) if !value.is_null() && !seen.contains(&value) => {
            seen.push(value);
            true
        }
        _ => false,
    })
}
