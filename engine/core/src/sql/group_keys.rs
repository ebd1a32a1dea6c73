//! GROUP BY names each key once.
//!
//! `GROUP BY region, region` groups as `GROUP BY region` does, and the planner gives it one column. Whoever counts the
//! keys to tell what stands where must not count that key twice: every column after it would be taken for the one
//! before, and the person for something else (PERSON-KNOWN).

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::{Aggregate, LogicalPlan};

use crate::refusal::Refusal;

/// The same plan without keys that are named again.
pub(super) fn named_once(plan: LogicalPlan) -> Result<LogicalPlan, Refusal> {
    let once = plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Aggregate(node) => without_repeats(node),
        other => Ok(Transformed::no(other)),
    });
    once.map(|plan| plan.data).map_err(|error| Refusal::internal(error.to_string()))
}

fn without_repeats(node: Aggregate) -> Result<Transformed<LogicalPlan>> {
    let mut keys = vec![];
    for key in &node.group_expr {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    if keys.len() == node.group_expr.len() {
        return Ok(Transformed::no(LogicalPlan::Aggregate(node)));
    }
    let node = Aggregate::try_new_with_schema(
        Arc::clone(&node.input),
        keys,
        node.aggr_expr,
        Arc::clone(&node.schema),
    )?;
    Ok(Transformed::yes(LogicalPlan::Aggregate(node)))
}
