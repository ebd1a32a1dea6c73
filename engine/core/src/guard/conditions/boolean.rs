//! A predicate taken apart: pieces that must all hold, and pieces of which any may, down to comparisons.
//!
//! Negations are pushed down to the comparisons, so that "is this row chosen" never falls where a piece turns true:
//! removing a piece of an `AND` can only let rows in, removing one of an `OR` can only take rows out. NULL chooses
//! nothing, before and after. Must never know: rows.

use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Like, Operator, lit};

/// Longest list (`IN (..)`) whose values are pieces of their own.
const LONGEST_LIST: usize = 8;

/// A predicate in pieces.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pieces {
    /// One comparison, or whatever cannot be taken apart.
    One(Expr),
    /// All must hold.
    All(Vec<Pieces>),
    /// Any must hold.
    Any(Vec<Pieces>),
}

impl Pieces {
    /// The pieces of a predicate that chooses rows where it is true.
    pub(super) fn of(predicate: &Expr) -> Self {
        taken_apart(predicate, false)
    }

    /// The pieces that must all hold, in an order that does not depend on how they were written, each once.
    pub(super) fn conjuncts(self) -> Vec<Self> {
        match self.tidy() {
            Self::All(parts) => parts,
            one @ (Self::One(_) | Self::Any(_)) => vec![one],
        }
    }

    /// Pieces that all must hold, tidied together.
    pub(super) fn all(parts: Vec<Self>) -> Vec<Self> {
        Self::All(parts).conjuncts()
    }

    /// Nested pieces of one kind become one level, sorted, each once.
    fn tidy(self) -> Self {
        match self {
            Self::One(expr) => Self::One(expr),
            Self::All(parts) => {
                let parts = parts.into_iter().flat_map(|part| match part.tidy() {
                    Self::All(inner) => inner,
                    other => vec![other],
                });
                alone_or(sorted(parts.collect()), Self::All)
            }
            Self::Any(parts) => {
                let parts = parts.into_iter().flat_map(|part| match part.tidy() {
                    Self::Any(inner) => inner,
                    other => vec![other],
                });
                alone_or(sorted(parts.collect()), Self::Any)
            }
        }
    }

    /// The predicate that the pieces are.
    pub(super) fn expr(&self) -> Expr {
        match self {
            Self::One(expr) => expr.clone(),
            Self::All(parts) => conjunction(parts.iter().map(Self::expr)).unwrap_or(lit(true)),
            Self::Any(parts) => disjunction(parts.iter().map(Self::expr)).unwrap_or(lit(false)),
        }
    }
}

fn alone_or(mut parts: Vec<Pieces>, many: fn(Vec<Pieces>) -> Pieces) -> Pieces {
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, Some(last)) => {
            parts.push(last);
            many(parts)
        }
        (_, None) => many(parts),
    }
}

fn sorted(mut parts: Vec<Pieces>) -> Vec<Pieces> {
    parts.sort_by_cached_key(|part| part.expr().to_string());
    parts.dedup();
    parts
}

fn taken_apart(expr: &Expr, negated: bool) -> Pieces {
    let (all, any) = (Pieces::All as fn(_) -> _, Pieces::Any as fn(_) -> _);
    match expr {
        Expr::Alias(alias) => taken_apart(&alias.expr, negated),
        Expr::Not(inner) => taken_apart(inner, !negated),
        // Where it only matters whether it is true, these say no more than what they are about.
        Expr::IsTrue(inner) if !negated => taken_apart(inner, false),
        Expr::IsNotTrue(inner) if negated => taken_apart(inner, false),
        Expr::IsFalse(inner) if !negated => taken_apart(inner, true),
        Expr::IsNotFalse(inner) if negated => taken_apart(inner, true),
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right }) => {
            let parts = vec![taken_apart(left, negated), taken_apart(right, negated)];
            let together = if (*op == Operator::And) != negated { all } else { any };
            together(parts)
        }
        Expr::Between(Between { expr, negated: outside, low, high }) => {
            let bound = |op, value: &Expr| {
                Pieces::One(Expr::BinaryExpr(BinaryExpr::new(
                    expr.clone(),
                    op,
                    Box::new(value.clone()),
                )))
            };
            if *outside == negated {
                all(vec![bound(Operator::GtEq, low), bound(Operator::LtEq, high)])
            } else {
                any(vec![bound(Operator::Lt, low), bound(Operator::Gt, high)])
            }
        }
        Expr::InList(list) if (2..=LONGEST_LIST).contains(&list.list.len()) => {
            in_list(list, negated)
        }
        other => Pieces::One(if negated { not(other) } else { other.clone() }),
    }
}

fn in_list(InList { expr, list, negated: outside }: &InList, negated: bool) -> Pieces {
    let inside = *outside == negated;
    let op = if inside { Operator::Eq } else { Operator::NotEq };
    let one = |value: &Expr| {
        let (left, right) = (expr.clone(), Box::new(value.clone()));
        Pieces::One(Expr::BinaryExpr(BinaryExpr { left, op, right }))
    };
    let parts = list.iter().map(one).collect();
    if inside { Pieces::Any(parts) } else { Pieces::All(parts) }
}

/// What is true where the expression is false. Where it is NULL neither is.
fn not(expr: &Expr) -> Expr {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op.negate() {
            Some(op) => {
                Expr::BinaryExpr(BinaryExpr { left: left.clone(), op, right: right.clone() })
            }
            None => Expr::Not(Box::new(expr.clone())),
        },
        Expr::InList(list) => Expr::InList(InList { negated: !list.negated, ..list.clone() }),
        Expr::Like(like) => Expr::Like(Like { negated: !like.negated, ..like.clone() }),
        Expr::IsNull(inner) => Expr::IsNotNull(inner.clone()),
        Expr::IsNotNull(inner) => Expr::IsNull(inner.clone()),
        other => Expr::Not(Box::new(other.clone())),
    }
}
