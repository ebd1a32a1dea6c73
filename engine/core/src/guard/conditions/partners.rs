//! That a row finds a partner in a join is a condition too: what a join equates beside the person chooses rows of people.
//!
//! Between two relations about people each further equation is one, whatever kind of join it is. With a table about nobody the match itself is one,
//! unless a stored column is looked up in a stored table: there the researcher has written nothing that could single
//! anybody out.
//!
//! Must never know: rows.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Column, JoinType, Result};
use datafusion::logical_expr::{Expr, ExprSchemable, Join, LogicalPlan};

use crate::catalog::contract::TableKind;
use crate::sql::SourceTable;

/// What a join requires of rows about people, beside its filter.
pub(super) enum Partners {
    /// Nothing that could be left out.
    Any,
    /// These of its equations, by place, between two relations about people.
    Equal(Vec<usize>),
    /// That there is a match; without it the join is of this kind.
    Match(JoinType),
}

impl Partners {
    pub(super) fn of(node: &Join) -> Result<Self> {
        let kind = node.join_type;
        Ok(match (is_personal(&node.left)?, is_personal(&node.right)?) {
            (true, true) => {
                let mut further = vec![];
                for (at, (left, right)) in node.on.iter().enumerate() {
                    let person = is_person(left, &node.left)? && is_person(right, &node.right)?;
                    if !person {
                        further.push(at);
                    }
                }
                Self::Equal(further)
            }
            (true, false)
                if matches!(kind, JoinType::Inner | JoinType::Right) && is_written(node, true) =>
            {
                Self::Match(JoinType::Left)
            }
            (false, true)
                if matches!(kind, JoinType::Inner | JoinType::Left) && is_written(node, false) =>
            {
                Self::Match(JoinType::Right)
            }
            _ => Self::Any,
        })
    }
}

fn is_personal(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(source) = scan.source.downcast_ref::<SourceTable>()
        {
            found |= matches!(source.0.table.kind, TableKind::Personal { .. });
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// Whether it is the column of the person.
pub(super) fn is_person_column(expr: &Expr, of: &LogicalPlan) -> bool {
    is_person(expr, of).unwrap_or(false)
}

/// Only the person has this type, and nothing is made into it (`sql/expressions.rs`).
fn is_person(expr: &Expr, of: &LogicalPlan) -> Result<bool> {
    let is_column = matches!(expr, Expr::Column(_));
    Ok(is_column && expr.get_type(of.schema().as_ref())? == DataType::UInt32)
}

/// Whether the researcher wrote what is matched, and not only which stored columns are.
fn is_written(node: &Join, personal_left: bool) -> bool {
    let (personal, public) =
        if personal_left { (&node.left, &node.right) } else { (&node.right, &node.left) };
    let keys = node.on.iter().map(|(left, right)| if personal_left { left } else { right });
    !is_table(public) || keys.into_iter().any(|key| !is_stored(key, personal))
}

/// Whether it is a table of the catalogue as it is.
fn is_table(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::TableScan(scan) => scan.source.downcast_ref::<SourceTable>().is_some(),
        LogicalPlan::SubqueryAlias(node) => is_table(&node.input),
        LogicalPlan::Projection(node) => {
            is_table(&node.input) && node.expr.iter().all(|expr| is_stored(expr, &node.input))
        }
        _ => false,
    }
}

/// Whether it is a column of a table, whatever it is called.
pub(super) fn is_stored(expr: &Expr, of: &LogicalPlan) -> bool {
    match expr {
        Expr::Alias(alias) => is_stored(&alias.expr, of),
        Expr::Cast(cast) => is_stored(&cast.expr, of),
        Expr::Column(column) => is_stored_column(column, of),
        _ => false,
    }
}

fn is_stored_column(column: &Column, of: &LogicalPlan) -> bool {
    let Some(at) = of.schema().maybe_index_of_column(column) else { return false };
    let nth = |plan: &LogicalPlan, at: usize| {
        plan.schema().columns().get(at).is_some_and(|column| is_stored_column(column, plan))
    };
    match of {
        LogicalPlan::TableScan(_) => true,
        LogicalPlan::SubqueryAlias(node) => nth(&node.input, at),
        LogicalPlan::Filter(node) => nth(&node.input, at),
        LogicalPlan::Projection(node) => {
            node.expr.get(at).is_some_and(|expr| is_stored(expr, &node.input))
        }
        LogicalPlan::Aggregate(node) => {
            node.group_expr.get(at).is_some_and(|expr| is_stored(expr, &node.input))
        }
        LogicalPlan::Join(node) => match node.join_type {
            JoinType::RightSemi | JoinType::RightAnti => nth(&node.right, at),
            kind => match at.checked_sub(node.left.schema().fields().len()) {
                None => nth(&node.left, at),
                Some(_) if kind == JoinType::LeftMark => false,
                Some(at) => nth(&node.right, at),
            },
        },
        _ => false,
    }
}
