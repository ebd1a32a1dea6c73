//! VALUES: a table that is written into the query, so about nobody and known to everybody.

use datafusion::logical_expr::{Expr, LogicalPlan, Values};
use datafusion::scalar::ScalarValue;

use super::domain::{self, constant};
use super::facts::{Fact, Relation, Side};
use super::flow::Flow;

/// What is known of VALUES: which columns are keys, and everything they hold.
pub(super) fn values(node: &Values) -> Relation {
    let width = node.schema.fields().len();
    let column = |at: usize| -> Vec<Option<ScalarValue>> {
        node.values.iter().map(|row| row.get(at).and_then(known)).collect()
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
    Relation {
        plan: LogicalPlan::Values(node.clone()),
        side: Side::Public { keys },
        columns,
        flow: Flow::start("values written into the query: about nobody"),
    }
}

/// A value that the text alone tells.
fn known(expr: &Expr) -> Option<ScalarValue> {
    match expr {
        Expr::Literal(value, _) => Some(value.clone()),
        other => constant(other),
    }
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
