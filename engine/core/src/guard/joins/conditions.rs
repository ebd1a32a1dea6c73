//! The condition of a join: equalities between the sides, and the rest.

use datafusion::common::DFSchema;
use datafusion::logical_expr::utils::{
    conjunction, find_valid_equijoin_key_pair, split_conjunction_owned,
};
use datafusion::logical_expr::{BinaryExpr, Expr, Join, Operator};

use super::super::facts::Relation;
use super::super::walk::internal;
use crate::refusal::Refusal;

/// An equality: left side, right side.
pub(super) type Pair = (Expr, Expr);

/// The parts of a join's condition.
pub(super) struct Condition {
    pub(super) on: Vec<Pair>,
    pub(super) filter: Option<Expr>,
}

impl Condition {
    /// The condition of a node over these sides. The planner leaves equalities in the filter.
    pub(super) fn of(node: &Join, left: &Relation, right: &Relation) -> Result<Self, Refusal> {
        let (l, r): (&DFSchema, &DFSchema) = (left.plan.schema(), right.plan.schema());
        let mut on = node.on.clone();
        let mut rest = vec![];
        for part in node.filter.clone().map(split_conjunction_owned).unwrap_or_default() {
            let pair = match &part {
                Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
                    find_valid_equijoin_key_pair(left, right, l, r).map_err(internal)?
                }
                _ => None,
            };
            match pair {
                Some(pair) => on.push(pair),
                None => rest.push(part),
            }
        }
        Ok(Self { on, filter: conjunction(rest) })
    }

    /// The same condition with the sides changed over.
    pub(super) fn swapped(self) -> Self {
        Self { on: self.on.into_iter().map(|(l, r)| (r, l)).collect(), ..self }
    }

    /// The left sides of the equalities.
    pub(super) fn left(&self) -> Vec<&Expr> {
        self.on.iter().map(|(l, _)| l).collect()
    }

    /// The right sides of the equalities.
    pub(super) fn right(&self) -> Vec<&Expr> {
        self.on.iter().map(|(_, r)| r).collect()
    }
}
