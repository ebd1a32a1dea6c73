//! Total expressions: what would fail on a row yields NULL.
//!
//! Runs on the analysed plan, because implicit casts appear only there. A cast becomes a try-cast, arithmetic
//! becomes its checked form, dates beyond the calendar go before something fails on them. Names of output columns
//! are kept, so the plan above still finds them.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::functions::{core, datetime, math};
use datafusion::logical_expr::expr::{Case, Cast, ScalarFunction, TryCast};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator};

use super::arithmetic::{Operation, checked, has_arithmetic};
use super::moments::{Span, is_moment, within};
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
        changed.map_data(LogicalPlan::recompute_schema)
    });
    match (refusal, total) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(total)) => Ok(total.data),
        (None, Err(error)) => Err(Refusal::internal(error.to_string())),
    }
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
            let expr = if named_by_calendar(&from, &to) {
                Box::new(reachable(Span::Calendar, *expr))
            } else {
                expr
            };
            Ok(Transformed::yes(Expr::TryCast(TryCast::new(expr, to))))
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let Some(operation) = arithmetic(op) else {
                return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })));
            };
            let (l, r) = (left.get_type(schema)?, right.get_type(schema)?);
            if l != r || !has_arithmetic(&l) {
                refusal.get_or_insert_with(|| no_arithmetic(op, &l, &r));
                return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })));
            }
            Ok(Transformed::yes(call(operation, vec![*left, *right])))
        }
        Expr::Negative(inner) if has_arithmetic(&inner.get_type(schema)?) => {
            Ok(Transformed::yes(call(Operation::Negate, vec![*inner])))
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) if func == core::coalesce() => {
            Ok(Transformed::yes(first_value(args)))
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) if func == math::abs() => {
            Ok(Transformed::yes(call(Operation::Absolute, args)))
        }
        Expr::ScalarFunction(ScalarFunction { func, mut args })
            if func == datetime::date_trunc() =>
        {
            let moment = args.pop().map(|moment| reachable(Span::Nanoseconds, moment));
            args.extend(moment);
            Ok(Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args })))
        }
        other => Ok(Transformed::no(other)),
    }
}

/// Whether a cast needs the year, month and day of a date or time, which a try-cast insists on as well.
fn named_by_calendar(from: &DataType, to: &DataType) -> bool {
    let text = matches!(to, DataType::Utf8 | DataType::Utf8View);
    is_moment(from) && (text || (*to == DataType::Date32 && *from != DataType::Date32))
}

fn reachable(span: Span, moment: Expr) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(within(span), vec![moment]))
}

/// `coalesce` as CASE, which needs no optimizer rule to run.
fn first_value(mut args: Vec<Expr>) -> Expr {
    let last = args.pop().map(Box::new);
    let when_then_expr =
        args.into_iter().map(|arg| (Box::new(arg.clone().is_not_null()), Box::new(arg))).collect();
    Expr::Case(Case { expr: None, when_then_expr, else_expr: last })
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
    let plain = |data_type: &DataType| match data_type {
        DataType::Date32 | DataType::Timestamp(..) => "a date",
        DataType::Utf8 | DataType::Utf8View => "a text",
        DataType::Boolean => "true or false",
        _ => "this type",
    };
    let odd = if has_arithmetic(left) { right } else { left };
    Refusal::new(
        Code::UnsupportedSql,
        format!("`{op}` works on numbers, not on {}", plain(odd)),
        "compare dates with constants, or take their parts with date_part",
    )
}
