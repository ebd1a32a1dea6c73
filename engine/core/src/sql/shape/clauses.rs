//! Clauses that need no count: ORDER BY, LIMIT, the kind of a join.

use datafusion::sql::sqlparser::ast::{
    Expr, JoinConstraint, JoinOperator, LimitClause, OrderBy, OrderByKind, Spanned, Value,
};

use super::unsupported;
use crate::refusal::{Code, Refusal};
use crate::sql::text::position;

pub(super) fn check_order(order_by: Option<&OrderBy>) -> Result<(), Refusal> {
    match order_by {
        None => Ok(()),
        Some(OrderBy { kind, interpolate: None }) => match kind {
            OrderByKind::Expressions(keys) if keys.iter().all(|key| key.with_fill.is_none()) => {
                Ok(())
            }
            OrderByKind::Expressions(_) => Err(unsupported("WITH FILL", "leave it out")),
            OrderByKind::All(_) => Err(unsupported("ORDER BY ALL", "name the columns to sort by")),
        },
        Some(OrderBy { kind: _, interpolate: Some(_) }) => {
            Err(unsupported("INTERPOLATE", "leave it out"))
        }
    }
}

pub(super) fn check_limit(limit: Option<&LimitClause>) -> Result<(), Refusal> {
    match limit {
        None => Ok(()),
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) if limit_by.is_empty() => {
            let offset = offset.as_ref().map(|offset| &offset.value);
            limit.iter().chain(offset).try_for_each(check_number_of_rows)
        }
        Some(LimitClause::LimitOffset { .. }) => Err(unsupported("LIMIT .. BY", "use LIMIT alone")),
        Some(LimitClause::OffsetCommaLimit { offset: _, limit: _ }) => {
            Err(unsupported("LIMIT with a comma", "write LIMIT n OFFSET m"))
        }
    }
}

/// How many rows is said by the text alone, so that it cannot fail when it is too late to refuse.
fn check_number_of_rows(expr: &Expr) -> Result<(), Refusal> {
    let whole = match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.parse::<u32>().is_ok(),
            _ => false,
        },
        _ => false,
    };
    if whole {
        return Ok(());
    }
    let refusal = unsupported("this LIMIT or OFFSET", "write a whole number, for example LIMIT 20");
    Err(refusal.at(position(expr.span())))
}

pub(super) fn check_join(operator: &JoinOperator) -> Result<(), Refusal> {
    let constraint = match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint)
        | JoinOperator::CrossJoin(constraint) => constraint,
        JoinOperator::Semi(_) | JoinOperator::Anti(_) => {
            return Err(Refusal::new(
                Code::JoinNotSupported,
                "SEMI and ANTI need a side",
                "write LEFT SEMI JOIN or LEFT ANTI JOIN, or EXISTS and NOT EXISTS in WHERE",
            ));
        }
        JoinOperator::CrossApply
        | JoinOperator::OuterApply
        | JoinOperator::AsOf { .. }
        | JoinOperator::StraightJoin(_)
        | JoinOperator::ArrayJoin
        | JoinOperator::LeftArrayJoin
        | JoinOperator::InnerArrayJoin => {
            return Err(Refusal::new(
                Code::JoinNotSupported,
                "this kind of join is not supported",
                "use JOIN, LEFT, RIGHT, FULL, LEFT SEMI or LEFT ANTI JOIN with ON",
            ));
        }
    };
    check_using(operator, constraint)?;
    match constraint {
        JoinConstraint::On(_) | JoinConstraint::Using(_) | JoinConstraint::None => Ok(()),
        JoinConstraint::Natural => Err(Refusal::new(
            Code::JoinNotSupported,
            "NATURAL JOIN links whatever columns happen to share a name",
            "write `JOIN .. ON ..` and name the columns",
        )),
    }
}

/// The planner takes the column of USING from the left table, where RIGHT and FULL joins leave it empty.
fn check_using(operator: &JoinOperator, constraint: &JoinConstraint) -> Result<(), Refusal> {
    let keeps_right = matches!(
        operator,
        JoinOperator::Right(_) | JoinOperator::RightOuter(_) | JoinOperator::FullOuter(_)
    );
    if !(keeps_right && matches!(constraint, JoinConstraint::Using(_))) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::JoinNotSupported,
        "USING after RIGHT or FULL JOIN is not supported",
        "write `ON a.x = b.x`; the column of both is `b.x` after RIGHT JOIN and `coalesce(a.x, b.x)` after FULL JOIN",
    ))
}
