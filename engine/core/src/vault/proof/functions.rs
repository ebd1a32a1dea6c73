//! The functions that a proven plan may call: those of the list, and the engine's own.

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, Volatility, WindowUDF};

use super::{Proof, Unproven};
use crate::guard::OWN;
use crate::sql::functions;

pub(super) fn check_scalar(function: &ScalarUDF) -> Proof<()> {
    let listed = functions::scalars().any(|(known, _)| known.as_ref() == function);
    let own = function.name().starts_with(OWN);
    if !listed && !own {
        return Err(Unproven("a function that is not on the list"));
    }
    check_volatility(function.signature().volatility)
}

pub(super) fn check_window(function: &WindowUDF) -> Proof<()> {
    if !functions::windows().iter().any(|known| known.as_ref() == function) {
        return Err(Unproven("a window function that is not on the list"));
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
