//! What an argument must be, beyond what the type system wants.

use datafusion::logical_expr::Expr;
use datafusion::scalar::ScalarValue;

use super::patterns;
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
    /// A text of so many characters, as a literal.
    Text(usize, usize),
    /// A text without `$` and `\`, as a literal: what replaces a pattern.
    Plain,
    /// A regular expression, as a literal.
    Pattern,
    /// A date format, as a literal.
    Format,
    /// Nothing: the argument must be left out.
    Nothing,
}

/// Longest text that replaces a pattern, characters.
const LONGEST_REPLACEMENT: usize = 64;

/// Holds an argument against its rule.
pub(super) fn check(name: &str, number: usize, rule: Rule, argument: &Expr) -> Result<(), Refusal> {
    if fits(rule, argument) {
        return Ok(());
    }
    let wanted = match rule {
        Rule::Any => "any value".to_owned(),
        Rule::Word(words) => format!("one of {}", words.join(", ")),
        Rule::Whole(low, high) => format!("a whole number from {low} to {high}, written out"),
        Rule::Text(least, most) => format!("a text of {least} to {most} characters, written out"),
        Rule::Plain => format!(
            "a text of at most {LONGEST_REPLACEMENT} characters without `$` and `\\`, written out"
        ),
        Rule::Pattern => format!(
            "a regular expression of at most {} characters, written out",
            patterns::LONGEST_PATTERN
        ),
        Rule::Format => "a date format of %Y, %m, %d, %j, %b, %B, %a, %A, %V, %G and %u".to_owned(),
        Rule::Nothing => {
            return Err(Refusal::new(
                Code::BadArguments,
                format!("`{name}` takes no more than {} arguments here", number - 1),
                "leave the rest out",
            ));
        }
    };
    Err(Refusal::new(
        Code::BadArguments,
        format!("argument {number} of `{name}` must be {wanted}"),
        "write it as a constant in the SQL",
    ))
}

fn fits(rule: Rule, argument: &Expr) -> bool {
    let text = |test: &dyn Fn(&str) -> bool| literal_text(argument).is_some_and(test);
    match rule {
        Rule::Any => true,
        Rule::Nothing => false,
        Rule::Word(words) => text(&|text| words.contains(&text.to_lowercase().as_str())),
        Rule::Whole(low, high) => {
            literal_whole(argument).is_some_and(|number| (low..=high).contains(&number))
        }
        Rule::Text(least, most) => text(&|text| (least..=most).contains(&text.chars().count())),
        Rule::Plain => {
            text(&|text| text.chars().count() <= LONGEST_REPLACEMENT && !text.contains(['$', '\\']))
        }
        Rule::Pattern => text(&|text| patterns::compile(text, false).is_some()),
        Rule::Format => text(&patterns::is_date_format),
    }
}

/// A text that is written out, looking through casts.
pub(crate) fn literal_text(expr: &Expr) -> Option<&str> {
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
