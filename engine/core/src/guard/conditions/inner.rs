//! Conditions that stand where they cannot be measured row by row: below an aggregate per person, inside the looked-up
//! side of a semi-join, in one part of a union, in a CASE. Each can be left out of the plan, one by one.
//!
//! A plan is walked in one fixed order; every condition found takes the next number, whether it is left out or not. So
//! a number means the same condition however many others are left out. Must never know: rows.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{JoinType, Result};
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Filter, Join, LogicalPlan, Operator, lit};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::Removed;

use super::boolean::Pieces;
use super::partners::Partners;

/// How far a predicate is walked.
#[derive(Clone, Copy)]
enum Depth {
    /// Into the expressions of its pieces too.
    Whole,
    /// Down to its pieces: what is inside them was walked before.
    Pieces,
}

/// Counts conditions along a walk, and leaves out those that are removed.
pub(super) struct Sites {
    next: usize,
    removed: Removed,
    /// What each is, for the auditor; only where it is asked for.
    told: Vec<String>,
}

impl Sites {
    /// A walk whose first condition has this number.
    pub(super) const fn from(first: usize, removed: Removed) -> Self {
        Self { next: first, removed, told: vec![] }
    }

    /// The number that the next condition would have.
    pub(super) const fn next(&self) -> usize {
        self.next
    }

    /// What was found, in the order of the numbers.
    pub(super) fn into_told(self) -> Vec<String> {
        self.told
    }

    /// Takes the next number, and says whether the condition is left out.
    fn gone(&mut self, what: impl FnOnce() -> String) -> bool {
        let number = self.next;
        self.next += 1;
        self.told.push(what());
        u8::try_from(number).is_ok_and(|id| self.removed.contains(id))
    }

    /// The plan without the conditions that are removed.
    pub(super) fn plan(&mut self, plan: LogicalPlan) -> Result<LogicalPlan> {
        Ok(plan.transform_up(|node| self.node(node).map(Transformed::yes))?.data)
    }

    fn node(&mut self, node: LogicalPlan) -> Result<LogicalPlan> {
        match node {
            LogicalPlan::Filter(node) => {
                let predicate = self.predicate(&node.predicate, Depth::Whole)?;
                Filter::try_new(predicate, node.input).map(LogicalPlan::Filter)
            }
            LogicalPlan::Join(node) => self.join(node),
            LogicalPlan::Union(mut node) => {
                for input in &mut node.inputs {
                    if self.gone(|| "a part of a union".to_owned()) {
                        let none = Filter::try_new(lit(false), Arc::clone(input))?;
                        *input = Arc::new(LogicalPlan::Filter(none));
                    }
                }
                Ok(LogicalPlan::Union(node))
            }
            other => {
                let names = NamePreserver::new(&other);
                let changed = other.map_expressions(|expr| {
                    let saved = names.save(&expr);
                    let changed = Transformed::yes(self.expr(expr)?);
                    Ok(changed.update_data(|expr| saved.restore(expr)))
                })?;
                changed.data.recompute_schema()
            }
        }
    }

    fn join(&mut self, mut node: Join) -> Result<LogicalPlan> {
        if let Some(filter) = node.filter.take() {
            node.filter = Some(self.predicate(&filter, Depth::Whole)?);
        }
        match node.join_type {
            JoinType::LeftSemi | JoinType::LeftAnti => {
                if self.gone(|| "that there is, or is not, such a row elsewhere".to_owned()) {
                    return Ok(Arc::unwrap_or_clone(node.left));
                }
            }
            JoinType::RightSemi | JoinType::RightAnti => {
                if self.gone(|| "that there is, or is not, such a row elsewhere".to_owned()) {
                    return Ok(Arc::unwrap_or_clone(node.right));
                }
            }
            JoinType::Inner
            | JoinType::Left
            | JoinType::Right
            | JoinType::Full
            | JoinType::LeftMark
            | JoinType::RightMark => {}
        }
        let partners = Partners::of(&node)?;
        for (left, right) in &mut node.on {
            *left = self.expr(left.clone())?;
            *right = self.expr(right.clone())?;
        }
        match partners {
            Partners::Any => {}
            Partners::Equal(further) => {
                let gone = |(at, (left, right)): (usize, &(Expr, Expr))| {
                    further.contains(&at) && self.gone(|| format!("{left} = {right}"))
                };
                let gone: Vec<bool> = node.on.iter().enumerate().map(gone).collect();
                let mut gone = gone.into_iter();
                node.on.retain(|_| !gone.next().unwrap_or(false));
            }
            Partners::Match(otherwise) => {
                let words = || node.on.iter().map(|(left, right)| format!("{left} = {right}"));
                if self.gone(|| words().collect::<Vec<_>>().join(" AND ")) {
                    node.join_type = otherwise;
                }
            }
        }
        let Join { left, right, on, filter, join_type, join_constraint, .. } = node;
        let (nulls, null_aware) = (node.null_equality, node.null_aware);
        Join::try_new(left, right, on, filter, join_type, join_constraint, nulls, null_aware)
            .map(LogicalPlan::Join)
    }

    /// A predicate that chooses rows: each piece of it can be left out.
    fn predicate(&mut self, predicate: &Expr, depth: Depth) -> Result<Expr> {
        let mut kept = vec![];
        for piece in Pieces::of(predicate).conjuncts() {
            let gone = self.gone(|| piece.expr().to_string());
            let piece = self.piece(piece, depth)?;
            if !gone {
                kept.push(piece);
            }
        }
        Ok(conjunction(kept).unwrap_or(lit(true)))
    }

    fn piece(&mut self, piece: Pieces, depth: Depth) -> Result<Expr> {
        let (parts, all) = match (piece, depth) {
            (Pieces::One(expr), Depth::Whole) => return self.expr(expr),
            (Pieces::One(expr), Depth::Pieces) => return Ok(expr),
            (Pieces::All(parts), _) => (parts, true),
            (Pieces::Any(parts), _) => (parts, false),
        };
        let mut kept = vec![];
        for part in parts {
            let gone = self.gone(|| part.expr().to_string());
            let part = self.piece(part, depth)?;
            if !gone {
                kept.push(part);
            }
        }
        Ok(match all {
            true => conjunction(kept).unwrap_or(lit(true)),
            false => disjunction(kept).unwrap_or(lit(false)),
        })
    }

    /// An expression: the conditions of each CASE and FILTER in it can be left out.
    pub(super) fn expr(&mut self, expr: Expr) -> Result<Expr> {
        let changed = expr.transform_up(|inner| match inner {
            Expr::Case(case) => Ok(Transformed::yes(self.case(case)?)),
            Expr::AggregateFunction(mut call) => {
                if let Some(filter) = call.params.filter.take() {
                    call.params.filter = Some(Box::new(self.predicate(&filter, Depth::Pieces)?));
                }
                Ok(Transformed::yes(Expr::AggregateFunction(call)))
            }
            other => Ok(Transformed::no(other)),
        });
        Ok(changed?.data)
    }

    /// Where a CASE chooses between a value and nothing, its condition is one like any other; else each branch is one.
    fn case(&mut self, case: Case) -> Result<Expr> {
        let Case { expr: base, when_then_expr, else_expr } = case;
        let alone = when_then_expr.len() == 1 && else_expr.as_deref().is_none_or(is_nothing);
        let (mut branches, mut never) = (vec![], vec![]);
        for (when, then) in when_then_expr {
            // `CASE x WHEN v` is `CASE WHEN x = v`.
            let when = match &base {
                Some(base) => Expr::BinaryExpr(BinaryExpr::new(base.clone(), Operator::Eq, when)),
                None => *when,
            };
            let when = if alone {
                self.predicate(&when, Depth::Pieces)?
            } else {
                let gone = self.gone(|| when.to_string());
                let when = self.inside(&when)?;
                if gone {
                    never.push((Box::new(lit(false)), then));
                    continue;
                }
                when
            };
            branches.push((Box::new(when), then));
        }
        match else_expr {
            // What is left is what was there without the CASE.
            Some(otherwise) if branches.is_empty() => return Ok(*otherwise),
            _ if branches.is_empty() => branches = never,
            _ => {}
        }
        Ok(Expr::Case(Case { expr: None, when_then_expr: branches, else_expr }))
    }

    /// The pieces of a predicate that is not one of several that all must hold.
    fn inside(&mut self, predicate: &Expr) -> Result<Expr> {
        let pieces = Pieces::all(vec![Pieces::of(predicate)]);
        match <[Pieces; 1]>::try_from(pieces) {
            Ok([one]) => self.piece(one, Depth::Pieces),
            Err(parts) => self.piece(Pieces::All(parts), Depth::Pieces),
        }
    }
}

/// Whether a branch yields nothing: no value, or a zero that adds nothing to a sum.
pub(super) fn is_nothing(expr: &Expr) -> bool {
    match expr {
        Expr::Alias(alias) => is_nothing(&alias.expr),
        Expr::Cast(cast) => is_nothing(&cast.expr),
        Expr::TryCast(cast) => is_nothing(&cast.expr),
        Expr::Literal(value, _) => value.is_null() || is_zero(value),
        _ => false,
    }
}

fn is_zero(value: &ScalarValue) -> bool {
    ScalarValue::new_zero(&value.data_type()).is_ok_and(|zero| zero == *value)
}
