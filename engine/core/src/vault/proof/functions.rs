//! The functions that a proven plan may call: those of the list, and the engine's own.

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, Volatility, WindowUDF};

use super::{Proof, Unproven};
use crate::sql::functions;

/// The engine's own functions, which only the engine can put into a plan. Each looks at one row at a time. Further
/// ones of its own stand under the names of the listed functions that they replace.
pub(super) const OWN: [&str; 22] = [
    "checked_absolute",
    "checked_add",
    "checked_divide",
    "checked_multiply",
    "checked_negate",
    "checked_remainder",
    "checked_subtract",
    "date_made",
    "days_added",
    "days_between",
    "days_taken",
    "finite",
    "joined",
    "joined_known",
    "joined_separated",
    "matched",
    "matches_counted",
    "matches_replaced",
    "moved",
    "replaced",
    "within_calendar",
    "within_nanoseconds",
];

pub(super) fn check_scalar(function: &ScalarUDF) -> Proof<()> {
    let name = function.name();
    let listed = functions::scalars().any(|(known, _)| known.name() == name);
    if !listed && !OWN.contains(&name) {
        return Err(Unproven("a function that is not on the list"));
    }
    check_volatility(function.signature().volatility)
}

pub(super) fn check_aggregate(function: &AggregateUDF) -> Proof<()> {
    if !functions::aggregates().iter().any(|known| known.as_ref() == function) {
        return Err(Unproven("an aggregate that is not on the list"));
    }
    check_volatility(function.signature().volatility)
}

pub(super) fn check_window(function: &WindowUDF) -> Proof<()> {
    if !functions::windows().iter().any(|known| known.as_ref() == function) {
        return Err(Unproven("a window function that is not on the list"));
    }
    check_volatility(function.signature().volatility)
}

/// The same rows must give the same cells, in every run.
const fn check_volatility(volatility: Volatility) -> Proof<()> {
    match volatility {
        Volatility::Immutable => Ok(()),
        Volatility::Stable | Volatility::Volatile => {
            Err(Unproven("a function whose value is not of its arguments alone"))
        }
    }
}
