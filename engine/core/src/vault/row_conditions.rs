//! Row conditions of the policy as predicates that a scan tests behind the barrier.

use std::collections::BTreeMap;

use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::ident;

use crate::catalog::contract::TableKind;
use crate::catalog::view::ViewTable;
use crate::ids::TableName;
use crate::policy::{HoldsFor, RowCondition, RowOperator, RowValue};

/// All conditions on one table together; `None` where there is none. One that holds for the person is tested on its
/// own table like any other: that has one row per person.
pub(super) fn predicate(conditions: &[RowCondition], table: &ViewTable) -> Option<Expr> {
    conditions
        .iter()
        .filter(|c| c.column.dataset == table.dataset && c.column.table == table.table.name)
        .map(one)
        .reduce(Expr::and)
}

/// What other tables must say of a person for the person's rows in this one to stay, by table.
pub(super) fn of_persons(
    conditions: &[RowCondition],
    table: &ViewTable,
) -> BTreeMap<TableName, Expr> {
    let personal = match table.table.kind {
        TableKind::Personal { .. } => true,
        TableKind::Public { .. } => false,
    };
    let mut found: BTreeMap<TableName, Expr> = BTreeMap::new();
    for condition in conditions.iter().filter(|_| personal) {
        let (HoldsFor::Person, column) = (condition.holds_for, &condition.column) else { continue };
        if column.dataset == table.dataset && column.table != table.table.name {
            let both = match found.remove(&column.table) {
                Some(others) => others.and(one(condition)),
                None => one(condition),
            };
            found.insert(column.table.clone(), both);
        }
    }
    found
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
