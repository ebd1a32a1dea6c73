//! The rows behind a protected table: the relation below all filters and projections, and everything in terms of it.

mod base;

use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::{Expr, LogicalPlan};

use self::base::Base;
use crate::guard::release::PersonalRelease;

/// Where the relation of a table stands; names that are reserved for the engine begin like this.
const PLACE: &str = "rows";

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
    let LogicalPlan::Projection(node) = &release.input else { return None };
    let of = |base: Base| {
        let expr = |expr: &Expr| base.expr(&plain(expr), &node.input);
        let exprs: Option<Vec<Expr>> = node.expr.iter().map(expr).collect();
        Some((exprs?, base))
    };
    // Where something hangs on a column that was taken off, the relation stays as it is.
    let apart = Base::of(&node.input, PLACE).and_then(of);
    let (mut exprs, base) = match apart {
        Some(apart) => apart,
        None => Base::whole(&node.input, PLACE).and_then(of)?,
    };
    let arguments = exprs.split_off(exprs.len().checked_sub(release.arguments.len())?);
    let keys = exprs.split_off(exprs.len().checked_sub(release.keys.len())?);
    let [person] = <[Expr; 1]>::try_from(exprs).ok()?;
    let person = base.first_of(person);
    let mut conditions = base.conditions;
    conditions.sort_by_cached_key(ToString::to_string);
    conditions.dedup();
    Some(Rows { base: base.plan, person, keys, arguments, conditions })
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
