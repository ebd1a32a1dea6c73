//! Calls of listed functions, as they run: those that could fail, overflow or grow in forms of ours.
//!
//! Which function is listed was settled in `sql/functions/`; arguments were held against their rules there.

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{DFSchema, Result, internal_err};
use datafusion::logical_expr::expr::{Case, ScalarFunction, TryCast};
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::scalar::ScalarValue;

use super::arithmetic::{Operation, checked, has_arithmetic};
use super::calendar::DateMade;
use super::curves::{Curve, Finite};
use super::joined::Joined;
use super::matched::{Matched, Question};
use super::moments::{Span, is_moment, within};
use super::rowwise::call;
use crate::refusal::{Code, Refusal};
use crate::sql::functions::{literal_text, patterns};

/// The total form of a call.
pub(super) fn total(function: ScalarFunction, schema: &DFSchema) -> Result<Expr> {
    let returns = Expr::ScalarFunction(function.clone()).get_type(schema)?;
    let ScalarFunction { func, mut args } = function;
    let name = func.name().to_owned();
    if let Some(curve) = Curve::named(&name, args.len()) {
        let args = args.into_iter().map(|arg| cast(arg, DataType::Float64, schema));
        return Ok(call(curve, args.collect::<Result<_>>()?, returns));
    }
    match name.as_str() {
        "abs" => Ok(udf(checked(Operation::Absolute), args)),
        "coalesce" | "nvl" => Ok(first_value(args)),
        "nvl2" => chosen(args),
        "concat" => Ok(call(Joined::Known, args, returns)),
        "concat_ws" => Ok(call(Joined::Separated, args, returns)),
        "replace" => Ok(call(Joined::Replaced, args, returns)),
        "regexp_like" | "regexp_count" | "regexp_replace" => matched(&name, args, returns),
        "make_date" => {
            let args = args.into_iter().map(|arg| cast(arg, DataType::Int64, schema));
            Ok(call(DateMade, args.collect::<Result<_>>()?, returns))
        }
        "to_date" | "to_timestamp" => moment(args, returns, schema),
        "date_trunc" => {
            let moment = args.pop().map(|moment| reachable(Span::Nanoseconds, moment));
            args.extend(moment);
            Ok(udf(func, args))
        }
        "date_part" => {
            let moment = args.pop().map(|moment| reachable(Span::Calendar, moment));
            args.extend(moment);
            Ok(udf(func, args))
        }
        "to_char" => {
            let format = args.pop();
            let mut args: Vec<Expr> =
                args.into_iter().map(|arg| reachable(Span::Calendar, arg)).collect();
            args.extend(format);
            Ok(udf(func, args))
        }
        "round" | "trunc" if returns == DataType::Float64 => {
            Ok(call(Finite, vec![udf(func, args)], returns))
        }
        _ => Ok(udf(func, args)),
    }
}

/// What is wrong with a call whose arguments have other types than its total form knows; decided by types alone.
pub(super) fn refuse(function: &ScalarFunction, schema: &DFSchema) -> Result<Option<Refusal>> {
    let name = function.func.name();
    if let ("date_part" | "date_trunc", Some(moment)) | ("abs", Some(moment)) =
        (name, function.args.last())
        && !takes(name, &moment.get_type(schema)?)
    {
        return Ok(Some(Refusal::new(
            Code::BadArguments,
            format!("`{name}` does not go with this type of value"),
            "cast the argument to the type that it should have, for example `CAST(x AS BIGINT)` or `CAST(x AS DATE)`",
        )));
    }
    let ("to_date" | "to_timestamp", Some(argument)) = (name, function.args.first()) else {
        return Ok(None);
    };
    let from = argument.get_type(schema)?;
    let text = matches!(from, DataType::Utf8 | DataType::Utf8View | DataType::Null);
    if text || is_moment(&from) {
        return Ok(None);
    }
    // Of a number it would be days, seconds or less: they would be mixed up.
    Ok(Some(Refusal::new(
        Code::BadArguments,
        format!("`{name}` reads texts, dates and moments, and not numbers or true and false"),
        "for days or years since another date add them to it: `DATE '1970-01-01' + n`",
    )))
}

/// Whether the total form of these functions knows an argument of this type.
fn takes(name: &str, data_type: &DataType) -> bool {
    match name {
        "abs" => has_arithmetic(data_type),
        _ => is_moment(data_type),
    }
}

/// A date or time, unless it lies where the calendar does not reach.
pub(super) fn reachable(span: Span, moment: Expr) -> Expr {
    udf(within(span), vec![moment])
}

fn udf(func: std::sync::Arc<datafusion::logical_expr::ScalarUDF>, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(func, args))
}

/// The argument as this type; NULL where it is none.
fn cast(arg: Expr, to: DataType, schema: &DFSchema) -> Result<Expr> {
    if arg.get_type(schema)? == to {
        return Ok(arg);
    }
    Ok(Expr::TryCast(TryCast::new(Box::new(arg), to)))
}

/// `coalesce` as CASE, which needs no optimizer rule to run.
fn first_value(mut args: Vec<Expr>) -> Expr {
    let last = args.pop().map(Box::new);
    if args.is_empty() {
        return last.map_or_else(|| Expr::Literal(ScalarValue::Null, None), |only| *only);
    }
    let when_then_expr =
        args.into_iter().map(|arg| (Box::new(arg.clone().is_not_null()), Box::new(arg))).collect();
    Expr::Case(Case { expr: None, when_then_expr, else_expr: last })
}

/// `nvl2(a, b, c)`: b where a is known, else c.
fn chosen(args: Vec<Expr>) -> Result<Expr> {
    let Ok([asked, known, missing]) = <[Expr; 3]>::try_from(args) else {
        return internal_err!("nvl2 takes three arguments");
    };
    let when_then_expr = vec![(Box::new(asked.is_not_null()), Box::new(known))];
    Ok(Expr::Case(Case { expr: None, when_then_expr, else_expr: Some(Box::new(missing)) }))
}

fn matched(name: &str, args: Vec<Expr>, returns: DataType) -> Result<Expr> {
    let mut args = args.into_iter();
    let (Some(text), Some(pattern)) = (args.next(), args.next()) else {
        return internal_err!("a pattern is missing");
    };
    let others: Vec<Expr> = args.collect();
    let words: Vec<&str> = others.iter().filter_map(literal_text).collect();
    let (flags, question) = match (name, words.as_slice()) {
        ("regexp_like", []) => ("", Question::Found),
        ("regexp_like", [flags]) => (*flags, Question::Found),
        ("regexp_count", []) => ("", Question::Counted),
        ("regexp_replace", [with]) => ("", replaced(with, "")),
        ("regexp_replace", [with, flags]) => (*flags, replaced(with, flags)),
        _ => return internal_err!("a pattern with other arguments"),
    };
    let ignore_case = flags.to_lowercase().contains('i');
    let regex = literal_text(&pattern).and_then(|text| patterns::compile(text, ignore_case));
    let Some(regex) = regex else { return internal_err!("a pattern that was not checked") };
    Ok(call(Matched { regex, ignore_case, question }, vec![text], returns))
}

fn replaced(with: &str, flags: &str) -> Question {
    Question::Replaced { with: with.to_owned(), everywhere: flags.to_lowercase().contains('g') }
}

/// A date or time made of a text or of another date or time.
fn moment(args: Vec<Expr>, returns: DataType, schema: &DFSchema) -> Result<Expr> {
    let Ok([arg]) = <[Expr; 1]>::try_from(args) else {
        return internal_err!("one argument was expected");
    };
    let from = arg.get_type(schema)?;
    let arg = if is_moment(&from) { reachable(Span::Calendar, arg) } else { arg };
    let to = match returns {
        DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Nanosecond, None),
        other => other,
    };
    Ok(Expr::TryCast(TryCast::new(Box::new(arg), to)))
}
