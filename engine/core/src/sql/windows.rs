//! Which windows may be written: listed functions, offsets written out, frames that cannot fail on a row.

use datafusion::common::ScalarValue;
use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{
    Expr, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowFunctionDefinition,
};

use super::functions;
use super::shape::unsupported;
use super::text::QueryText;
use crate::refusal::{Code, Refusal};

/// Largest offset of `lag`, `lead`, `nth_value`, `ntile` and of a frame, rows.
const FARTHEST: i64 = 10_000;

/// Checks one call.
pub(super) fn check(call: &WindowFunction, text: &QueryText) -> Result<(), Refusal> {
    let WindowFunction { fun, params } = call;
    let WindowFunctionParams {
        args,
        partition_by: _,
        order_by: _,
        window_frame,
        filter: _,
        null_treatment: _,
        distinct,
    } = params;
    let name = fun.name();
    let at = text.find(name);
    let listed = match fun {
        WindowFunctionDefinition::AggregateUDF(function) => {
            functions::aggregates().contains(function)
        }
        WindowFunctionDefinition::WindowUDF(function) => functions::windows().contains(function),
    };
    if !listed {
        return Err(Refusal::new(
            Code::UnknownFunction,
            format!("`{name}` is not available as a window function"),
            "use row_number, rank, lag, lead, first_value, last_value, count, sum, avg, min or max",
        )
        .at(at));
    }
    if *distinct {
        return Err(unsupported(
            "DISTINCT in a window function",
            "take each value once in a sub-query first, or use count(distinct ..) with GROUP BY",
        )
        .at(text.find("DISTINCT")));
    }
    if let WindowFunctionDefinition::AggregateUDF(function) = fun {
        functions::check_over(function, args, window_frame).map_err(|refusal| refusal.at(at))?;
    }
    check_offsets(name, args).map_err(|refusal| refusal.at(at))?;
    let frame = text.find_any(&["ROWS", "RANGE", "GROUPS"]);
    check_frame(window_frame).map_err(|refusal| refusal.at(frame))
}

/// Windows stand in the result list only: the planner lets them through in conditions, where they cannot run.
pub(super) fn none_in(expr: &Expr, text: &QueryText) -> Result<(), Refusal> {
    let found = expr.exists(|part| Ok(matches!(part, Expr::WindowFunction(_)))).unwrap_or(true);
    if !found {
        return Ok(());
    }
    Err(unsupported(
        "a window function in WHERE, HAVING, GROUP BY or ON, or inside an aggregate",
        "compute it in the SELECT of a sub-query and use its column, or choose rows with QUALIFY",
    )
    .at(text.find("OVER")))
}

/// How far to look is said by the text alone.
fn check_offsets(name: &str, args: &[Expr]) -> Result<(), Refusal> {
    let (offset, least) = match name {
        "lag" | "lead" => (args.get(1), -FARTHEST),
        "nth_value" => (args.get(1), 1),
        "ntile" => (args.first(), 1),
        _ => (None, 0),
    };
    let Some(offset) = offset else { return Ok(()) };
    let fits = functions::literal_whole(offset).is_some_and(|n| (least..=FARTHEST).contains(&n));
    if fits {
        return Ok(());
    }
    Err(Refusal::new(
        Code::BadArguments,
        format!("`{name}` needs a whole number from {least} to {FARTHEST} that is written out"),
        "write the number into the SQL",
    ))
}

/// Frames of rows and groups count; frames of values compute, and that can fail on a row.
fn check_frame(frame: &WindowFrame) -> Result<(), Refusal> {
    let WindowFrame { units, start_bound, end_bound, .. } = frame;
    for bound in [start_bound, end_bound] {
        let (WindowFrameBound::Preceding(distance) | WindowFrameBound::Following(distance)) = bound
        else {
            continue;
        };
        if distance.is_null() {
            continue; // UNBOUNDED
        }
        if *units == WindowFrameUnits::Range {
            return Err(unsupported(
                "a window frame by distance of values (RANGE .. n PRECEDING)",
                "use ROWS, or join the table with itself on the person and compare the dates",
            ));
        }
        if !whole(distance).is_some_and(|n| (0..=FARTHEST).contains(&n)) {
            return Err(Refusal::new(
                Code::BadArguments,
                format!("a window frame reaches at most {FARTHEST} rows"),
                "use a smaller number, or UNBOUNDED PRECEDING",
            ));
        }
    }
    if place(start_bound) > place(end_bound) {
        return Err(Refusal::new(
            Code::BadArguments,
            "a window frame ends before it begins",
            "write the nearer end last, for example `ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING`",
        ));
    }
    Ok(())
}

/// Where a bound lies, counted from the row itself.
fn place(bound: &WindowFrameBound) -> i64 {
    match bound {
        WindowFrameBound::Preceding(distance) => -whole(distance).unwrap_or(i64::MAX),
        WindowFrameBound::CurrentRow => 0,
        WindowFrameBound::Following(distance) => whole(distance).unwrap_or(i64::MAX),
    }
}

fn whole(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::UInt64(Some(value)) => i64::try_from(*value).ok(),
        ScalarValue::Int64(Some(value)) => Some(*value),
        ScalarValue::UInt32(Some(value)) => Some(i64::from(*value)),
        _ => None,
    }
}
