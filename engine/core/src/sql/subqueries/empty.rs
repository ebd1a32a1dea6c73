//! What an aggregate without GROUP BY says of no rows at all.
//!
//! Linked to an outer query it has no row for outer rows without a partner, where SQL wants this value.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, Result, ScalarValue};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;

/// The values of aggregates over no rows: counts are 0, the rest is NULL.
pub(super) fn of_aggregates(aggregates: &[Expr], input: &LogicalPlan) -> Result<Vec<Expr>> {
    aggregates
        .iter()
        .map(|aggregate| {
            let data_type = aggregate.get_type(input.schema().as_ref())?;
            let counts = match aggregate.clone().unalias() {
                Expr::AggregateFunction(call) => {
                    ["count", "regr_count"].contains(&call.func.name())
                }
                _ => false,
            };
            let value = if counts {
                ScalarValue::new_zero(&data_type)?
            } else {
                ScalarValue::try_from(&data_type)?
            };
            Ok(Expr::Literal(value, None))
        })
        .collect()
}

/// The values of expressions over a row that holds `values`; `None` where one is not a constant then.
pub(super) fn values(exprs: &[Expr], values: &[Expr], plan: &LogicalPlan) -> Option<Vec<Expr>> {
    exprs.iter().map(|expr| constant(expr, values, plan)).collect()
}

/// Whether a condition holds on a row that holds `values`; `None` where that cannot be said.
pub(super) fn holds(condition: &Expr, values: &[Expr], plan: &LogicalPlan) -> Option<bool> {
    match constant(condition, values, plan)? {
        Expr::Literal(ScalarValue::Boolean(holds), _) => Some(holds.unwrap_or(false)),
        Expr::Literal(value, _) if value.is_null() => Some(false),
        _ => None,
    }
}

/// An aggregate has its keys before its values; a projection gets further columns at its end.
fn keys_come_first(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Aggregate(_) => true,
        LogicalPlan::Filter(node) => keys_come_first(&node.input),
        LogicalPlan::SubqueryAlias(node) => keys_come_first(&node.input),
        _ => false,
    }
}

fn constant(expr: &Expr, values: &[Expr], plan: &LogicalPlan) -> Option<Expr> {
    // The keys that the links added stand before the aggregates, and nothing names them here.
    let columns = plan.schema().columns();
    let added = columns.len().checked_sub(values.len())?;
    let before = if keys_come_first(plan) { added } else { 0 };
    let known: HashMap<Column, &Expr> = columns.into_iter().skip(before).zip(values).collect();
    let replaced = expr.clone().transform(|part| match &part {
        Expr::Column(column) => Ok(match known.get(column) {
            Some(value) => Transformed::yes((*value).clone()),
            None => Transformed::no(part),
        }),
        _ => Ok(Transformed::no(part)),
    });
    let context = SimplifyContext::builder().with_schema(Arc::new(DFSchema::empty())).build();
    let simplifier = ExprSimplifier::new(context);
    match simplifier.simplify(replaced.ok()?.data.unalias()).ok()? {
        literal @ Expr::Literal(..) => Some(literal),
        _ => None,
    }
}
