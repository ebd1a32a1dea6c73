//! Conditions that link a sub-query to the outer query, taken out of it.
//!
//! They stand in a WHERE of the sub-query. Taken up through projections, and through an aggregate as further group
//! keys, they become the condition of a join. What they are linked by elsewhere is refused.

use std::sync::Arc;

use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, Distinct, Expr, Filter, LogicalPlan, Operator, Projection, SubqueryAlias,
};

use super::{empty, internal};
use crate::refusal::Refusal;
use crate::sql::shape::unsupported;
use crate::sql::text::QueryText;

/// A sub-query without its links.
pub(super) struct Pulled {
    pub(super) plan: LogicalPlan,
    /// The links, over columns of `plan` and outer references.
    pub(super) conditions: Vec<Expr>,
    /// Whether an aggregate without GROUP BY got the links as keys: then each value of them has one row.
    pub(super) grouped: bool,
    /// The values that the columns have for outer rows without a partner, where they have some.
    pub(super) empty: Option<Vec<Expr>>,
}

/// The inner side of a join.
pub(super) struct Inner {
    pub(super) plan: LogicalPlan,
    pub(super) conditions: Vec<Expr>,
}

/// Takes the links out of a sub-query.
pub(super) fn pull_up(plan: LogicalPlan, text: &QueryText) -> Result<Pulled, Refusal> {
    match plan {
        LogicalPlan::Filter(node) => filter(node, text),
        LogicalPlan::Projection(node) => projection(node, text),
        LogicalPlan::SubqueryAlias(node) => alias(node, text),
        LogicalPlan::Aggregate(node) => aggregate(node, text),
        LogicalPlan::Distinct(Distinct::All(input)) => {
            let pulled = pull_up(Arc::unwrap_or_clone(input), text)?;
            let plan = LogicalPlan::Distinct(Distinct::All(Arc::new(pulled.plan)));
            Ok(Pulled { plan, ..pulled })
        }
        other if is_linked(&other)? => Err(too_deep(text)),
        other => Ok(Pulled { plan: other, conditions: vec![], grouped: false, empty: None }),
    }
}

fn filter(node: Filter, text: &QueryText) -> Result<Pulled, Refusal> {
    let mut pulled = pull_up(Arc::unwrap_or_clone(node.input), text)?;
    let (links, own): (Vec<Expr>, Vec<Expr>) =
        split_conjunction_owned(node.predicate).into_iter().partition(Expr::contains_outer);
    if !links.is_empty() && pulled.grouped {
        return Err(too_deep(text));
    }
    pulled.conditions.extend(links);
    let Some(own) = conjunction(own) else { return Ok(pulled) };
    if let Some(values) = &pulled.empty {
        match empty::holds(&own, values, &pulled.plan) {
            Some(true) => {}
            Some(false) => pulled.empty = None,
            None => return Err(too_deep(text)),
        }
    }
    let plan = Filter::try_new(own, Arc::new(pulled.plan)).map_err(internal)?;
    Ok(Pulled { plan: LogicalPlan::Filter(plan), ..pulled })
}

fn projection(node: Projection, text: &QueryText) -> Result<Pulled, Refusal> {
    if node.expr.iter().any(Expr::contains_outer) {
        return Err(too_deep(text));
    }
    let pulled = pull_up(Arc::unwrap_or_clone(node.input), text)?;
    let values = match &pulled.empty {
        Some(values) => {
            Some(empty::values(&node.expr, values, &pulled.plan).ok_or_else(|| too_deep(text))?)
        }
        None => None,
    };
    let mut exprs = node.expr;
    for column in inner_columns(&pulled.conditions) {
        let known = exprs.iter().any(|expr| matches!(expr, Expr::Column(c) if *c == column));
        if !known {
            exprs.push(Expr::Column(column));
        }
    }
    let plan = Projection::try_new(exprs, Arc::new(pulled.plan)).map_err(internal)?;
    Ok(Pulled { plan: LogicalPlan::Projection(plan), empty: values, ..pulled })
}

fn alias(node: SubqueryAlias, text: &QueryText) -> Result<Pulled, Refusal> {
    let pulled = pull_up(Arc::unwrap_or_clone(node.input), text)?;
    let to = |column: &Column| Column::new(Some(node.alias.clone()), &column.name);
    let conditions = renamed(pulled.conditions, &to)?;
    let plan = SubqueryAlias::try_new(Arc::new(pulled.plan), node.alias.clone());
    let plan = plan.map(LogicalPlan::SubqueryAlias).map_err(internal)?;
    Ok(Pulled { plan, conditions, ..pulled })
}

/// An aggregate per value of the links. Without GROUP BY it has a row even over nothing.
fn aggregate(node: Aggregate, text: &QueryText) -> Result<Pulled, Refusal> {
    let exprs = || node.group_expr.iter().chain(&node.aggr_expr);
    if exprs().any(Expr::contains_outer) {
        return Err(too_deep(text));
    }
    let pulled = pull_up(Arc::unwrap_or_clone(Arc::clone(&node.input)), text)?;
    if pulled.conditions.is_empty() {
        let plan = LogicalPlan::Aggregate(node);
        return Ok(Pulled { plan, conditions: vec![], grouped: false, empty: None });
    }
    let plain = !exprs().any(|expr| matches!(expr, Expr::GroupingSet(_)));
    if !plain || pulled.grouped || !pulled.conditions.iter().all(is_equality) {
        return Err(too_deep(text));
    }
    let single = node.group_expr.is_empty();
    let mut keys = node.group_expr;
    for column in inner_columns(&pulled.conditions) {
        let column = Expr::Column(column);
        if !keys.contains(&column) {
            keys.push(column);
        }
    }
    let empty = single.then(|| empty::of_aggregates(&node.aggr_expr, &node.input)).transpose();
    let empty = empty.map_err(internal)?;
    let plan = Aggregate::try_new(Arc::new(pulled.plan), keys, node.aggr_expr).map_err(internal)?;
    let plan = LogicalPlan::Aggregate(plan);
    Ok(Pulled { plan, conditions: pulled.conditions, grouped: single, empty })
}

impl Pulled {
    /// The sub-query under a name of its own: its columns, what the links need, and further columns.
    pub(super) fn aliased(self, name: String, more: Vec<(&str, Expr)>) -> Result<Inner, Refusal> {
        let schema = self.plan.schema();
        let mut exprs = vec![];
        if let Some(first) = schema.iter().next() {
            exprs.push(Expr::Column(Column::from(first)).alias("value"));
        }
        let links = inner_columns(&self.conditions);
        for (at, column) in links.iter().enumerate() {
            exprs.push(Expr::Column(column.clone()).alias(format!("link_{at}")));
        }
        exprs.extend(more.into_iter().map(|(name, expr)| expr.alias(name)));
        let plan = Projection::try_new(exprs, Arc::new(self.plan)).map_err(internal)?;
        let plan = SubqueryAlias::try_new(Arc::new(LogicalPlan::Projection(plan)), name.as_str())
            .map_err(internal)?;
        let place = |column: &Column| links.iter().position(|link| link == column).unwrap_or(0);
        let to =
            |column: &Column| Column::new(Some(name.clone()), format!("link_{}", place(column)));
        let conditions = renamed(self.conditions, &to)?.into_iter().map(without_outer).collect();
        Ok(Inner { plan: LogicalPlan::SubqueryAlias(plan), conditions })
    }
}

/// The columns of the sub-query that the links name.
fn inner_columns(conditions: &[Expr]) -> Vec<Column> {
    let mut columns: Vec<Column> = vec![];
    for condition in conditions {
        let _ = condition.apply(|part| {
            if let Expr::Column(column) = part
                && !columns.contains(column)
            {
                columns.push(column.clone());
            }
            Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
        });
    }
    columns
}

fn renamed(conditions: Vec<Expr>, to: &dyn Fn(&Column) -> Column) -> Result<Vec<Expr>, Refusal> {
    let rename = |condition: Expr| {
        condition.transform(|part| match part {
            Expr::Column(column) => Ok(Transformed::yes(Expr::Column(to(&column)))),
            other => Ok(Transformed::no(other)),
        })
    };
    conditions
        .into_iter()
        .map(|condition| rename(condition).map(|renamed| renamed.data).map_err(internal))
        .collect()
}

/// Outer references as the plain columns that they are beside the sub-query.
fn without_outer(condition: Expr) -> Expr {
    let plain = condition.clone().transform(|part| match part {
        Expr::OuterReferenceColumn(_, column) => Ok(Transformed::yes(Expr::Column(column))),
        other => Ok(Transformed::no(other)),
    });
    plain.map_or(condition, |plain| plain.data)
}

/// `own = outer`, in either order.
fn is_equality(condition: &Expr) -> bool {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = condition else {
        return false;
    };
    let own = |expr: &Expr| matches!(expr, Expr::Column(_));
    let outer = |expr: &Expr| expr.contains_outer() && expr.column_refs().is_empty();
    (own(left) && outer(right)) || (outer(left) && own(right))
}

/// Whether anything in a plan refers to the outer query.
fn is_linked(plan: &LogicalPlan) -> Result<bool, Refusal> {
    let mut linked = false;
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            linked |= expr.contains_outer();
            Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
        })
    });
    walked.map_err(internal)?;
    Ok(linked)
}

fn too_deep(text: &QueryText) -> Refusal {
    unsupported(
        "this way of linking a sub-query to the outer query",
        "link it with `=` in its WHERE, for example `WHERE a.person_id = p.person_id`, or join it in FROM",
    )
    .at(text.find_any(&["EXISTS", "IN"]))
}
