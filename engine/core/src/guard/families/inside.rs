//! Which conditions hold wherever another holds, as far as their words tell.
//!
//! Known are conjunction and disjunction, NOT, CASE, missing values, and comparisons of one expression with constants.
//! All is about what is *true*: a condition that is NULL for a row does not hold. What is not known is taken for
//! unrelated.
//!
//! Must never know: rows.

#[cfg(test)]
mod tests;

mod comparison;

use datafusion::logical_expr::expr::{Case, InList};
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Operator};
use datafusion::scalar::ScalarValue;

use self::comparison::Comparison;

/// Whether the second condition holds wherever the first one does.
pub(super) fn is_inside(narrow: &Expr, wide: &Expr) -> bool {
    let wide = Formula::decided(wide, true);
    let ways = Formula::decided(narrow, true).ways();
    ways.is_some_and(|ways| ways.iter().all(|way| wide.follows_from(way)))
}

/// Most ways in which a condition can hold that are looked at.
const MOST_WAYS: usize = 64;

/// When something asked of an expression holds.
#[derive(Debug, Clone, PartialEq)]
enum Formula {
    All(Vec<Formula>),
    Any(Vec<Formula>),
    Fact(Fact),
}

/// One thing that holds.
#[derive(Debug, Clone, PartialEq)]
enum Fact {
    Compared(Comparison),
    There(Expr),
    Missing(Expr),
    True(Expr),
    NotTrue(Expr),
}

impl Formula {
    /// When a condition is true, or is false. NULL is neither.
    fn decided(expr: &Expr, so: bool) -> Self {
        match expr {
            Expr::Alias(alias) => Self::decided(&alias.expr, so),
            Expr::Not(inner) => Self::decided(inner, !so),
            Expr::Literal(ScalarValue::Boolean(Some(value)), _) if *value == so => {
                Self::All(vec![])
            }
            Expr::Literal(ScalarValue::Boolean(_) | ScalarValue::Null, _) => Self::Any(vec![]),
            Expr::IsNotNull(inner) if so => Self::there(inner),
            Expr::IsNull(inner) if !so => Self::there(inner),
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                Self::Fact(Fact::Missing(inner.as_ref().clone()))
            }
            Expr::IsTrue(inner) if so => Self::decided(inner, true),
            Expr::IsFalse(inner) if so => Self::decided(inner, false),
            Expr::IsTrue(inner) | Expr::IsNotTrue(inner) => {
                Self::Fact(Fact::NotTrue(inner.as_ref().clone()))
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
                Self::both(so, vec![Self::decided(left, so), Self::decided(right, so)])
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
                Self::both(!so, vec![Self::decided(left, so), Self::decided(right, so)])
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                Self::compared(left, *op, right, so).unwrap_or_else(|| Self::plain(expr, so))
            }
            Expr::Between(between) => Self::between(between, so),
            Expr::InList(list) => Self::listed(list, so).unwrap_or_else(|| Self::plain(expr, so)),
            other => Self::plain(other, so),
        }
    }

    fn both(all: bool, parts: Vec<Self>) -> Self {
        if all { Self::All(parts) } else { Self::Any(parts) }
    }

    /// What is not looked into. A false truth value is a comparison like any other.
    fn plain(expr: &Expr, so: bool) -> Self {
        let fact = match (expr, so) {
            (Expr::Column(_), _) => Fact::Compared(Comparison::is(expr.clone(), so.into())),
            (other, true) => Fact::True(other.clone()),
            (other, false) => Fact::True(Expr::Not(Box::new(other.clone()))),
        };
        Self::Fact(fact)
    }

    fn compared(left: &Expr, op: Operator, right: &Expr, so: bool) -> Option<Self> {
        let (left, op, right) = match (left, right) {
            (Expr::Literal(..), other) => (other, op.swap()?, left),
            _ => (left, op, right),
        };
        let Expr::Literal(value, _) = right else { return None };
        let op = if so { op } else { op.negate()? };
        if let Expr::Case(case) = left {
            return Self::of_branches(case, |branch| Self::compared(branch, op, right, true));
        }
        if let Expr::Literal(constant, _) = left {
            let holds = Comparison::of(left.clone(), op, value.clone())?.allows(constant);
            return Some(Self::both(holds, vec![]));
        }
        Some(Self::Fact(Fact::Compared(Comparison::of(left.clone(), op, value.clone())?)))
    }

    fn between(between: &Between, so: bool) -> Self {
        let Between { expr, negated, low, high } = between;
        let so = so != *negated;
        let bound = |op, value: &Expr| Self::compared(expr, op, value, so);
        match (bound(Operator::GtEq, low), bound(Operator::LtEq, high)) {
            (Some(low), Some(high)) => Self::both(so, vec![low, high]),
            _ => Self::plain(&Expr::Between(between.clone()), so),
        }
    }

    fn listed(list: &InList, so: bool) -> Option<Self> {
        let so = so != list.negated;
        let literal = |expr: &Expr| match expr {
            Expr::Literal(value, _) if !value.is_null() => Some(value.clone()),
            _ => None,
        };
        let values: Vec<ScalarValue> = list.list.iter().map(literal).collect::<Option<_>>()?;
        let expr = list.expr.as_ref().clone();
        let comparison =
            if so { Comparison::In(expr, values) } else { Comparison::NotIn(expr, values) };
        Some(Self::Fact(Fact::Compared(comparison)))
    }

    /// When there is a value.
    fn there(expr: &Expr) -> Self {
        let opaque = || Self::Fact(Fact::There(expr.clone()));
        match expr {
            Expr::Alias(alias) => Self::there(&alias.expr),
            Expr::Literal(value, _) => Self::both(!value.is_null(), vec![]),
            Expr::Case(case) => {
                Self::of_branches(case, |branch| Some(Self::there(branch))).unwrap_or_else(opaque)
            }
            _ => opaque(),
        }
    }

    /// When the branch that a CASE takes is as asked. `None` where a CASE has a form that is not looked into.
    fn of_branches(case: &Case, asked: impl Fn(&Expr) -> Option<Self>) -> Option<Self> {
        let [(when, then)] = case.when_then_expr.as_slice() else { return None };
        if case.expr.is_some() {
            return None;
        }
        let mut ways = vec![Self::All(vec![Self::decided(when, true), asked(then)?])];
        if let Some(other) = &case.else_expr {
            let not = Self::Fact(Fact::NotTrue(when.as_ref().clone()));
            ways.push(Self::All(vec![not, asked(other)?]));
        }
        Some(Self::Any(ways))
    }

    /// The ways in which it can hold, each as the facts that hold then. `None` where there are too many.
    fn ways(&self) -> Option<Vec<Vec<Fact>>> {
        match self {
            Self::Fact(fact) => Some(vec![vec![fact.clone()]]),
            Self::Any(parts) => {
                let mut all = vec![];
                for part in parts {
                    all.extend(part.ways()?);
                }
                (all.len() <= MOST_WAYS).then_some(all)
            }
            Self::All(parts) => parts.iter().try_fold(vec![vec![]], |known, part| {
                let more = part.ways()?;
                if known.len().checked_mul(more.len())? > MOST_WAYS {
                    return None;
                }
                let pairs = known.iter().flat_map(|one| more.iter().map(move |two| (one, two)));
                Some(pairs.map(|(one, two)| [one.clone(), two.clone()].concat()).collect())
            }),
        }
    }

    /// Whether it holds where all of these do.
    fn follows_from(&self, facts: &[Fact]) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.follows_from(facts)),
            Self::Any(parts) => parts.iter().any(|part| part.follows_from(facts)),
            Self::Fact(wanted) => facts.iter().any(|known| known.tells(wanted)),
        }
    }
}

impl Fact {
    fn tells(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Compared(known), Self::Compared(wanted)) => known.tells(wanted),
            (Self::Compared(known), Self::There(wanted)) => known.expr() == wanted,
            // What is false is not true.
            (known, Self::NotTrue(wanted)) => {
                let not = Formula::decided(wanted, false);
                known == &Self::NotTrue(wanted.clone())
                    || not.follows_from(std::slice::from_ref(known))
            }
            (known, wanted) => known == wanted,
        }
    }
}
