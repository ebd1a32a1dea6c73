//! The functions a researcher may call, each with the reason why it is safe on single rows.
//!
//! Allow-list (PERSON-KNOWN): what is not here is refused, by name before planning and by name *and*
//! implementation after it, because the planner inserts functions that nobody registered. A function enters the
//! list when it cannot fail, cannot blow up, and tells nothing of the machine.

use std::sync::{Arc, LazyLock};

use datafusion::functions::datetime::planner::DatetimeFunctionPlanner;
use datafusion::functions::unicode::planner::UnicodeFunctionPlanner;
use datafusion::functions::{core, datetime, math, string, unicode};
use datafusion::functions_aggregate::planner::AggregateFunctionPlanner;
use datafusion::functions_aggregate::{average, count, min_max, sum};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF};
use datafusion::scalar::ScalarValue;

use crate::refusal::{Code, Refusal};

/// What an argument must be, beyond what the type system wants.
#[derive(Clone, Copy)]
enum Rule {
    /// Any expression.
    Any,
    /// One of these words, as a literal.
    Word(&'static [&'static str]),
    /// A whole number in this range, as a literal.
    Whole(i64, i64),
}

struct Allowed {
    function: Arc<ScalarUDF>,
    /// Rules by position; further arguments follow the last rule.
    rules: &'static [Rule],
    /// Why it is safe below the boundary; rendered into the manual.
    reason: &'static str,
}

const PARTS: &[&str] =
    &["year", "quarter", "month", "week", "day", "dow", "doy", "isodow", "hour", "minute"];
const UNITS: &[&str] = &["year", "quarter", "month", "week", "day", "hour"];
/// Longest piece of text that may be cut out, characters.
const LONGEST: i64 = 10_000;

static SCALARS: LazyLock<Vec<Allowed>> = LazyLock::new(|| {
    let allow = |function, rules, reason| Allowed { function, rules, reason };
    vec![
        allow(core::coalesce(), &[Rule::Any], "returns one of its arguments"),
        allow(core::nullif(), &[Rule::Any], "returns its argument or NULL"),
        allow(datetime::date_part(), &[Rule::Word(PARTS), Rule::Any], "defined for every date"),
        allow(
            datetime::date_trunc(),
            &[Rule::Word(UNITS), Rule::Any],
            "replaced by a checked form",
        ),
        allow(math::abs(), &[Rule::Any], "replaced by a checked form"),
        allow(math::ceil(), &[Rule::Any], "defined for every number"),
        allow(math::floor(), &[Rule::Any], "defined for every number"),
        allow(
            math::round(),
            &[Rule::Any, Rule::Whole(0, 15)],
            "defined for every number; negative digits could overflow whole numbers",
        ),
        allow(string::btrim(), &[Rule::Any], "never lengthens a text"),
        allow(string::lower(), &[Rule::Any], "at most three letters for one"),
        allow(string::ltrim(), &[Rule::Any], "never lengthens a text"),
        allow(string::rtrim(), &[Rule::Any], "never lengthens a text"),
        allow(string::starts_with(), &[Rule::Any], "defined for every text"),
        allow(string::upper(), &[Rule::Any], "at most three letters for one"),
        allow(unicode::character_length(), &[Rule::Any], "defined for every text"),
        allow(unicode::left(), &[Rule::Any, Rule::Whole(0, LONGEST)], "never lengthens a text"),
        allow(unicode::right(), &[Rule::Any, Rule::Whole(0, LONGEST)], "never lengthens a text"),
        allow(
            unicode::substr(),
            &[Rule::Any, Rule::Whole(1, LONGEST), Rule::Whole(0, LONGEST)],
            "never lengthens a text",
        ),
    ]
});

static AGGREGATES: LazyLock<Vec<Arc<AggregateUDF>>> = LazyLock::new(|| {
    vec![
        average::avg_udaf(),
        count::count_udaf(),
        min_max::max_udaf(),
        min_max::min_udaf(),
        sum::sum_udaf(),
    ]
});

/// Aggregates that other systems have: refused with better words than "not available".
const OTHER_AGGREGATES: &[&str] = &[
    "any_value",
    "approx_distinct",
    "approx_median",
    "approx_percentile_cont",
    "array_agg",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "corr",
    "covar_pop",
    "covar_samp",
    "first_value",
    "grouping",
    "last_value",
    "median",
    "mode",
    "nth_value",
    "percentile_cont",
    "regr_slope",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "var",
    "var_pop",
    "var_samp",
];

/// Every allowed scalar function with the reason why, for the planner and the manual.
pub fn scalars() -> impl Iterator<Item = (&'static Arc<ScalarUDF>, &'static str)> {
    SCALARS.iter().map(|allowed| (&allowed.function, allowed.reason))
}

/// Every allowed aggregate.
#[must_use]
pub fn aggregates() -> &'static [Arc<AggregateUDF>] {
    &AGGREGATES
}

/// The expression planners that standard syntax (`extract`, `substring`, `count(*)`) needs.
#[must_use]
pub fn planners() -> Vec<Arc<dyn ExprPlanner>> {
    vec![
        Arc::new(DatetimeFunctionPlanner),
        Arc::new(UnicodeFunctionPlanner),
        Arc::new(AggregateFunctionPlanner),
    ]
}

/// The scalar function of this name or alias.
#[must_use]
pub fn scalar(name: &str) -> Option<Arc<ScalarUDF>> {
    SCALARS
        .iter()
        .map(|allowed| &allowed.function)
        .find(|f| f.name() == name || f.aliases().iter().any(|alias| alias == name))
        .map(Arc::clone)
}

/// The aggregate of this name or alias.
#[must_use]
pub fn aggregate(name: &str) -> Option<Arc<AggregateUDF>> {
    AGGREGATES
        .iter()
        .find(|f| f.name() == name || f.aliases().iter().any(|alias| alias == name))
        .map(Arc::clone)
}

/// Checks a name as it is written in the SQL, before anything is planned.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    if scalar(name).is_some() || aggregate(name).is_some() {
        return Ok(());
    }
    if OTHER_AGGREGATES.contains(&name) {
        return Err(Refusal::new(
            Code::AggregateNotAllowed,
            format!("`{name}` has no disclosure rule here, so its result cannot be protected"),
            "use count, sum or avg; to see a distribution, band the values with CASE and count people per band",
        ));
    }
    let known: Vec<&str> = scalars().map(|(f, _)| f.name()).collect();
    Err(Refusal::new(
        Code::UnknownFunction,
        format!("the function `{name}` is not available"),
        format!("available are count, sum, avg, {}", known.join(", ")),
    ))
}

/// Checks a call in the plan: a listed implementation, and arguments that follow its rules.
pub(super) fn check_call(call: &ScalarFunction) -> Result<(), Refusal> {
    let listed = SCALARS.iter().find(|allowed| allowed.function == call.func);
    let Some(allowed) = listed else {
        return Err(Refusal::new(
            Code::UnknownFunction,
            format!("the function `{}` is not available", call.func.name()),
            "write the condition with comparisons, CASE, IN or LIKE",
        ));
    };
    for (at, argument) in call.args.iter().enumerate() {
        let Some(rule) = allowed.rules.get(at).or(allowed.rules.last()) else { continue };
        check_argument(call.func.name(), at + 1, *rule, argument)?;
    }
    Ok(())
}

fn check_argument(name: &str, number: usize, rule: Rule, argument: &Expr) -> Result<(), Refusal> {
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
pub(super) fn literal_text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        Expr::Cast(cast) => literal_text(&cast.expr),
        Expr::TryCast(cast) => literal_text(&cast.expr),
        Expr::Alias(alias) => literal_text(&alias.expr),
        _ => None,
    }
}

fn literal_whole(expr: &Expr) -> Option<i64> {
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
