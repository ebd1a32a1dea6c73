//! Each key of GROUP BY once.
//!
//! The planner keeps a key that is written twice in the list of keys and leaves it out of the output. Whoever goes
//! through the two side by side would then take one column for another, so the second is left out of both
//! (PERSON-KNOWN).

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan};

use crate::refusal::Refusal;

/// The same plan without repeated keys.
pub(super) fn once(plan: LogicalPlan) -> Result<LogicalPlan, Refusal> {
    let changed = plan.transform_up_with_subqueries(without_repeats);
    changed.map(|plan| plan.data).map_err(|error| Refusal::internal(error.to_string()))
}

fn without_repeats(node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let LogicalPlan::Aggregate(aggregate) = node else { return Ok(Transformed::no(node)) };
    let mut keys: Vec<Expr> = vec![];
    for key in &aggregate.group_expr {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    if keys.len() == aggregate.group_expr.len() {
        return Ok(Transformed::no(LogicalPlan::Aggregate(aggregate)));
    }
    let Aggregate { input, aggr_expr, schema, .. } = aggregate;
    let aggregate = Aggregate::try_new_with_schema(input, keys, aggr_expr, Arc::clone(&schema))?;
    Ok(Transformed::yes(LogicalPlan::Aggregate(aggregate)))
}
