//! The rows behind a protected table: the relation below all filters and projections, and everything in terms of it.

use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, LogicalPlan, Projection, SubqueryAlias};

use crate::guard::release::PersonalRelease;

/// A protected table in terms of the relation that its rows come from.
pub(super) struct Rows {
    pub(super) base: LogicalPlan,
    pub(super) person: Expr,
    pub(super) keys: Vec<Expr>,
    pub(super) arguments: Vec<Expr>,
    /// Which rows of the base it is about: those for which all hold.
    pub(super) conditions: Vec<Expr>,
}

impl Rows {
    /// Whether two tables are about rows of the same relation and the same persons.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.person == other.person && self.base == other.base
    }
}

/// Takes the input of a release apart. `None` where it has another shape than the guard gives it.
pub(super) fn rows_of(release: &PersonalRelease) -> Option<Rows> {
    let mut exprs: Vec<Expr> = match &release.input {
        LogicalPlan::Projection(node) => node.expr.iter().map(plain).collect(),
        _ => return None,
    };
    let LogicalPlan::Projection(Projection { input, .. }) = &release.input else { return None };
    let mut base: &LogicalPlan = input;
    let mut conditions: Vec<Expr> = vec![];
    loop {
        match base {
            LogicalPlan::Filter(node) => {
                conditions.extend(split_conjunction(&node.predicate).into_iter().cloned());
                base = &node.input;
            }
            LogicalPlan::Projection(node) => {
                let below = |column: &Column| {
                    node.expr.get(node.schema.maybe_index_of_column(column)?).map(plain)
                };
                for expr in exprs.iter_mut().chain(&mut conditions) {
                    *expr = rewritten(expr, &below)?;
                }
                base = &node.input;
            }
            LogicalPlan::SubqueryAlias(SubqueryAlias { input, schema, .. }) => {
                let below = |column: &Column| {
                    let at = schema.maybe_index_of_column(column)?;
                    Some(Expr::Column(Column::from(input.schema().qualified_field(at))))
                };
                for expr in exprs.iter_mut().chain(&mut conditions) {
                    *expr = rewritten(expr, &below)?;
                }
                base = input;
            }
            _ => break,
        }
    }
    let arguments = exprs.split_off(exprs.len().checked_sub(release.arguments.len())?);
    let keys = exprs.split_off(exprs.len().checked_sub(release.keys.len())?);
    let [person] = <[Expr; 1]>::try_from(exprs).ok()?;
    conditions.sort_by_cached_key(ToString::to_string);
    conditions.dedup();
    Some(Rows { base: base.clone(), person, keys, arguments, conditions })
}

fn plain(expr: &Expr) -> Expr {
    expr.clone().unalias_nested().data
}

/// The expression with its columns replaced; `None` when one is not found.
fn rewritten(expr: &Expr, below: &dyn Fn(&Column) -> Option<Expr>) -> Option<Expr> {
    let mut complete = true;
    let found = expr.clone().transform_up(|inner| match &inner {
        Expr::Column(column) => Ok(match below(column) {
            Some(other) => Transformed::yes(other),
            None => {
                complete = false;
                Transformed::no(inner)
            }
        }),
        _ => Ok(Transformed::no(inner)),
    });
    found.ok().map(|found| found.data).filter(|_| complete)
}
