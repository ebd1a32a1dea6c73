//! Sums over a sub-query that computes its columns: `sum(v)` where `v` is `price * (1 - discount)`.
//!
//! A computed column is no measure, and a product of two has no name of its own to carry. So where a sub-query only
//! computes, the aggregate is written over what lies beneath it, with the expressions in place of the columns: the
//! same question, and the same base measures, as without the sub-query.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, Projection};

use super::facts::Relation;
use super::polynomial::{self, NoPolynomial};
use super::walk::{Walk, internal};
use crate::refusal::Refusal;

/// What lies beneath a relation that computes its columns.
pub(super) struct Beneath {
    relation: Relation,
    /// The columns of the relation above, by position, as they are written over this one.
    columns: Vec<Expr>,
}

/// Walks the input of an aggregate and keeps what lies beneath it.
///
/// # Errors
/// Those of the walk.
pub(super) fn walked(
    walk: &mut Walk<'_>,
    plan: &LogicalPlan,
) -> Result<(Relation, Option<Beneath>), Refusal> {
    match plan {
        LogicalPlan::SubqueryAlias(node) => {
            let (input, beneath) = walked(walk, &node.input)?;
            Ok((Walk::aliased(node, input)?, beneath))
        }
        LogicalPlan::Projection(node) => {
            let (input, beneath) = walked(walk, &node.input)?;
            let beneath = beneath_projection(node, &input, beneath)?;
            Ok((walk.projected(node, input)?, Some(beneath)))
        }
        other => Ok((walk.node(other)?, None)),
    }
}

/// Looks through a projection that only names columns. One that computes is looked through once, or expressions could
/// double with each level.
fn beneath_projection(
    node: &Projection,
    input: &Relation,
    beneath: Option<Beneath>,
) -> Result<Beneath, Refusal> {
    let plain = |expr: &Expr| matches!(expr.clone().unalias(), Expr::Column(_));
    match beneath {
        Some(known) if node.expr.iter().all(plain) => {
            let columns = node.expr.iter().map(|expr| known.written(expr, input));
            let columns = columns.collect::<Result<_, _>>()?;
            Ok(Beneath { relation: known.relation, columns })
        }
        Some(_) | None => Ok(Beneath { relation: input.clone(), columns: node.expr.clone() }),
    }
}

impl Beneath {
    /// The expression over `above`, written over what is beneath.
    fn written(&self, expr: &Expr, above: &Relation) -> Result<Expr, Refusal> {
        let written = expr.clone().transform(|part| {
            let Expr::Column(column) = &part else { return Ok(Transformed::no(part)) };
            let found = above.position(column).and_then(|at| self.columns.get(at));
            // What stands in for a column must not be searched for columns again.
            Ok(match found {
                Some(found) => Transformed::new(plain(found), true, TreeNodeRecursion::Jump),
                None => Transformed::no(part),
            })
        });
        Ok(written.map_err(internal)?.data)
    }

    /// The aggregate over what is beneath, if a sum in it has a form only there.
    ///
    /// # Errors
    /// Internal ones.
    pub(super) fn aggregate(
        self,
        node: &Aggregate,
        above: &Relation,
    ) -> Result<Option<(Aggregate, Relation)>, Refusal> {
        if self.relation.person().is_none() || !self.has_more(node, above)? {
            return Ok(None);
        }
        let over = |exprs: &[Expr]| -> Result<Vec<Expr>, Refusal> {
            exprs.iter().map(|expr| self.written(expr, above)).collect()
        };
        let (groups, aggregates) = (over(&node.group_expr)?, over(&node.aggr_expr)?);
        let input = Arc::new(self.relation.plan.clone());
        let schema = Arc::clone(&node.schema);
        let aggregate = Aggregate::try_new_with_schema(input, groups, aggregates, schema);
        Ok(Some((aggregate.map_err(internal)?, self.relation)))
    }

    fn has_more(&self, node: &Aggregate, above: &Relation) -> Result<bool, Refusal> {
        for argument in node.aggr_expr.iter().filter_map(summed) {
            if polynomial::of(argument, above) == Err(NoPolynomial::NotDeclared) {
                let written = self.written(argument, above)?;
                let beneath = polynomial::of(&written, &self.relation);
                if beneath != Err(NoPolynomial::NotDeclared) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// The expression without the name it was given.
fn plain(expr: &Expr) -> Expr {
    expr.clone().unalias()
}

/// What a sum or a mean is taken of.
fn summed(aggregate: &Expr) -> Option<&Expr> {
    match aggregate {
        Expr::Alias(alias) => summed(&alias.expr),
        Expr::AggregateFunction(call) if matches!(call.func.name(), "sum" | "avg") => {
            call.params.args.first()
        }
        _ => None,
    }
}
