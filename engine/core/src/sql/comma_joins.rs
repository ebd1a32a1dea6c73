//! Tables listed with commas get their join conditions from WHERE.
//!
//! `FROM a, b WHERE a.x = b.x` means `a JOIN b ON a.x = b.x`. The planner's own rule writes it that way. It would go
//! through the whole plan and reorder joins that need no help, so it sees one WHERE at a time, and of the joined tables
//! only their columns.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchemaRef, JoinType, Result as Planned};
use datafusion::logical_expr::{EmptyRelation, Filter, Join, LogicalPlan};
use datafusion::optimizer::eliminate_cross_join::EliminateCrossJoin;
use datafusion::optimizer::{OptimizerContext, OptimizerRule};

use crate::refusal::Refusal;

/// The same plan with conditions of WHERE moved into the joins below that have none.
pub(super) fn given_conditions(plan: LogicalPlan) -> Result<LogicalPlan, Refusal> {
    let rewritten = plan.transform_up(|node| match node {
        LogicalPlan::Filter(filter) if has_bare_join(&filter.input) => {
            conditioned(filter).map(Transformed::yes)
        }
        other => Ok(Transformed::no(other)),
    });
    rewritten.map(|plan| plan.data).map_err(|error| Refusal::internal(error.to_string()))
}

/// Whether inner joins, one on top of the other, hold one without a condition.
fn has_bare_join(plan: &LogicalPlan) -> bool {
    match inner_join(plan) {
        Some(join) => {
            (join.on.is_empty() && join.filter.is_none())
                || has_bare_join(&join.left)
                || has_bare_join(&join.right)
        }
        None => false,
    }
}

fn inner_join(plan: &LogicalPlan) -> Option<&Join> {
    match plan {
        LogicalPlan::Join(join) if join.join_type == JoinType::Inner => Some(join),
        _ => None,
    }
}

/// A table that was kept aside, with the schema that stands for it.
type Table = (DFSchemaRef, LogicalPlan);

/// The filter with its inner joins, rewritten by the rule.
fn conditioned(filter: Filter) -> Planned<LogicalPlan> {
    let mut tables = vec![];
    let joins = bare_of_tables(Arc::unwrap_or_clone(filter.input), &mut tables)?;
    let filter = LogicalPlan::Filter(Filter::try_new(filter.predicate, Arc::new(joins))?);
    let rewritten = EliminateCrossJoin::new().rewrite(filter, &OptimizerContext::new())?;
    let whole = rewritten.data.transform_up(|node| match &node {
        LogicalPlan::EmptyRelation(empty) => {
            let table = tables.iter().find(|(schema, _)| Arc::ptr_eq(schema, &empty.schema));
            Ok(match table {
                Some((_, table)) => Transformed::yes(table.clone()),
                None => Transformed::no(node),
            })
        }
        _ => Ok(Transformed::no(node)),
    })?;
    Ok(whole.data)
}

/// The joins with an empty table of the same columns in place of each table, which is kept aside.
fn bare_of_tables(plan: LogicalPlan, tables: &mut Vec<Table>) -> Planned<LogicalPlan> {
    if inner_join(&plan).is_some() {
        return plan
            .map_children(|child| bare_of_tables(child, tables).map(Transformed::yes))
            .map(|plan| plan.data);
    }
    // A schema of its own, by which the table is found again.
    let schema = Arc::new(plan.schema().as_ref().clone());
    let empty = EmptyRelation { produce_one_row: false, schema: Arc::clone(&schema) };
    tables.push((schema, plan));
    Ok(LogicalPlan::EmptyRelation(empty))
}
