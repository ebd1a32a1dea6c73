//! What one expression may be, given in constants.

use std::cmp::Ordering;

use datafusion::logical_expr::{Expr, Operator};
use datafusion::scalar::ScalarValue;

/// Which values an expression has; it is never missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Comparison {
    /// One of these.
    In(Expr, Vec<ScalarValue>),
    /// None of these.
    NotIn(Expr, Vec<ScalarValue>),
    /// On one side of a constant.
    Bound(Expr, Side, ScalarValue),
}

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Side {
    fn allows(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// Whether everything on this side of one constant is on the other side of another.
    fn reaches(self, other: Self, from: Ordering) -> bool {
        match (self, other) {
            (Self::Less | Self::LessOrEqual, Self::LessOrEqual) | (Self::Less, Self::Less) => {
                from.is_le()
            }
            (Self::LessOrEqual, Self::Less) => from.is_lt(),
            (Self::Greater | Self::GreaterOrEqual, Self::GreaterOrEqual)
            | (Self::Greater, Self::Greater) => from.is_ge(),
            (Self::GreaterOrEqual, Self::Greater) => from.is_gt(),
            (Self::Less | Self::LessOrEqual, Self::Greater | Self::GreaterOrEqual)
            | (Self::Greater | Self::GreaterOrEqual, Self::Less | Self::LessOrEqual) => false,
        }
    }
}

impl Comparison {
    /// A truth value.
    pub(super) fn is(expr: Expr, value: ScalarValue) -> Self {
        Self::In(expr, vec![value])
    }

    /// A comparison with a constant. `None` where it is not one of these, or with NULL.
    pub(super) fn of(expr: Expr, op: Operator, value: ScalarValue) -> Option<Self> {
        if value.is_null() {
            return None;
        }
        let bound = |expr, side, value| Some(Self::Bound(expr, side, value));
        match op {
            Operator::Eq => Some(Self::In(expr, vec![value])),
            // Truth values have no third.
            Operator::NotEq => Some(match value {
                ScalarValue::Boolean(Some(value)) => Self::is(expr, (!value).into()),
                other => Self::NotIn(expr, vec![other]),
            }),
            Operator::Lt => bound(expr, Side::Less, value),
            Operator::LtEq => bound(expr, Side::LessOrEqual, value),
            Operator::Gt => bound(expr, Side::Greater, value),
            Operator::GtEq => bound(expr, Side::GreaterOrEqual, value),
            _ => None,
        }
    }

    /// What is compared.
    pub(super) const fn expr(&self) -> &Expr {
        match self {
            Self::In(expr, _) | Self::NotIn(expr, _) | Self::Bound(expr, ..) => expr,
        }
    }

    /// Whether a value is among those that it leaves.
    pub(super) fn allows(&self, value: &ScalarValue) -> bool {
        match self {
            Self::In(_, values) => values.contains(value),
            Self::NotIn(_, values) => {
                let differs = |known: &ScalarValue| known.data_type() == value.data_type();
                !value.is_null() && values.iter().all(differs) && !values.contains(value)
            }
            Self::Bound(_, side, bound) => {
                value.partial_cmp(bound).is_some_and(|order| side.allows(order))
            }
        }
    }

    /// Whether the other holds wherever this one does.
    pub(super) fn tells(&self, other: &Self) -> bool {
        if self.expr() != other.expr() {
            return false;
        }
        match (self, other) {
            (Self::In(_, values), _) => values.iter().all(|value| other.allows(value)),
            (Self::NotIn(_, known), Self::NotIn(_, wanted)) => {
                wanted.iter().all(|value| known.contains(value))
            }
            (Self::Bound(..), Self::NotIn(_, wanted)) => wanted.iter().all(|value| {
                let Self::Bound(_, side, bound) = self else { return false };
                value.partial_cmp(bound).is_some_and(|order| !side.allows(order))
            }),
            (Self::Bound(_, side, from), Self::Bound(_, wanted, to)) => {
                from.partial_cmp(to).is_some_and(|order| side.reaches(*wanted, order))
            }
            (Self::NotIn(..), Self::In(..) | Self::Bound(..)) | (Self::Bound(..), Self::In(..)) => {
                false
            }
        }
    }
}
