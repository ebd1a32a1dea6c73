//! How many rows a sub-query has, and what of it EXISTS does not look at.

use datafusion::logical_expr::{FetchType, LogicalPlan, SkipType};

/// Whether a plan has one row at most, by its form alone.
pub(super) fn at_most_one_row(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(node) => at_most_one_row(&node.input),
        LogicalPlan::Filter(node) => at_most_one_row(&node.input),
        LogicalPlan::Sort(node) => node.fetch == Some(1) || at_most_one_row(&node.input),
        LogicalPlan::SubqueryAlias(node) => at_most_one_row(&node.input),
        LogicalPlan::Aggregate(node) => node.group_expr.is_empty(),
        LogicalPlan::EmptyRelation(_) => true,
        LogicalPlan::Limit(node) => {
            matches!(node.get_fetch_type(), Ok(FetchType::Literal(Some(0 | 1))))
                || at_most_one_row(&node.input)
        }
        LogicalPlan::Values(node) => node.values.len() <= 1,
        _ => false,
    }
}

/// What EXISTS looks into: order does not matter, and neither does LIMIT as long as it lets a row through.
pub(super) fn unordered(plan: &LogicalPlan) -> LogicalPlan {
    match plan {
        LogicalPlan::Sort(node) if node.fetch.is_none_or(|fetch| fetch > 0) => {
            unordered(&node.input)
        }
        LogicalPlan::Limit(node) => {
            let all = matches!(node.get_skip_type(), Ok(SkipType::Literal(0)));
            match node.get_fetch_type() {
                Ok(FetchType::Literal(Some(fetch))) if all && fetch > 0 => unordered(&node.input),
                _ => plan.clone(),
            }
        }
        _ => plan.clone(),
    }
}
