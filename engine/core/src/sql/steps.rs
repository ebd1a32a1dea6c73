//! What a date is moved by: an interval that is written out, or a whole number of days.
//!
//! Intervals stand nowhere else. The planner turns a number beside a date into an interval by way of seconds; here
//! the number is found again.

use datafusion::arrow::datatypes::{DataType, IntervalMonthDayNano};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::scalar::ScalarValue;

/// A step in time.
pub(crate) enum Step<'a> {
    /// An interval that is written out.
    Written(IntervalMonthDayNano),
    /// Whole days.
    Days(&'a Expr),
}

const SECONDS_IN_DAY: ScalarValue = ScalarValue::Int64(Some(86_400));

impl<'a> Step<'a> {
    /// The step that one side of `+` or `-` is, if it is one.
    pub(crate) fn of(expr: &'a Expr) -> Option<Self> {
        if let Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(step)), _) = expr {
            return Some(Self::Written(*step));
        }
        let seconds = cast(cast(expr, is_interval)?, is_duration)?;
        Some(Self::Days(match seconds {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Multiply, right })
                if is_a_day(right) =>
            {
                left
            }
            // The same after the guard made it total.
            Expr::ScalarFunction(call) => match call.args.as_slice() {
                [days, seconds] if is_a_day(seconds) => days,
                _ => return None,
            },
            _ => return None,
        }))
    }
}

fn cast(expr: &Expr, to: fn(&DataType) -> bool) -> Option<&Expr> {
    match expr {
        Expr::Cast(cast) if to(cast.field.data_type()) => Some(&cast.expr),
        Expr::TryCast(cast) if to(cast.field.data_type()) => Some(&cast.expr),
        _ => None,
    }
}

fn is_a_day(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(seconds, _) if *seconds == SECONDS_IN_DAY)
}

const fn is_interval(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Interval(_))
}

const fn is_duration(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Duration(_))
}
