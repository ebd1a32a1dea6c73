//! `x IN (SELECT y ..)`, with SQL's three answers.
//!
//! True where some y equals x. False where none does. Neither, where none does but some y is NULL, or where x is
//! NULL and there is any y. NOT IN chooses the rows of the second kind only.

use std::sync::Arc;

use datafusion::common::{Column, JoinType, ScalarValue};
use datafusion::logical_expr::{Distinct, Expr, Filter, Join, Limit, LogicalPlan, lit, when};

use super::pull_up::{Inner, Pulled};
use super::{chosen, internal, joined, marked};
use crate::refusal::Refusal;

/// What decides about membership.
pub(super) struct Membership {
    /// Partners whose value is the same.
    same: Inner,
    /// Partners because of whom nothing can be said; none where NULL cannot occur.
    unknown: Vec<Inner>,
}

impl Membership {
    pub(super) fn new(
        expr: Expr,
        pulled: Pulled,
        outer: &LogicalPlan,
        names: [String; 3],
    ) -> Result<Self, Refusal> {
        let [same, null_inside, null_outside] = names;
        let linked = !pulled.conditions.is_empty();
        let missing_inside = !always_there(&pulled.plan, 0);
        let missing_outside = match &expr {
            Expr::Column(column) => !column_always_there(outer, column),
            _ => true,
        };
        let again = || Pulled {
            plan: pulled.plan.clone(),
            conditions: pulled.conditions.clone(),
            grouped: pulled.grouped,
            empty: None,
        };
        let mut unknown = vec![];
        if missing_inside {
            let mut nulls = again();
            let Some(first) = nulls.plan.schema().iter().next() else {
                return Err(Refusal::internal("a sub-query without a column"));
            };
            let is_null = Expr::Column(Column::from(first)).is_null();
            let filter = Filter::try_new(is_null, Arc::new(nulls.plan)).map_err(internal)?;
            nulls.plan = one_of(LogicalPlan::Filter(filter), linked);
            unknown.push(nulls.aliased(null_inside, vec![])?);
        }
        if missing_outside {
            let mut any = again();
            any.plan = one_of(any.plan, linked);
            let mut any = any.aliased(null_outside, vec![])?;
            any.conditions.push(expr.clone().is_null());
            unknown.push(any);
        }
        let mut same = again().aliased(same, vec![])?;
        if let Some(value) = same.plan.schema().iter().next() {
            same.conditions.push(expr.eq(Expr::Column(Column::from(value))));
        }
        Ok(Self { same, unknown })
    }

    /// Keeps the rows that are members, or those that certainly are not.
    pub(super) fn choose(self, plan: LogicalPlan, negated: bool) -> Result<LogicalPlan, Refusal> {
        let Self { same, unknown } = self;
        let mut plan = joined(plan, same.plan, same.conditions, chosen(negated))?;
        if negated {
            for inner in unknown {
                plan = joined(plan, inner.plan, inner.conditions, JoinType::LeftAnti)?;
            }
        }
        Ok(plan)
    }

    /// Membership as a value: true, false or NULL.
    pub(super) fn mark(self, plan: &mut LogicalPlan, negated: bool) -> Result<Expr, Refusal> {
        let Self { same, unknown } = self;
        let mut value = when(marked(plan, same)?, lit(true));
        for inner in unknown {
            value = value.when(marked(plan, inner)?, lit(ScalarValue::Boolean(None)));
        }
        let value = value.otherwise(lit(false)).map_err(internal)?;
        Ok(if negated { Expr::Not(Box::new(value)) } else { value })
    }
}

/// Of a sub-query that is the same for every outer row one row says as much as all.
fn one_of(plan: LogicalPlan, linked: bool) -> LogicalPlan {
    if linked {
        return plan;
    }
    let one = Some(Box::new(lit(1_i64)));
    LogicalPlan::Limit(Limit { skip: None, fetch: one, input: Arc::new(plan) })
}

/// Whether a column is one of a table that declares it as never missing, taken as it is. What is computed may be
/// NULL where the planner thinks otherwise, because expressions are made total later.
fn always_there(plan: &LogicalPlan, at: usize) -> bool {
    match plan {
        LogicalPlan::TableScan(scan) => {
            scan.projected_schema.fields().get(at).is_some_and(|field| !field.is_nullable())
        }
        LogicalPlan::Projection(node) => match node.expr.get(at).cloned().map(Expr::unalias) {
            Some(Expr::Column(column)) => column_always_there(&node.input, &column),
            _ => false,
        },
        LogicalPlan::Filter(node) => always_there(&node.input, at),
        LogicalPlan::SubqueryAlias(node) => always_there(&node.input, at),
        LogicalPlan::Distinct(Distinct::All(input)) => always_there(input, at),
        // The columns that windows add come after those of the input.
        LogicalPlan::Window(node) => {
            at < node.input.schema().fields().len() && always_there(&node.input, at)
        }
        LogicalPlan::Aggregate(node) => match node.group_expr.get(at) {
            Some(Expr::Column(key)) => column_always_there(&node.input, key),
            _ => false,
        },
        LogicalPlan::Union(node) => node.inputs.iter().all(|part| always_there(part, at)),
        LogicalPlan::Join(node) => joined_always_there(node, at),
        _ => false,
    }
}

fn column_always_there(plan: &LogicalPlan, column: &Column) -> bool {
    plan.schema().maybe_index_of_column(column).is_some_and(|at| always_there(plan, at))
}

/// Only the side that keeps its rows, or both where only pairs stay.
fn joined_always_there(node: &Join, at: usize) -> bool {
    let left = node.left.schema().fields().len();
    match (node.join_type, at.checked_sub(left)) {
        (
            JoinType::Inner
            | JoinType::Left
            | JoinType::LeftSemi
            | JoinType::LeftAnti
            | JoinType::LeftMark,
            None,
        ) => always_there(&node.left, at),
        (JoinType::Inner | JoinType::Right, Some(at)) => always_there(&node.right, at),
        (
            JoinType::Right
            | JoinType::Full
            | JoinType::RightSemi
            | JoinType::RightAnti
            | JoinType::RightMark,
            None,
        )
        | (
            JoinType::Left
            | JoinType::Full
            | JoinType::LeftSemi
            | JoinType::LeftAnti
            | JoinType::LeftMark
            | JoinType::RightSemi
            | JoinType::RightAnti
            | JoinType::RightMark,
            Some(_),
        ) => false,
    }
}
