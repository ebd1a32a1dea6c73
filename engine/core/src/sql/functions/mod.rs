//! The functions a researcher may call, and those that they may not, each with its reason.
//!
//! Allow-list (PERSON-KNOWN): what is not here is refused, by name before planning and by name *and*
//! implementation after it, because the planner inserts functions that nobody registered. Every function that the
//! planner knows is either on a list of ours or in `refused.rs`; a test holds the two together.

mod aggregates;
mod arguments;
pub(crate) mod patterns;
mod refused;
mod scalars;
#[cfg(test)]
mod tests;
mod windows;

use std::sync::Arc;

use datafusion::functions::datetime::planner::DatetimeFunctionPlanner;
use datafusion::functions::unicode::planner::UnicodeFunctionPlanner;
use datafusion::functions_aggregate::planner::AggregateFunctionPlanner;
use datafusion::functions_window::planner::WindowFunctionPlanner;
use datafusion::logical_expr::planner::ExprPlanner;

use crate::refusal::{Code, Refusal};

pub use aggregates::{aggregate, aggregates, kind_of};
pub(super) use aggregates::{check_aggregate, check_over, is_sorted, takes_within_group};
pub(crate) use arguments::literal_text;
pub(super) use arguments::literal_whole;
pub(super) use scalars::check_call;
pub use scalars::{scalar, scalars};
pub use windows::{window, windows};

/// The expression planners that standard syntax (`extract`, `substring`, `count(*)`, `count(*) OVER`) needs.
#[must_use]
pub fn planners() -> Vec<Arc<dyn ExprPlanner>> {
    vec![
        Arc::new(DatetimeFunctionPlanner),
        Arc::new(UnicodeFunctionPlanner),
        Arc::new(AggregateFunctionPlanner),
        Arc::new(WindowFunctionPlanner),
    ]
}

/// Checks a name as it is written in the SQL, before anything is planned.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    if scalar(name).is_some() || aggregate(name).is_some() || window(name).is_some() {
        return Ok(());
    }
    if let Some(refusal) = refused::refuse(name) {
        return Err(refusal);
    }
    Err(Refusal::new(
        Code::UnknownFunction,
        format!("the function `{name}` is not available"),
        format!("common ones are {}; the researchers' guide lists all", COMMON.join(", ")),
    ))
}

/// The first name of the function of this name or alias, by which the plan knows it; none where there is none.
#[must_use]
pub fn first_name(name: &str) -> Option<String> {
    // Standard syntax, planned as a call.
    let name = if name == "extract" { "date_part" } else { name };
    let scalar = scalar(name).map(|function| function.name().to_owned());
    scalar
        .or_else(|| aggregate(name).map(|function| function.name().to_owned()))
        .or_else(|| window(name).map(|function| function.name().to_owned()))
}

/// The names of all functions, aliases aside.
pub fn known_names() -> impl Iterator<Item = String> {
    let scalars = scalars().map(|(function, _)| function.name().to_owned());
    let aggregates = aggregates().iter().map(|function| function.name().to_owned());
    scalars.chain(aggregates).chain(windows().iter().map(|function| function.name().to_owned()))
}

/// What most queries need, for the refusal of a name that nobody knows.
const COMMON: &[&str] = &[
    "count",
    "sum",
    "avg",
    "coalesce",
    "nullif",
    "abs",
    "round",
    "floor",
    "sqrt",
    "ln",
    "lower",
    "trim",
    "substr",
    "replace",
    "concat",
    "regexp_like",
    "date_part",
    "date_trunc",
    "make_date",
];

/// Whether a name means something only with OVER.
pub(super) fn needs_over(name: &str) -> bool {
    window(name).is_some() && aggregate(name).is_none()
}
