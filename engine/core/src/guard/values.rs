//! VALUES: a table that is written into the query, so about nobody and known to everybody.

use std::sync::Arc;

use datafusion::common::DFSchema;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, LogicalPlan, Values};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
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
    let context = SimplifyContext::builder().with_schema(Arc::new(DFSchema::empty())).build();
    match ExprSimplifier::new(context).simplify(expr.clone().unalias()).ok()? {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    }
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
