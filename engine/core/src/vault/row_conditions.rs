//! Row conditions of the policy as predicates that a scan tests behind the barrier.

use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::ident;

use crate::catalog::view::ViewTable;
use crate::policy::{RowCondition, RowOperator, RowValue};

/// All conditions on one table together; `None` where there is none.
pub(super) fn predicate(conditions: &[RowCondition], table: &ViewTable) -> Option<Expr> {
    conditions
        .iter()
        .filter(|c| c.column.dataset == table.dataset && c.column.table == table.table.name)
        .map(one)
        .reduce(Expr::and)
}

fn one(condition: &RowCondition) -> Expr {
    let column = ident(condition.column.column.as_str());
    let values: Vec<Expr> = condition.values.iter().map(literal).collect();
    let first =
        || values.first().cloned().unwrap_or_else(|| lit(datafusion::scalar::ScalarValue::Null));
    match condition.operator {
        RowOperator::Equal => column.eq(first()),
        RowOperator::NotEqual => column.not_eq(first()),
        RowOperator::Less => column.lt(first()),
        RowOperator::AtMost => column.lt_eq(first()),
        RowOperator::Greater => column.gt(first()),
        RowOperator::AtLeast => column.gt_eq(first()),
        RowOperator::In => column.in_list(values, false),
        RowOperator::NotIn => column.in_list(values, true),
        RowOperator::IsNull => column.is_null(),
        RowOperator::IsNotNull => column.is_not_null(),
    }
}

fn literal(value: &RowValue) -> Expr {
    match value {
        RowValue::Text(text) => lit(text.as_str()),
        RowValue::Integer(number) => lit(*number),
        RowValue::Number(number) => lit(*number),
        RowValue::Boolean(truth) => lit(*truth),
        RowValue::Date(day) => {
            let days = day.to_julian_day() - UNIX_EPOCH_JULIAN_DAY;
            lit(datafusion::scalar::ScalarValue::Date32(Some(days)))
        }
    }
}

/// 1970-01-01 as a Julian day number.
const UNIX_EPOCH_JULIAN_DAY: i32 = 2_440_588;
