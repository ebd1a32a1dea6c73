//! What an argument must be, beyond what the type system wants.

use datafusion::logical_expr::Expr;
use datafusion::scalar::ScalarValue;

use crate::refusal::{Code, Refusal};

/// A rule for one argument.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// Any expression.
    Any,
    /// One of these words, as a literal.
    Word(&'static [&'static str]),
    /// A whole number in this range, as a literal.
    Whole(i64, i64),
}

/// Holds an argument against its rule.
pub(super) fn check(name: &str, number: usize, rule: Rule, argument: &Expr) -> Result<(), Refusal> {
    let fits = match rule {
        Rule::Any => true,
        Rule::Word(words) => {
            literal_text(argument).is_some_and(|text| words.contains(&text.to_lowercase().as_str()))
        }
        Rule::Whole(low, high) => {
            literal_whole(argument).is_some_and(|number| (low..=high).contains(&number))
        }
    };
    if fits {
        return Ok(());
    }
    let wanted = match rule {
        Rule::Any => "any value".to_owned(),
        Rule::Word(words) => format!("one of {}", words.join(", ")),
        Rule::Whole(low, high) => format!("a whole number from {low} to {high}, written out"),
    };
    Err(Refusal::new(
        Code::BadArguments,
        format!("argument {number} of `{name}` must be {wanted}"),
        "write it as a constant in the SQL",
    ))
}

/// A text that is written out, looking through casts.
pub(in crate::sql) fn literal_text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        Expr::Cast(cast) => literal_text(&cast.expr),
        Expr::TryCast(cast) => literal_text(&cast.expr),
        Expr::Alias(alias) => literal_text(&alias.expr),
        _ => None,
    }
}

pub(in crate::sql) fn literal_whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(ScalarValue::Int64(Some(value)), _) => Some(*value),
        Expr::Literal(ScalarValue::Int32(Some(value)), _) => Some(i64::from(*value)),
        Expr::Negative(inner) => literal_whole(inner)?.checked_neg(),
        Expr::Cast(cast) => literal_whole(&cast.expr),
        Expr::TryCast(cast) => literal_whole(&cast.expr),
        Expr::Alias(alias) => literal_whole(&alias.expr),
        _ => None,
    }
}

/// A number that is written out, looking through casts.
pub(super) fn literal_real(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Literal(ScalarValue::Float64(Some(value)), _) => Some(*value),
        Expr::Literal(ScalarValue::Int64(Some(value)), _) => Some(*value as f64),
        Expr::Literal(ScalarValue::Int32(Some(value)), _) => Some(f64::from(*value)),
        Expr::Negative(inner) => Some(-literal_real(inner)?),
        Expr::Cast(cast) => literal_real(&cast.expr),
        Expr::TryCast(cast) => literal_real(&cast.expr),
        Expr::Alias(alias) => literal_real(&alias.expr),
        _ => None,
    }
}
