//! Days and years between declared columns, as base measures.
//!
//! A difference of two date columns, of a date column and a day that is written out, and the age in a year of a date
//! column are asked again and again. Each has one name, made of its columns, so that no way of writing it draws
//! fresh noise.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::scalar::ScalarValue;

use super::facts::{ContractColumn, Measure, Relation};
use super::linear::{Base, Linear};
use crate::catalog::contract::Role;
use crate::sql::functions::literal_text;

/// 1900-01-01: from here days are counted when one of two days is written out. One day for all such questions, because
/// each would be a measure of its own.
const ORIGIN: i32 = -25_567;
/// Days and years of which each has a bin of its own; what lies outside goes to the ends.
const DAYS: (f64, f64) = (0.0, 1_000.0);
const YEARS: (f64, f64) = (0.0, 120.0);
const CENTURY: (f64, f64) = (0.0, 55_000.0);

/// The declared date column whose days an expression holds.
pub(super) fn held(expr: &Expr, input: &Relation) -> Option<ContractColumn> {
    match expr {
        Expr::Alias(alias) => held(&alias.expr, input),
        Expr::Column(named) => {
            let column = input.fact(named)?.column.clone()?;
            (column.contract()?.role == Role::Date).then_some(column)
        }
        Expr::Cast(cast) if *cast.field.data_type() == DataType::Date32 => held(&cast.expr, input),
        _ => None,
    }
}

/// The name of that column.
fn column(expr: &Expr, input: &Relation) -> Option<String> {
    held(expr, input)?.name()
}

/// The linear form of `left - right`, if it is a difference of days or years.
pub(super) fn difference(left: &Expr, right: &Expr, input: &Relation) -> Option<Linear> {
    match (column(left, input), column(right, input)) {
        (Some(to), Some(from)) => {
            let name = format!("days:{from}:{to}");
            Some(between(left, right, Measure::plain(name, 0, DAYS), 0.0))
        }
        (Some(to), None) => {
            let day = f64::from(written(right)?);
            Some(since(left, &to)?.plus(f64::from(ORIGIN) - day))
        }
        (None, Some(from)) => match written(left) {
            Some(day) => {
                let day = f64::from(day);
                Some(since(right, &from)?.times(-1.0).plus(day - f64::from(ORIGIN)))
            }
            None => None,
        },
        (None, None) => age(left, right, input),
    }
}

fn between(left: &Expr, right: &Expr, measure: Measure, offset: f64) -> Linear {
    let difference =
        BinaryExpr::new(Box::new(left.clone()), Operator::Minus, Box::new(right.clone()));
    Linear { base: Base::Measure(Expr::BinaryExpr(difference), measure), scale: 1.0, offset }
}

/// Days since the origin.
fn since(date: &Expr, column: &str) -> Option<Linear> {
    let origin = Expr::Literal(ScalarValue::Date32(Some(ORIGIN)), None);
    let name = format!("days:1900-01-01:{column}");
    Some(between(date, &origin, Measure::plain(name, 0, CENTURY), 0.0))
}

/// A day that is written out.
fn written(expr: &Expr) -> Option<i32> {
    match expr {
        Expr::Literal(ScalarValue::Date32(day), _) => *day,
        Expr::Alias(alias) => written(&alias.expr),
        Expr::Cast(cast) if *cast.field.data_type() == DataType::Date32 => {
            let Expr::Literal(value, _) = cast.expr.as_ref() else { return None };
            match value.cast_to(&DataType::Date32).ok()? {
                ScalarValue::Date32(day) => day,
                _ => None,
            }
        }
        _ => None,
    }
}

/// `date_part('year', date) - year_of_birth`: the year of a date column less a whole number with bounds.
fn age(left: &Expr, right: &Expr, input: &Relation) -> Option<Linear> {
    let to = year(left, input)?;
    let Expr::Column(born) = whole(right) else { return None };
    let from = input.fact(born)?.measure.as_ref()?;
    let from = from.name.strip_prefix("sum:").filter(|_| from.lowered != 0.0)?;
    let name = format!("years:{from}:{to}");
    Some(between(left, right, Measure::plain(name, 0, YEARS), 0.0))
}

fn year(expr: &Expr, input: &Relation) -> Option<String> {
    let Expr::ScalarFunction(call) = whole(expr) else { return None };
    match call.args.as_slice() {
        [part, date]
            if call.func.name() == "date_part"
                && literal_text(part).is_some_and(|part| part.eq_ignore_ascii_case("year")) =>
        {
            column(date, input)
        }
        _ => None,
    }
}

/// The expression without casts to a whole number.
fn whole(expr: &Expr) -> &Expr {
    match expr {
        Expr::Cast(cast) if cast.field.data_type().is_integer() => whole(&cast.expr),
        Expr::Alias(alias) => whole(&alias.expr),
        other => other,
    }
}
