//! The functions that a proven plan may call: those of the list, and the engine's own.

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, Volatility};

use super::{Proof, Unproven};
use crate::sql::functions;

/// What the engine's own functions begin with. Nobody but the engine can put one into a plan.
const OWN: [&str; 2] = ["checked_", "within_"];

pub(super) fn check_scalar(function: &ScalarUDF) -> Proof<()> {
    let listed = functions::scalars().any(|(known, _)| known.as_ref() == function);
    let own = OWN.iter().any(|prefix| function.name().starts_with(prefix));
    if !listed && !own {
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

/// The same rows must give the same cells, in every run.
const fn check_volatility(volatility: Volatility) -> Proof<()> {
    match volatility {
        Volatility::Immutable => Ok(()),
        Volatility::Stable | Volatility::Volatile => {
            Err(Unproven("a function whose value is not of its arguments alone"))
        }
    }
}
