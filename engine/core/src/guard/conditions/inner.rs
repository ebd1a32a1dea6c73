//! Conditions that stand where they cannot be measured row by row: below an aggregate per person, inside the looked-up
//! side of a semi-join, in one part of a union, in a CASE, in an AND or OR that is a value. Each can be left out of the plan,
//! one by one.
//!
//! A plan is walked in one fixed order; every condition found takes the next number, whether it is left out or not. So
//! a number means the same condition however many others are left out. Must never know: rows.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{JoinType, Result};
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, disjunction, split_binary};
use datafusion::logical_expr::{
    BinaryExpr, Expr, Filter, Join, LogicalPlan, Operator, SortExpr, lit,
};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::Removed;

use super::boolean::Pieces;
use super::partners::Partners;

/// Counts conditions along a walk, and leaves out those that are removed.
pub(super) struct Sites {
    first: usize,
    removed: Removed,
    /// What each says, as far as that is left, in the order of the numbers.
    told: Vec<String>,
}

/// A condition that was met on the walk.
#[derive(Clone, Copy)]
struct Site {
    at: usize,
    gone: bool,
}

impl Sites {
    /// A walk whose first condition has this number.
    pub(super) const fn from(first: usize, removed: Removed) -> Self {
        Self { first, removed, told: vec![] }
    }

    /// The number that the next condition would have.
    pub(super) const fn next(&self) -> usize {
        self.first + self.told.len()
    }

    /// What was found, in the order of the numbers.
    pub(super) fn into_told(self) -> Vec<String> {
        self.told
    }

    /// Takes the next number.
    fn take(&mut self) -> Site {
        let number = self.next();
        let gone = u8::try_from(number).is_ok_and(|id| self.removed.contains(id));
        self.told.push(String::new());
        Site { at: number - self.first, gone }
    }

    /// What a condition says, once what is removed inside of it is gone.
    fn tell(&mut self, site: Site, words: impl ToString) {
        if let Some(slot) = self.told.get_mut(site.at) {
            *slot = words.to_string();
        }
    }

    /// The plan without the conditions that are removed.
    pub(super) fn plan(&mut self, plan: LogicalPlan) -> Result<LogicalPlan> {
        Ok(plan.transform_up(|node| self.node(node).map(Transformed::yes))?.data)
    }

    fn node(&mut self, node: LogicalPlan) -> Result<LogicalPlan> {
        match node {
            LogicalPlan::Filter(node) => {
                let predicate = self.predicate(&node.predicate)?;
                Filter::try_new(predicate, node.input).map(LogicalPlan::Filter)
            }
            LogicalPlan::Join(node) => self.join(node),
            LogicalPlan::Union(mut node) => {
                for input in &mut node.inputs {
                    let site = self.take();
                    self.tell(site, "a part of a union");
                    if site.gone {
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
            node.filter = Some(self.predicate(&filter)?);
        }
        let partners = Partners::of(&node)?;
        for (left, right) in &mut node.on {
            *left = self.expr(left.clone())?;
            *right = self.expr(right.clone())?;
        }
        match partners {
            Partners::Any => {}
            Partners::Equal(further) => {
                let mut at = 0..;
                node.on.retain(|(left, right)| {
                    let further = at.next().is_some_and(|at| further.contains(&at));
                    !(further && self.equation(left, right))
                });
            }
            Partners::Match(otherwise) => {
                let words = node.on.iter().map(|(left, right)| format!("{left} = {right}"));
                let words: Vec<String> = words.collect();
                let site = self.take();
                self.tell(site, words.join(" AND "));
                if site.gone {
                    node.join_type = otherwise;
                }
            }
        }
        let looked_up = match node.join_type {
            JoinType::LeftSemi | JoinType::LeftAnti => Some(&node.left),
            JoinType::RightSemi | JoinType::RightAnti => Some(&node.right),
            JoinType::Inner
            | JoinType::Left
            | JoinType::Right
            | JoinType::Full
            | JoinType::LeftMark
            | JoinType::RightMark => None,
        };
        if let Some(for_whom) = looked_up {
            let site = self.take();
            self.tell(site, "that there is, or is not, such a row elsewhere");
            if site.gone {
                return Ok(LogicalPlan::clone(for_whom));
            }
        }
        let Join { left, right, on, filter, join_type, join_constraint, .. } = node;
        let (nulls, null_aware) = (node.null_equality, node.null_aware);
        Join::try_new(left, right, on, filter, join_type, join_constraint, nulls, null_aware)
            .map(LogicalPlan::Join)
    }

    /// What two rows must have in common beside the person; whether that is left out.
    fn equation(&mut self, left: &Expr, right: &Expr) -> bool {
        let site = self.take();
        self.tell(site, format!("{left} = {right}"));
        site.gone
    }

    /// A predicate that chooses rows: each piece of it can be left out.
    fn predicate(&mut self, predicate: &Expr) -> Result<Expr> {
        self.parts(Pieces::of(predicate).conjuncts(), true)
    }

    fn piece(&mut self, piece: Pieces) -> Result<Expr> {
        match piece {
            Pieces::One(expr) => self.expr(expr),
            Pieces::All(parts) => self.parts(parts, true),
            Pieces::Any(parts) => self.parts(parts, false),
        }
    }

    /// Pieces of which `all` must hold, or any: what is left of them.
    fn parts(&mut self, parts: Vec<Pieces>, all: bool) -> Result<Expr> {
        let mut kept = vec![];
        for part in parts {
            let site = self.take();
            let part = self.piece(part)?;
            self.tell(site, &part);
            if !site.gone {
                kept.push(part);
            }
        }
        Ok(joined(kept, all))
    }

    /// An expression: the conditions of each CASE and FILTER in it, and the parts of each AND and OR, can be left out.
    pub(super) fn expr(&mut self, expr: Expr) -> Result<Expr> {
        match expr {
            Expr::Case(case) => self.case(case),
            Expr::BinaryExpr(BinaryExpr { op: op @ (Operator::And | Operator::Or), .. }) => {
                self.connective(&expr, op)
            }
            Expr::AggregateFunction(mut call) => {
                call.params.args = self.exprs(call.params.args)?;
                call.params.filter = self.filter(call.params.filter)?;
                call.params.order_by = self.sorts(call.params.order_by)?;
                Ok(Expr::AggregateFunction(call))
            }
            Expr::WindowFunction(mut call) => {
                call.params.args = self.exprs(call.params.args)?;
                call.params.filter = self.filter(call.params.filter)?;
                call.params.partition_by = self.exprs(call.params.partition_by)?;
                call.params.order_by = self.sorts(call.params.order_by)?;
                Ok(Expr::WindowFunction(call))
            }
            other => Ok(other.map_children(|inner| self.expr(inner).map(Transformed::yes))?.data),
        }
    }

    fn exprs(&mut self, exprs: Vec<Expr>) -> Result<Vec<Expr>> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn sorts(&mut self, sorts: Vec<SortExpr>) -> Result<Vec<SortExpr>> {
        sorts.into_iter().map(|sort| Ok(SortExpr { expr: self.expr(sort.expr)?, ..sort })).collect()
    }

    fn filter(&mut self, filter: Option<Box<Expr>>) -> Result<Option<Box<Expr>>> {
        filter.map(|filter| self.predicate(&filter).map(Box::new)).transpose()
    }

    /// A value that is true where all of some parts are, or any: NULL stays what it is, so nothing is rewritten but what is
    /// left out.
    fn connective(&mut self, expr: &Expr, op: Operator) -> Result<Expr> {
        let mut kept = vec![];
        for part in split_binary(expr, op) {
            let site = self.take();
            let part = self.expr(part.clone())?;
            self.tell(site, &part);
            if !site.gone {
                kept.push(part);
            }
        }
        Ok(joined(kept, op == Operator::And))
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
            let then = Box::new(self.expr(*then)?);
            if alone {
                branches.push((Box::new(self.predicate(&when)?), then));
                continue;
            }
            let site = self.take();
            let when = self.branch(&when)?;
            self.tell(site, &when);
            match site.gone {
                true => never.push((Box::new(lit(false)), then)),
                false => branches.push((Box::new(when), then)),
            }
        }
        let else_expr = else_expr.map(|other| self.expr(*other).map(Box::new)).transpose()?;
        match else_expr {
            // What is left is what was there without the CASE.
            Some(otherwise) if branches.is_empty() => return Ok(*otherwise),
            _ if branches.is_empty() => branches = never,
            _ => {}
        }
        Ok(Expr::Case(Case { expr: None, when_then_expr: branches, else_expr }))
    }

    /// A predicate that is a condition as a whole: the pieces inside of it.
    fn branch(&mut self, predicate: &Expr) -> Result<Expr> {
        let mut parts = Pieces::of(predicate).conjuncts();
        match (parts.len(), parts.pop()) {
            (1, Some(one)) => self.piece(one),
            (_, last) => {
                parts.extend(last);
                self.parts(parts, true)
            }
        }
    }
}

/// Parts of which `all` must hold, or any.
fn joined(parts: Vec<Expr>, all: bool) -> Expr {
    match all {
        true => conjunction(parts).unwrap_or(lit(true)),
        false => disjunction(parts).unwrap_or(lit(false)),
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
