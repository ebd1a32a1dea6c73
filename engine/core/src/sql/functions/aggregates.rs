//! Aggregates that may be planned, and the form of their calls.
//!
//! Where each may stand is not decided here: at a release boundary the guard refuses what has no disclosure rule,
//! per person and above the boundary it lets all of them through.

use std::sync::{Arc, LazyLock};

use datafusion::functions_aggregate::{
    average, bool_and_or, correlation, count, covariance, first_last, grouping, median, min_max,
    percentile_cont, regr, stddev, sum, variance,
};
use datafusion::logical_expr::expr::{AggregateFunction, AggregateFunctionParams};
use datafusion::logical_expr::{AggregateUDF, Expr, WindowFrame, WindowFrameBound};

use tresor_disclosure::Kind;

use super::arguments::literal_real;
use crate::refusal::{Code, Refusal};

/// What a call must look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One argument.
    One,
    /// Two arguments.
    Two,
    /// One argument and the order that says which row is meant.
    Sorted,
    /// A share written out, and WITHIN GROUP.
    Share,
    /// Columns of the GROUP BY.
    Keys,
}

struct Allowed {
    function: Arc<AggregateUDF>,
    form: Form,
    /// What sort of statistic it is over people: each aggregate has exactly one.
    kind: Kind,
}

static ALLOWED: LazyLock<Vec<Allowed>> = LazyLock::new(|| {
    let allow = |function, form, kind| Allowed { function, form, kind };
    vec![
        allow(average::avg_udaf(), Form::One, Kind::Linear),
        allow(bool_and_or::bool_and_udaf(), Form::One, Kind::Endpoints),
        allow(bool_and_or::bool_or_udaf(), Form::One, Kind::Endpoints),
        allow(correlation::corr_udaf(), Form::Two, Kind::Correlation),
        allow(count::count_udaf(), Form::One, Kind::Frequencies),
        allow(covariance::covar_pop_udaf(), Form::Two, Kind::Correlation),
        allow(covariance::covar_samp_udaf(), Form::Two, Kind::Correlation),
        allow(first_last::first_value_udaf(), Form::Sorted, Kind::Endpoints),
        allow(grouping::grouping_udaf(), Form::Keys, Kind::Frequencies),
        allow(first_last::last_value_udaf(), Form::Sorted, Kind::Endpoints),
        allow(min_max::max_udaf(), Form::One, Kind::Endpoints),
        allow(median::median_udaf(), Form::One, Kind::Position),
        allow(min_max::min_udaf(), Form::One, Kind::Endpoints),
        allow(percentile_cont::percentile_cont_udaf(), Form::Share, Kind::Position),
        allow(regr::regr_avgx_udaf(), Form::Two, Kind::Linear),
        allow(regr::regr_avgy_udaf(), Form::Two, Kind::Linear),
        allow(regr::regr_count_udaf(), Form::Two, Kind::Frequencies),
        allow(regr::regr_intercept_udaf(), Form::Two, Kind::Regression),
        allow(regr::regr_r2_udaf(), Form::Two, Kind::Correlation),
        allow(regr::regr_slope_udaf(), Form::Two, Kind::Regression),
        allow(regr::regr_sxx_udaf(), Form::Two, Kind::Shape),
        allow(regr::regr_sxy_udaf(), Form::Two, Kind::Correlation),
        allow(regr::regr_syy_udaf(), Form::Two, Kind::Shape),
        allow(stddev::stddev_udaf(), Form::One, Kind::Shape),
        allow(stddev::stddev_pop_udaf(), Form::One, Kind::Shape),
        allow(sum::sum_udaf(), Form::One, Kind::Linear),
        allow(variance::var_pop_udaf(), Form::One, Kind::Shape),
        allow(variance::var_samp_udaf(), Form::One, Kind::Shape),
    ]
});

static AGGREGATES: LazyLock<Vec<Arc<AggregateUDF>>> =
    LazyLock::new(|| ALLOWED.iter().map(|allowed| Arc::clone(&allowed.function)).collect());

/// Every allowed aggregate.
#[must_use]
pub fn aggregates() -> &'static [Arc<AggregateUDF>] {
    &AGGREGATES
}

/// The aggregate of this name or alias.
#[must_use]
pub fn aggregate(name: &str) -> Option<Arc<AggregateUDF>> {
    named(name).map(|allowed| Arc::clone(&allowed.function))
}

/// What sort of statistic the aggregate of this name or alias is over people. Those that pick one row's value are
/// endpoints; `grouping()` tells the level of a table of counts.
#[must_use]
pub fn kind_of(name: &str) -> Option<Kind> {
    named(name).map(|allowed| allowed.kind)
}

fn named(name: &str) -> Option<&'static Allowed> {
    ALLOWED.iter().find(|allowed| {
        let f = &allowed.function;
        f.name() == name || f.aliases().iter().any(|alias| alias == name)
    })
}

/// Whether this aggregate is told by ORDER BY in its argument which row is meant.
pub(in crate::sql) fn is_sorted(name: &str) -> bool {
    named(name).is_some_and(|allowed| allowed.form == Form::Sorted)
}

/// Whether this aggregate takes WITHIN GROUP.
pub(in crate::sql) fn takes_within_group(name: &str) -> bool {
    named(name).is_some_and(|allowed| allowed.form == Form::Share)
}

/// Checks a call in the plan: a listed implementation, in the form that it has.
pub(in crate::sql) fn check_aggregate(call: &AggregateFunction) -> Result<(), Refusal> {
    let AggregateFunction { func, params } = call;
    let AggregateFunctionParams { args, distinct, filter: _, order_by, null_treatment } = params;
    let Some(allowed) = ALLOWED.iter().find(|allowed| allowed.function == *func) else {
        return Err(Refusal::new(
            Code::AggregateNotAllowed,
            format!("`{}` has no disclosure rule here", func.name()),
            "use count, sum or avg",
        ));
    };
    let plain = order_by.is_empty() && null_treatment.is_none();
    let (fits, wanted) = match allowed.form {
        Form::One => (args.len() == 1 && plain, "takes one argument and no further clause"),
        Form::Two => {
            (args.len() == 2 && plain && !distinct, "takes two arguments and no further clause")
        }
        Form::Sorted => (
            args.len() == 1 && !order_by.is_empty() && null_treatment.is_none() && !distinct,
            "takes one argument and ORDER BY, which says which row is meant",
        ),
        Form::Share => (
            args.len() == 2
                && order_by.len() <= 1
                && null_treatment.is_none()
                && !distinct
                && args.get(1).and_then(literal_real).is_some_and(|s| (0.0..=1.0).contains(&s)),
            "takes a share from 0 to 1, written out, and WITHIN GROUP (ORDER BY ..)",
        ),
        Form::Keys => (!args.is_empty() && plain && !distinct, "takes columns of the GROUP BY"),
    };
    if fits {
        return Ok(());
    }
    let name = func.name();
    Err(Refusal::new(
        Code::BadArguments,
        format!("`{name}` {wanted}"),
        match allowed.form {
            Form::Sorted => format!("write `{name}(value ORDER BY day)`"),
            Form::Share => format!("write `{name}(0.5) WITHIN GROUP (ORDER BY value)`"),
            Form::One | Form::Two | Form::Keys => "leave the rest out".to_owned(),
        },
    ))
}

/// Checks a call over a window: some aggregates cannot let go of rows that leave a frame, and one has no meaning there.
pub(in crate::sql) fn check_over(
    func: &AggregateUDF,
    args: &[Expr],
    frame: &WindowFrame,
) -> Result<(), Refusal> {
    let name = func.name();
    let Some(allowed) = ALLOWED.iter().find(|allowed| allowed.function.as_ref() == func) else {
        return Err(Refusal::internal("a window aggregate that is not on the list"));
    };
    let from_first =
        matches!(&frame.start_bound, WindowFrameBound::Preceding(rows) if rows.is_null());
    let (fits, hint) = match allowed.form {
        Form::Keys => (false, "use it with GROUP BY ROLLUP, CUBE or GROUPING SETS"),
        Form::Share => (
            args.get(1).and_then(literal_real).is_some_and(|share| (0.0..=1.0).contains(&share)),
            "write the share as a constant from 0 to 1",
        ),
        Form::One if ["bool_and", "bool_or"].contains(&name) => (
            from_first,
            "let the frame begin with UNBOUNDED PRECEDING, or use min or max of CASE WHEN .. THEN 1 ELSE 0 END",
        ),
        Form::One | Form::Two | Form::Sorted => (true, ""),
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::new(Code::BadArguments, format!("`{name}` does not work over this window"), hint))
}
