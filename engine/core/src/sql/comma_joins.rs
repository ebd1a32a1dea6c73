//! Tables listed with commas get their join conditions from WHERE.
//!
//! `FROM a, b WHERE a.x = b.x` means `a JOIN b ON a.x = b.x`. The planner's own rule writes it that way; it runs only
//! where a join has no condition, so that other queries stay as they were written.

use datafusion::common::JoinType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Join, LogicalPlan};
use datafusion::optimizer::eliminate_cross_join::EliminateCrossJoin;
use datafusion::optimizer::{OptimizerContext, OptimizerRule};

use crate::refusal::Refusal;

/// The same plan with conditions moved into joins that have none.
pub(super) fn given_conditions(plan: LogicalPlan) -> Result<LogicalPlan, Refusal> {
    let mut bare = false;
    let walked = plan.apply(|node| {
        bare |= matches!(node, LogicalPlan::Join(join) if is_bare(join));
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map_err(|error| Refusal::internal(error.to_string()))?;
    if !bare {
        return Ok(plan);
    }
    let rewritten = EliminateCrossJoin::new().rewrite(plan, &OptimizerContext::new());
    rewritten.map(|plan| plan.data).map_err(|error| Refusal::internal(error.to_string()))
}

fn is_bare(join: &Join) -> bool {
    join.join_type == JoinType::Inner && join.on.is_empty() && join.filter.is_none()
}
