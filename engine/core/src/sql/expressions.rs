//! Which expressions may stand in a plan, below and above the boundary.
//!
//! Every variant of the planner's expression and operator types is decided here, without a catch-all, so that
//! an upgrade with a new one stops the compiler (PERSON-KNOWN).

use datafusion::arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, BinaryExpr, Expr, Operator};
use datafusion::scalar::ScalarValue;

use super::shape::unsupported;
use super::steps::Step;
use super::text::QueryText;
use super::{functions, windows};
use crate::refusal::{Code, Refusal};

/// Checks one expression and everything inside it.
pub(super) fn check(expr: &Expr, text: &QueryText) -> Result<(), Refusal> {
    check_one(expr, text)?;
    let mut result = Ok(());
    let _ = expr.apply_children(|child| {
        result = match step(expr, child) {
            Some(Step::Written(_)) => Ok(()),
            Some(Step::Days(days)) => check(days, text),
            None => check(child, text),
        };
        Ok(match result {
            Ok(()) => TreeNodeRecursion::Continue,
            Err(_) => TreeNodeRecursion::Stop,
        })
    });
    result
}

/// The step by which `+` or `-` moves a date, if a part of it is one.
fn step<'a>(whole: &Expr, part: &'a Expr) -> Option<Step<'a>> {
    match whole {
        Expr::BinaryExpr(BinaryExpr { op: Operator::Plus | Operator::Minus, .. }) => Step::of(part),
        _ => None,
    }
}

fn check_one(expr: &Expr, text: &QueryText) -> Result<(), Refusal> {
    match expr {
        Expr::Alias(_)
        | Expr::Column(_)
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotUnknown(_)
        | Expr::Negative(_)
        | Expr::Between(_)
        | Expr::Case(_)
        | Expr::InList(_) => Ok(()),
        Expr::Literal(ScalarValue::Float64(Some(number)), _) if !number.is_finite() => {
            Err(Refusal::new(
                Code::BadArguments,
                "a number in the query is too large",
                "write numbers below 1e308",
            ))
        }
        Expr::Literal(value, _) => check_type(&value.data_type()),
        Expr::Like(like) => match like.pattern.as_ref() {
            pattern if like.escape_char.is_none() && is_constant(pattern) => check_pattern(pattern),
            _ => Err(unsupported(
                "LIKE with a pattern from a column, or with ESCAPE",
                "write the pattern as a constant, for example `LIKE 'I21%'`",
            )),
        },
        // What `grouping()` is replaced by.
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::BitwiseAnd | Operator::BitwiseShiftRight,
            right: _,
        }) if tells_grouping(left) => Ok(()),
        Expr::BinaryExpr(BinaryExpr { left: _, op, right: _ }) => check_operator(*op),
        Expr::Cast(cast) => check_cast(&cast.expr, cast.field.data_type()),
        Expr::TryCast(cast) => check_cast(&cast.expr, cast.field.data_type()),
        Expr::ScalarFunction(call) => {
            functions::check_call(call).map_err(|refusal| refusal.at(text.find(call.func.name())))
        }
        Expr::AggregateFunction(call) => check_aggregate(call, text),
        Expr::WindowFunction(call) => windows::check(call, text),
        Expr::SimilarTo(_) => Err(unsupported("SIMILAR TO", "use LIKE")),
        // Sub-queries become joins before anything else looks at the plan.
        Expr::Exists(_)
        | Expr::InSubquery(_)
        | Expr::ScalarSubquery(_)
        | Expr::OuterReferenceColumn(..)
        | Expr::GroupingSet(_) => Ok(()),
        Expr::SetComparison(_) => Err(unsupported(
            "ANY or ALL with a sub-query",
            "use IN, EXISTS, or compare with `(SELECT max(..) ..)`",
        )
        .at(text.find_any(&["ANY", "ALL", "SOME"]))),
        Expr::ScalarVariable(..) | Expr::Placeholder(_) => {
            Err(unsupported("a variable or placeholder", "write the value into the SQL"))
        }
        #[expect(deprecated, reason = "the variant still exists and must be decided")]
        Expr::Wildcard { .. } => Err(unsupported("`*` in this place", "name the columns")),
        Expr::Unnest(_)
        | Expr::HigherOrderFunction(_)
        | Expr::Lambda(_)
        | Expr::LambdaVariable(_) => {
            Err(unsupported("a list or lambda", "use plain columns and values"))
        }
    }
}

/// Whether an expression is computed from the number that tells the set of a row of GROUPING SETS.
fn tells_grouping(expr: &Expr) -> bool {
    let columns = expr.column_refs();
    !columns.is_empty()
        && columns.iter().all(|column| column.name == Aggregate::INTERNAL_GROUPING_ID)
}

/// A pattern is compiled while rows are read; a long one fails there.
fn check_pattern(pattern: &Expr) -> Result<(), Refusal> {
    let length = functions::literal_text(pattern).map_or(0, |text| text.chars().count());
    if length <= LONGEST_PATTERN {
        return Ok(());
    }
    Err(Refusal::new(
        Code::TooLarge,
        format!("a LIKE pattern has {length} characters; at most {LONGEST_PATTERN} are read"),
        "shorten it, or compare whole texts with `=` or IN",
    ))
}

/// Longest LIKE pattern, characters.
const LONGEST_PATTERN: usize = 256;

/// A literal, possibly cast to the type that is wanted.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(..) => true,
        Expr::Cast(cast) => is_constant(&cast.expr),
        _ => false,
    }
}

fn check_operator(op: Operator) -> Result<(), Refusal> {
    match op {
        Operator::Eq
        | Operator::NotEq
        | Operator::Lt
        | Operator::LtEq
        | Operator::Gt
        | Operator::GtEq
        | Operator::Plus
        | Operator::Minus
        | Operator::Multiply
        | Operator::Divide
        | Operator::Modulo
        | Operator::StringConcat
        | Operator::And
        | Operator::Or
        | Operator::IsDistinctFrom
        | Operator::IsNotDistinctFrom => Ok(()),
        Operator::RegexMatch
        | Operator::RegexIMatch
        | Operator::RegexNotMatch
        | Operator::RegexNotIMatch
        | Operator::LikeMatch
        | Operator::ILikeMatch
        | Operator::NotLikeMatch
        | Operator::NotILikeMatch => {
            Err(unsupported("a pattern operator", "use LIKE or regexp_like"))
        }
        Operator::BitwiseAnd
        | Operator::BitwiseOr
        | Operator::BitwiseXor
        | Operator::BitwiseShiftRight
        | Operator::BitwiseShiftLeft
        | Operator::AtArrow
        | Operator::ArrowAt
        | Operator::Arrow
        | Operator::LongArrow
        | Operator::HashArrow
        | Operator::HashLongArrow
        | Operator::AtAt
        | Operator::IntegerDivide
        | Operator::HashMinus
        | Operator::AtQuestion
        | Operator::Question
        | Operator::QuestionAnd
        | Operator::QuestionPipe
        | Operator::Colon => Err(unsupported(
            &format!("the operator `{op}`"),
            "use comparisons, arithmetic, AND and OR",
        )),
    }
}

fn check_aggregate(call: &AggregateFunction, text: &QueryText) -> Result<(), Refusal> {
    functions::check_aggregate(call).map_err(|refusal| refusal.at(text.find(call.func.name())))
}

/// The types that values are made into: that of persons is theirs, and that of constants that stand beside them.
fn check_cast(from: &Expr, to: &DataType) -> Result<(), Refusal> {
    match to {
        DataType::UInt32 if !is_constant(from) => Err(unsupported("INT UNSIGNED", "use BIGINT")),
        other => check_type(other),
    }
}

/// The types of values that queries work with.
fn check_type(data_type: &DataType) -> Result<(), Refusal> {
    let allowed = matches!(
        data_type,
        DataType::Null
            | DataType::Boolean
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8 // what grouping() is computed from
            | DataType::UInt32
            | DataType::UInt64
            | DataType::Float64
            | DataType::Decimal128(20, 0) // where whole numbers with and without sign are compared
            | DataType::Utf8
            | DataType::Utf8View
            | DataType::Date32
            | DataType::Timestamp(TimeUnit::Microsecond | TimeUnit::Nanosecond, None)
    );
    if allowed {
        return Ok(());
    }
    if matches!(data_type, DataType::Interval(IntervalUnit::MonthDayNano)) {
        return Err(unsupported(
            "an interval in this place",
            "add it to a date or take it away: `d + INTERVAL '30 days'`; a difference of dates is a number of \
             days: `a - b <= 30`",
        ));
    }
    Err(unsupported(
        "this type of value",
        "use BOOLEAN, INT, BIGINT, DOUBLE, VARCHAR, DATE or TIMESTAMP",
    ))
}
