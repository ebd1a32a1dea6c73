//! One way to write a relation: what the query put between its tables and the boundary is taken off, and inner joins
//! stand in one order under names of our own. So the same rows are the same plan, however they were written.
//!
//! Taken off are filters, projections and aliases, also below inner joins, and windows, which add columns and no rows. Everything else stays as it is, and is found again only when it is
//! written alike.
//!
//! Must never know: rows.

use std::sync::Arc;

use datafusion::common::{Column, JoinConstraint, JoinType, NullEquality};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, Join, LogicalPlan, SubqueryAlias};

use super::{plain, rewritten};

/// A relation without what was taken off it.
pub(super) struct Base {
    pub(super) plan: LogicalPlan,
    /// Every column of the relation in terms of the plan; nothing where it cannot be said.
    columns: Vec<Option<Expr>>,
    /// Which rows of the plan the relation has: those for which all hold.
    pub(super) conditions: Vec<Expr>,
    /// What inner joins make equal.
    equal: Vec<(Expr, Expr)>,
}

impl Base {
    /// Takes a relation apart. `place` names its tables. `None` where that does not lead to a plan.
    pub(super) fn of(plan: &LogicalPlan, place: &str) -> Option<Self> {
        match plan {
            LogicalPlan::Filter(node) => {
                let mut base = Self::of(&node.input, place)?;
                base.require(split_conjunction(&node.predicate), &node.input)?;
                Some(base)
            }
            LogicalPlan::Projection(node) => {
                let base = Self::of(&node.input, place)?;
                let column = |expr: &Expr| base.expr(&plain(expr), &node.input);
                Some(Self { columns: node.expr.iter().map(column).collect(), ..base })
            }
            LogicalPlan::SubqueryAlias(node) => Self::of(&node.input, place),
            LogicalPlan::Window(node) => {
                let mut base = Self::of(&node.input, place)?;
                base.columns.resize(node.schema.fields().len(), None);
                Some(base)
            }
            LogicalPlan::Join(node) if is_inner(node) => Self::joined(node, place),
            other => Self::table(other, place),
        }
    }

    /// An expression over the relation in terms of the plan.
    pub(super) fn expr(&self, expr: &Expr, relation: &LogicalPlan) -> Option<Expr> {
        let below = |column: &Column| {
            let at = relation.schema().maybe_index_of_column(column)?;
            self.columns.get(at).cloned().flatten()
        };
        rewritten(expr, &below)
    }

    /// The first by name of everything that an inner join makes equal to this.
    pub(super) fn first_of(&self, expr: Expr) -> Expr {
        let mut same = vec![expr];
        let mut at = 0;
        while let Some(known) = same.get(at).cloned() {
            for (one, other) in &self.equal {
                for (one, other) in [(one, other), (other, one)] {
                    if *one == known && !same.contains(other) {
                        same.push(other.clone());
                    }
                }
            }
            at += 1;
        }
        same.sort_by_cached_key(ToString::to_string);
        same.into_iter().next().unwrap_or_else(|| datafusion::logical_expr::lit(true))
    }

    fn require(&mut self, conditions: Vec<&Expr>, relation: &LogicalPlan) -> Option<()> {
        for condition in conditions {
            let condition = self.expr(condition, relation)?;
            self.conditions.push(condition);
        }
        Some(())
    }

    /// A relation without the filters, projections and aliases above it, and otherwise as it is.
    pub(super) fn whole(plan: &LogicalPlan, place: &str) -> Option<Self> {
        match plan {
            LogicalPlan::Filter(node) => {
                let mut base = Self::whole(&node.input, place)?;
                base.require(split_conjunction(&node.predicate), &node.input)?;
                Some(base)
            }
            LogicalPlan::Projection(node) => {
                let base = Self::whole(&node.input, place)?;
                let column = |expr: &Expr| base.expr(&plain(expr), &node.input);
                Some(Self { columns: node.expr.iter().map(column).collect(), ..base })
            }
            LogicalPlan::SubqueryAlias(node) => Self::whole(&node.input, place),
            other => Self::table(other, place),
        }
    }

    /// What stays as it is, under a name that depends on its place alone.
    fn table(plan: &LogicalPlan, place: &str) -> Option<Self> {
        let name = format!("tresor_{place}");
        let named = SubqueryAlias::try_new(Arc::new(plan.clone()), name).ok()?;
        let columns = named.schema.columns().into_iter().map(|column| Some(Expr::Column(column)));
        let columns = columns.collect();
        let plan = LogicalPlan::SubqueryAlias(named);
        Some(Self { plan, columns, conditions: vec![], equal: vec![] })
    }

    fn joined(node: &Join, place: &str) -> Option<Self> {
        let swapped = signature(&node.left) > signature(&node.right);
        let (first, second) = if swapped { ("b", "a") } else { ("a", "b") };
        let left = Self::of(&node.left, &format!("{place}{first}"))?;
        let right = Self::of(&node.right, &format!("{place}{second}"))?;
        let pair = |(one, other): &(Expr, Expr)| {
            Some((left.expr(one, &node.left)?, right.expr(other, &node.right)?))
        };
        let equal: Vec<(Expr, Expr)> = node.on.iter().map(pair).collect::<Option<_>>()?;
        let mut on = equal.clone();
        let (mut first, mut second) = (left.plan, right.plan);
        if swapped {
            std::mem::swap(&mut first, &mut second);
            on = on.into_iter().map(|(one, other)| (other, one)).collect();
        }
        on.sort_by_cached_key(|(one, other)| format!("{one} {other}"));
        on.dedup();
        let plan = Join::try_new(
            Arc::new(first),
            Arc::new(second),
            on,
            None,
            JoinType::Inner,
            JoinConstraint::On,
            NullEquality::NullEqualsNothing,
            false,
        );
        let mut base = Self {
            plan: LogicalPlan::Join(plan.ok()?),
            columns: left.columns.into_iter().chain(right.columns).collect(),
            conditions: left.conditions.into_iter().chain(right.conditions).collect(),
            equal: left.equal.into_iter().chain(right.equal).chain(equal).collect(),
        };
        if let Some(filter) = &node.filter {
            let relation = LogicalPlan::Join(node.clone());
            base.require(split_conjunction(filter), &relation)?;
        }
        Some(base)
    }
}

fn is_inner(node: &Join) -> bool {
    node.join_type == JoinType::Inner && node.null_equality == NullEquality::NullEqualsNothing
}

/// The tables of a relation in an order that does not depend on how it is written.
fn signature(plan: &LogicalPlan) -> String {
    match plan {
        LogicalPlan::Filter(node) => signature(&node.input),
        LogicalPlan::Projection(node) => signature(&node.input),
        LogicalPlan::SubqueryAlias(node) => signature(&node.input),
        LogicalPlan::Window(node) => signature(&node.input),
        LogicalPlan::Join(node) if is_inner(node) => {
            let mut sides = [signature(&node.left), signature(&node.right)];
            sides.sort();
            format!("({})", sides.join(", "))
        }
        other => other.display_indent().to_string(),
    }
}
