//! Scalar functions, each with the reason why it is safe on single rows.
//!
//! A function enters the list when it cannot fail, cannot blow up, and tells nothing of the machine; where it would,
//! the guard replaces it by a checked form or wraps it.

use std::sync::{Arc, LazyLock};

use datafusion::common::config::ConfigOptions;
use datafusion::functions::{core, datetime, math, regex, string, unicode};
use datafusion::logical_expr::ScalarUDF;
use datafusion::logical_expr::expr::ScalarFunction;

use super::arguments::{self, Rule};
use crate::refusal::{Code, Refusal};

struct Allowed {
    function: Arc<ScalarUDF>,
    /// Rules by position; further arguments follow the last rule.
    rules: &'static [Rule],
    /// Why it is safe below the boundary; rendered into the manual.
    reason: &'static str,
}

const PARTS: &[&str] = &[
    "year", "quarter", "month", "week", "day", "dow", "doy", "isodow", "isoyear", "hour", "minute",
    "second", "epoch",
];
const UNITS: &[&str] = &["year", "quarter", "month", "week", "day", "hour"];
/// Longest piece of text that may be cut out, characters.
const LONGEST: i64 = 10_000;
/// Longest text that is looked for, characters.
const LONGEST_PIECE: usize = 256;

/// Reasons that many functions share.
const REPLACED: &str = "replaced by a form of ours that yields NULL instead of failing";
const CURVE: &str = "replaced by a form of ours that yields NULL instead of an infinity or a NaN";
const SHORTER: &str = "never lengthens a text";
const CASES: &str = "at most three letters for one";
const ASKS: &str = "defined for every text";

static SCALARS: LazyLock<Vec<Allowed>> = LazyLock::new(|| {
    let mut all = general();
    all.extend(dates());
    all.extend(numbers());
    all.extend(texts());
    all.sort_by(|a, b| a.function.name().cmp(b.function.name()));
    all
});

const fn allow(function: Arc<ScalarUDF>, rules: &'static [Rule], reason: &'static str) -> Allowed {
    Allowed { function, rules, reason }
}

fn general() -> Vec<Allowed> {
    let any: &[Rule] = &[Rule::Any];
    vec![
        allow(core::coalesce(), any, "returns one of its arguments"),
        allow(core::greatest(), any, "returns one of its arguments"),
        allow(core::least(), any, "returns one of its arguments"),
        allow(core::nullif(), any, "returns its argument or NULL"),
        allow(core::nvl(), any, "returns one of its arguments"),
        allow(core::nvl2(), any, "returns one of its arguments"),
    ]
}

fn dates() -> Vec<Allowed> {
    vec![
        allow(datetime::date_part(), &[Rule::Word(PARTS), Rule::Any], "defined for every date"),
        allow(datetime::date_trunc(), &[Rule::Word(UNITS), Rule::Any], REPLACED),
        allow(datetime::make_date(), &[Rule::Any], REPLACED),
        allow(datetime::to_char(), &[Rule::Any, Rule::Format], "writes what every date has"),
        allow(datetime::to_date(), &[Rule::Any, Rule::Nothing], REPLACED),
        allow(
            datetime::to_timestamp(&ConfigOptions::default()),
            &[Rule::Any, Rule::Nothing],
            REPLACED,
        ),
    ]
}

fn numbers() -> Vec<Allowed> {
    let any: &[Rule] = &[Rule::Any];
    let mut all = vec![
        allow(math::abs(), any, REPLACED),
        allow(math::ceil(), any, "defined for every number"),
        allow(math::floor(), any, "defined for every number"),
        allow(math::pi(), any, "a constant"),
        allow(
            math::round(),
            &[Rule::Any, Rule::Whole(0, 15)],
            "without infinities; negative digits could overflow whole numbers",
        ),
        allow(math::trunc(), &[Rule::Any, Rule::Whole(0, 15)], "without infinities"),
    ];
    let curves = [
        math::acos(),
        math::acosh(),
        math::asin(),
        math::asinh(),
        math::atan(),
        math::atan2(),
        math::atanh(),
        math::cbrt(),
        math::cos(),
        math::cosh(),
        math::cot(),
        math::degrees(),
        math::exp(),
        math::ln(),
        math::log(),
        math::log10(),
        math::log2(),
        math::power(),
        math::radians(),
        math::signum(),
        math::sin(),
        math::sinh(),
        math::sqrt(),
        math::tan(),
        math::tanh(),
    ];
    all.extend(curves.into_iter().map(|function| allow(function, any, CURVE)));
    all
}

fn texts() -> Vec<Allowed> {
    let any: &[Rule] = &[Rule::Any];
    let piece: &[Rule] = &[Rule::Any, Rule::Text(1, LONGEST_PIECE), Rule::Text(0, LONGEST_PIECE)];
    vec![
        allow(string::btrim(), any, SHORTER),
        allow(string::concat(), any, "too long is NULL"),
        allow(string::concat_ws(), any, "too long is NULL"),
        allow(string::contains(), any, ASKS),
        allow(string::ends_with(), any, ASKS),
        allow(string::lower(), any, CASES),
        allow(string::ltrim(), any, SHORTER),
        allow(string::replace(), piece, "too long is NULL"),
        allow(string::rtrim(), any, SHORTER),
        allow(
            string::split_part(),
            &[Rule::Any, Rule::Text(1, LONGEST_PIECE), Rule::Whole(1, LONGEST)],
            SHORTER,
        ),
        allow(string::starts_with(), any, ASKS),
        allow(string::upper(), any, CASES),
        allow(unicode::character_length(), any, ASKS),
        allow(unicode::initcap(), any, CASES),
        allow(unicode::left(), &[Rule::Any, Rule::Whole(0, LONGEST)], SHORTER),
        allow(unicode::reverse(), any, "as long as before"),
        allow(unicode::right(), &[Rule::Any, Rule::Whole(0, LONGEST)], SHORTER),
        allow(unicode::strpos(), any, ASKS),
        allow(
            unicode::substr(),
            &[Rule::Any, Rule::Whole(1, LONGEST), Rule::Whole(0, LONGEST)],
            SHORTER,
        ),
        allow(
            unicode::translate(),
            &[Rule::Any, Rule::Text(1, LONGEST_PIECE), Rule::Text(0, LONGEST_PIECE)],
            "one letter for one",
        ),
        allow(
            regex::regexp_count(),
            &[Rule::Any, Rule::Pattern, Rule::Nothing],
            "patterns are checked before planning and take time in proportion to the text",
        ),
        allow(
            regex::regexp_like(),
            &[Rule::Any, Rule::Pattern, Rule::Word(&["i"]), Rule::Nothing],
            "patterns are checked before planning and take time in proportion to the text",
        ),
        allow(
            regex::regexp_replace(),
            &[Rule::Any, Rule::Pattern, Rule::Plain, Rule::Word(&["g", "i", "gi", "ig"])],
            "too long is NULL",
        ),
    ]
}

/// Every allowed scalar function with the reason why, for the planner and the manual.
pub fn scalars() -> impl Iterator<Item = (&'static Arc<ScalarUDF>, &'static str)> {
    SCALARS.iter().map(|allowed| (&allowed.function, allowed.reason))
}

/// The scalar function of this name or alias.
#[must_use]
pub fn scalar(name: &str) -> Option<Arc<ScalarUDF>> {
    // A name of most other systems.
    let name = if name == "sign" { "signum" } else { name };
    SCALARS
        .iter()
        .map(|allowed| &allowed.function)
        .find(|f| f.name() == name || f.aliases().iter().any(|alias| alias == name))
        .map(Arc::clone)
}

/// Checks a call in the plan: a listed implementation, and arguments that follow its rules.
pub(in crate::sql) fn check_call(call: &ScalarFunction) -> Result<(), Refusal> {
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
        arguments::check(call.func.name(), at + 1, *rule, argument)?;
    }
    Ok(())
}
