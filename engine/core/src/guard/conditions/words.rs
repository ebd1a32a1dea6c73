//! What a plan computes, in words: all that names a number beside its conditions.
//!
//! Columns of tables go by their names; others, which a researcher writes or computes, by their place in what they come
//! from: names can be given to them at will, and moved from one to another. Must never know: rows.

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::scalar::ScalarValue;

use crate::guard::structural::KeyColumn;

/// What a plan computes, in order: conditions, columns, what joins equate, and rows that were written.
pub(super) fn of(plan: &LogicalPlan) -> Result<String> {
    let mut found = vec![];
    plan.apply_with_subqueries(|node| {
        match node {
            LogicalPlan::Values(rows) => {
                let all = rows.values.iter().flatten();
                found.extend(all.map(ToString::to_string));
            }
            LogicalPlan::Join(join) => {
                let side =
                    |expr, plan| said(expr, &[plan]).unwrap_or_else(|| written(expr, &[plan]));
                found.extend(join.on.iter().map(|(left, right)| {
                    let (left, right) = (side(left, &join.left), side(right, &join.right));
                    format!("{} {left} = {right}", join.join_type)
                }));
                found.extend(join.filter.iter().map(|filter| {
                    let filter = written(filter, &[&join.left, &join.right]);
                    format!("{} on {filter}", join.join_type)
                }));
            }
            other => {
                let inputs = other.inputs();
                found.extend(other.expressions().iter().filter_map(|expr| said(expr, &inputs)));
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found.join("\n"))
}

/// An expression over these relations in words; nothing where it is a column of a table as it is, or says nothing.
pub(super) fn said(expr: &Expr, over: &[&LogicalPlan]) -> Option<String> {
    match expr {
        Expr::Alias(alias) => said(&alias.expr, over),
        Expr::Column(_) if is_of_table(expr, over) => None,
        Expr::Literal(ScalarValue::Boolean(Some(true)), _) => None,
        other => Some(written(other, over)),
    }
}

/// An expression over these relations, with the places of columns that are not of a table.
pub(super) fn written(expr: &Expr, over: &[&LogicalPlan]) -> String {
    let placed = expr.clone().transform(|expr| {
        let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
        if is_of_table(&expr, over) {
            return Ok(Transformed::no(expr));
        }
        let mut places = (0..).zip(over).filter_map(|(side, plan): (usize, _)| {
            Some((side, plan.schema().maybe_index_of_column(column)?))
        });
        match places.next() {
            Some((side, at)) => {
                let column = Column::new_unqualified(format!("#{side}.{at}"));
                Ok(Transformed::yes(Expr::Column(column)))
            }
            None => Ok(Transformed::no(expr)),
        }
    });
    placed.map_or_else(|_| expr.to_string(), |placed| placed.data.to_string())
}

fn is_of_table(expr: &Expr, over: &[&LogicalPlan]) -> bool {
    over.iter().any(|plan| KeyColumn::of(expr, plan).is_some())
}
