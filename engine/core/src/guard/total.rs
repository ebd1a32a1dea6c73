//! Total expressions: what would fail on a row yields NULL.
//!
//! Runs on the analysed plan, because implicit casts appear only there. A cast becomes a try-cast, arithmetic
//! becomes its checked form, dates beyond the calendar go before something fails on them. Names of output columns
//! are kept, so the plan above still finds them.

use std::sync::Arc;

use datafusion::arrow::compute::can_cast_types;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::expr::{Cast, ScalarFunction, TryCast};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator, Projection,
};

use super::arithmetic::{Operation, checked, has_arithmetic};
use super::calls::{self, reachable};
use super::curves::Finite;
use super::durations;
use super::joined::Joined;
use super::moments::{Span, is_moment};
use super::rowwise;
use crate::refusal::{Code, Refusal};

/// The same plan with total expressions.
///
/// # Errors
/// Arithmetic on types that have none, for example on dates.
pub(super) fn make_total(plan: LogicalPlan) -> Result<LogicalPlan, Refusal> {
    let mut refusal = None;
    let total = plan.transform_up(|node| {
        let mut schema = merge_schema(&node.inputs());
        schema.merge(node.schema());
        let names = NamePreserver::new(&node);
        let changed = node.map_expressions(|expr| {
            let saved = names.save(&expr);
            let total = expr.transform_up(|inner| one(inner, &schema, &mut refusal))?;
            Ok(total.update_data(|expr| saved.restore(expr)))
        })?;
        let node = changed.data.recompute_schema()?;
        Ok(Transformed::yes(numbers_only(node)?))
    });
    match (refusal, total) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(total)) => Ok(total.data),
        (None, Err(error)) => Err(Refusal::internal(error.to_string())),
    }
}

/// Sums, means and slopes of numbers may still be none: an aggregate and a window hand them on as NULL.
fn numbers_only(node: LogicalPlan) -> Result<LogicalPlan> {
    let inputs = match &node {
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.len(),
        LogicalPlan::Window(window) => window.input.schema().fields().len(),
        _ => return Ok(node),
    };
    let schema = Arc::clone(node.schema());
    let computed =
        |at: usize, field: &Field| at >= inputs && *field.data_type() == DataType::Float64;
    if !schema.fields().iter().enumerate().any(|(at, field)| computed(at, field)) {
        return Ok(node);
    }
    let exprs = schema.iter().enumerate().map(|(at, (qualifier, field))| {
        let column = Expr::Column(Column::from((qualifier, field)));
        if !computed(at, field) {
            return column;
        }
        let number = rowwise::call(Finite, vec![column], DataType::Float64);
        number.alias_qualified(qualifier.cloned(), field.name())
    });
    Ok(LogicalPlan::Projection(Projection::try_new(exprs.collect(), Arc::new(node))?))
}

fn one(expr: Expr, schema: &DFSchema, refusal: &mut Option<Refusal>) -> Result<Transformed<Expr>> {
    if let Expr::Cast(Cast { expr, field }) = &expr
        && let Expr::Literal(value, _) = expr.as_ref()
        && value.cast_to(field.data_type()).is_err()
    {
        refusal.get_or_insert_with(|| no_such_value(&value.to_string(), field.data_type()));
    }
    match expr {
        Expr::Cast(Cast { expr, field }) | Expr::TryCast(TryCast { expr, field }) => {
            let from = expr.get_type(schema)?;
            let to = field.data_type().clone();
            if !can_cast_types(&from, &to) {
                refusal.get_or_insert_with(|| no_such_cast(&from, &to));
            }
            let expr = if named_by_calendar(&from, &to) {
                Box::new(reachable(Span::Calendar, *expr))
            } else {
                expr
            };
            let real = to == DataType::Float64 && is_text(&from);
            let cast = Expr::TryCast(TryCast::new(expr, to));
            // `inf` and `nan` are texts that are read as numbers.
            Ok(Transformed::yes(match real {
                true => rowwise::call(Finite, vec![cast], DataType::Float64),
                false => cast,
            }))
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            if op == Operator::StringConcat {
                let returns = BinaryExpr { left: left.clone(), op, right: right.clone() };
                let returns = Expr::BinaryExpr(returns).get_type(schema)?;
                return Ok(Transformed::yes(rowwise::call(
                    Joined::Both,
                    vec![*left, *right],
                    returns,
                )));
            }
            let Some(operation) = arithmetic(op) else {
                return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })));
            };
            if let Some(total) = durations::total(&left, op, &right, schema)? {
                return Ok(Transformed::yes(total));
            }
            let (l, r) = (left.get_type(schema)?, right.get_type(schema)?);
            if l != r || !has_arithmetic(&l) {
                refusal.get_or_insert_with(|| no_arithmetic(op, &l, &r));
                return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })));
            }
            Ok(Transformed::yes(call(operation, vec![*left, *right])))
        }
        Expr::Negative(inner) => {
            let of = inner.get_type(schema)?;
            if has_arithmetic(&of) {
                return Ok(Transformed::yes(call(Operation::Negate, vec![*inner])));
            }
            if of != DataType::Null {
                refusal.get_or_insert_with(|| no_arithmetic(Operator::Minus, &of, &of));
            }
            Ok(Transformed::no(Expr::Negative(inner)))
        }
        Expr::ScalarFunction(function) => {
            if let Some(wrong) = calls::refuse(&function, schema)? {
                refusal.get_or_insert(wrong);
            }
            Ok(Transformed::yes(calls::total(function, schema)?))
        }
        other => Ok(Transformed::no(other)),
    }
}

/// Whether a cast needs the year, month and day of a date or time, which a try-cast insists on as well.
fn named_by_calendar(from: &DataType, to: &DataType) -> bool {
    is_moment(from) && (is_text(to) || (*to == DataType::Date32 && *from != DataType::Date32))
}

const fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::Utf8View)
}

const fn arithmetic(op: Operator) -> Option<Operation> {
    match op {
        Operator::Plus => Some(Operation::Add),
        Operator::Minus => Some(Operation::Subtract),
        Operator::Multiply => Some(Operation::Multiply),
        Operator::Divide => Some(Operation::Divide),
        Operator::Modulo => Some(Operation::Remainder),
        _ => None,
    }
}

fn call(operation: Operation, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(checked(operation), args))
}

/// A cast between types that have nothing to do with each other.
fn no_such_cast(from: &DataType, to: &DataType) -> Refusal {
    Refusal::new(
        Code::BadArguments,
        format!("{} cannot be read as {}", kind(from), kind(to)),
        "cast between numbers, between dates and moments, or to and from texts",
    )
}

/// A type in plain words.
const fn kind(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Date32 => "a date",
        DataType::Timestamp(..) => "a date with a time",
        DataType::Interval(_) => "an interval",
        DataType::Utf8 | DataType::Utf8View => "a text",
        DataType::Boolean => "true or false",
        DataType::Int32 | DataType::Int64 | DataType::Float64 => "a number",
        _ => "this type",
    }
}

/// A constant that is not what it is used as. Rows have no part in it, so it can be told.
fn no_such_value(written: &str, wanted: &DataType) -> Refusal {
    let wanted = match wanted {
        DataType::Date32 => "a date such as 2023-01-31",
        DataType::Timestamp(..) => "a moment such as 2023-01-31 12:00:00",
        DataType::Boolean => "true or false",
        DataType::Int32 | DataType::Int64 => "a whole number in range",
        _ => "a number",
    };
    Refusal::new(
        Code::BadArguments,
        format!("`{written}` is not {wanted}"),
        "correct the constant, or compare with a column of the same type",
    )
}

fn no_arithmetic(op: Operator, left: &DataType, right: &DataType) -> Refusal {
    if let (DataType::Interval(_), moment) | (moment, DataType::Interval(_)) = (left, right) {
        return Refusal::new(
            Code::UnsupportedSql,
            format!("`{op}` does not go with this interval and {}", kind(moment)),
            "add an interval of whole days or months to a date, or take it away: `d + INTERVAL '30 days'`; hours \
             only go with a date with a time; a difference of dates is a number of days: `a - b <= 30`",
        );
    }
    let odd = if has_arithmetic(left) { right } else { left };
    let hint = match (left, right) {
        (DataType::Timestamp(..), DataType::Timestamp(..)) => {
            "for whole days write `CAST(a AS DATE) - CAST(b AS DATE)`"
        }
        _ => "compare dates with constants, subtract two dates, or take their parts with date_part",
    };
    Refusal::new(
        Code::UnsupportedSql,
        format!("`{op}` works on numbers, not on {}", kind(odd)),
        hint,
    )
}

#[cfg(test)]
mod tests;
