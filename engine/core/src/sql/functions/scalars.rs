//! Scalar functions, each with the reason why it is safe on single rows.
//!
//! A function enters the list when it cannot fail, cannot blow up, and tells nothing of the machine; where it would,
//! the guard replaces it by a checked form or wraps it.

use std::sync::{Arc, LazyLock};

use datafusion::functions::{core, datetime, math, string, unicode};
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

/// Every allowed scalar function with the reason why, for the planner and the manual.
pub fn scalars() -> impl Iterator<Item = (&'static Arc<ScalarUDF>, &'static str)> {
    SCALARS.iter().map(|allowed| (&allowed.function, allowed.reason))
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
