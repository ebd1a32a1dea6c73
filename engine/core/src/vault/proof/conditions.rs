//! Whether a table was bound with the row conditions of the policy: they are read back from what it will test.
//!
//! Must never know: how conditions are written into a plan (`vault/row_conditions.rs`); this is its other half, and
//! shares nothing with it.

use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::scalar::ScalarValue;
use time::{Date, Duration};

use super::{Proof, Unproven};
use crate::catalog::contract::TableKind;
use crate::policy::{HoldsFor, RowCondition, RowOperator, RowValue};
use crate::vault::tables::SnapshotTable;

/// Every condition that concerns this table is among those that it tests.
pub(super) fn all_in(table: &SnapshotTable, conditions: &[RowCondition]) -> Proof<()> {
    let view = table.view();
    let of_dataset = conditions.iter().filter(|it| it.column.dataset == view.dataset);
    for condition in of_dataset {
        let asked = &condition.column.table;
        let tested = if *asked == view.table.name {
            table.condition()
        } else if concerns_persons(condition, &view.table.kind) {
            table.condition_of_person(asked)
        } else {
            continue;
        };
        let tested = tested.map(split_conjunction).unwrap_or_default();
        if !tested.into_iter().any(|test| says(test, condition)) {
            return Err(Unproven("a table without a row condition of the policy"));
        }
    }
    Ok(())
}

fn concerns_persons(condition: &RowCondition, kind: &TableKind) -> bool {
    match (condition.holds_for, kind) {
        (HoldsFor::Person, TableKind::Personal { .. }) => true,
        (HoldsFor::Rows, _) | (HoldsFor::Person, TableKind::Public { .. }) => false,
    }
}

/// Whether a test is this condition and nothing else.
fn says(test: &Expr, condition: &RowCondition) -> bool {
    let read = match test {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let operator = match op {
                Operator::Eq => RowOperator::Equal,
                Operator::NotEq => RowOperator::NotEqual,
                Operator::Lt => RowOperator::Less,
                Operator::LtEq => RowOperator::AtMost,
                Operator::Gt => RowOperator::Greater,
                Operator::GtEq => RowOperator::AtLeast,
                _ => return false,
            };
            (left, operator, std::slice::from_ref(right.as_ref()))
        }
        Expr::InList(InList { expr, list, negated }) => {
            let operator = if *negated { RowOperator::NotIn } else { RowOperator::In };
            (expr, operator, list.as_slice())
        }
        Expr::IsNull(expr) => (expr, RowOperator::IsNull, [].as_slice()),
        Expr::IsNotNull(expr) => (expr, RowOperator::IsNotNull, [].as_slice()),
        _ => return false,
    };
    let (tested, operator, values) = read;
    let Expr::Column(column) = tested.as_ref() else { return false };
    column.name == condition.column.column.as_str()
        && operator == condition.operator
        && values.len() == condition.values.len()
        && values.iter().zip(&condition.values).all(|(test, asked)| is(test, asked))
}

fn is(test: &Expr, asked: &RowValue) -> bool {
    let Expr::Literal(value, _) = test else { return false };
    match asked {
        RowValue::Text(text) => value.try_as_str() == Some(Some(text.as_str())),
        RowValue::Integer(number) => *value == ScalarValue::Int64(Some(*number)),
        RowValue::Number(number) => *value == ScalarValue::Float64(Some(*number)),
        RowValue::Boolean(truth) => *value == ScalarValue::Boolean(Some(*truth)),
        RowValue::Date(day) => match value {
            ScalarValue::Date32(Some(days)) => {
                let first = Date::from_ordinal_date(1970, 1).ok();
                let days = Duration::days(i64::from(*days));
                first.and_then(|first| first.checked_add(days)) == Some(*day)
            }
            _ => false,
        },
    }
}
