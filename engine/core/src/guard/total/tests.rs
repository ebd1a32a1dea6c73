//! Every listed function over a grid of nasty values: never an error, an infinity or a NaN, never a text that grows
//! beyond its bound.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::datasource::MemTable;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::Analyzer;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::make_total;
use crate::guard::joined::LONGEST;
use crate::sql::functions;

const LONG: usize = 8_000;

fn values() -> RecordBatch {
    let long = "ŉß".repeat(LONG / 4);
    let texts = [
        None,
        Some(""),
        Some("a"),
        Some("2023-01-31"),
        Some("inf"),
        Some("NaN"),
        Some("-1"),
        Some("9223372036854775808"),
        Some("👩‍👩‍👧 e\u{301} ẞ"),
        Some("a,b,,c"),
        Some("(*[\\"),
        Some(long.as_str()),
    ];
    let rows = texts.len();
    fn column<T: Copy>(values: &[T], rows: usize) -> impl Iterator<Item = Option<T>> + '_ {
        (0..rows).map(move |at| at.checked_sub(1).map(|at| values[at % values.len()]))
    }
    let reals = [f64::MIN, f64::MAX, f64::MIN_POSITIVE, -0.0, 0.0, -1.0, 0.5, 710.0];
    let wholes = [i64::MIN, i64::MAX, -1, 0, 1, 2, 12, 31, 400_000, 1 << 53];
    let halves = [i32::MIN, i32::MAX, -1, 0, 1, 2, 12, 31, 400_000];
    let days =
        [i32::MIN, i32::MAX, -719_162, 2_932_896, -1, 0, 19_000, 106_752, -106_752, 100_000_000];
    let times =
        [i64::MIN, i64::MAX, -1, 0, 1 << 50, -62_135_596_800_000_000, 253_402_300_799_999_999];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("t", Arc::new(texts.into_iter().collect::<StringViewArray>())),
        ("s", Arc::new(texts.into_iter().collect::<StringArray>())),
        ("x", Arc::new(column(&reals, rows).collect::<Float64Array>())),
        ("i", Arc::new(column(&wholes, rows).collect::<Int64Array>())),
        ("h", Arc::new(column(&halves, rows).collect::<Int32Array>())),
        ("d", Arc::new(column(&days, rows).collect::<Date32Array>())),
        ("m", Arc::new(column(&times, rows).collect::<TimestampMicrosecondArray>())),
        ("n", Arc::new(column(&times, rows).collect::<TimestampNanosecondArray>())),
        ("b", Arc::new(column(&[true, false], rows).collect::<BooleanArray>())),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .unwrap()
}

/// A session that knows our lists, and pairs every row with every row.
fn session() -> SessionContext {
    let state = SessionStateBuilder::new()
        .with_config(SessionConfig::new().with_target_partitions(1))
        .with_scalar_functions(functions::scalars().map(|(f, _)| Arc::clone(f)).collect())
        .with_aggregate_functions(functions::aggregates().to_vec())
        .with_window_functions(functions::windows().to_vec())
        .with_expr_planners(functions::planners())
        .build();
    let session = SessionContext::new_with_state(state);
    let batch = values();
    let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap();
    session.register_table("v", Arc::new(table)).unwrap();
    session
}

async fn analysed(session: &SessionContext, expr: &str) -> Result<LogicalPlan, String> {
    let state = session.state();
    let sql = format!("SELECT {expr} AS answer FROM v a CROSS JOIN v c");
    let plan = state.create_logical_plan(&sql).await.map_err(|error| error.to_string())?;
    Analyzer::new()
        .execute_and_check(plan, state.config_options(), |_, _| {})
        .map_err(|error| error.to_string())
}

#[expect(clippy::disallowed_methods, reason = "made-up values, to see that nothing fails on them")]
async fn run(session: &SessionContext, plan: LogicalPlan) -> Result<Vec<ArrayRef>, String> {
    let frame = session.execute_logical_plan(plan).await.map_err(|error| error.to_string())?;
    let batches = frame.collect().await.map_err(|error| error.to_string())?;
    Ok(batches.iter().map(|batch| Arc::clone(batch.column(0))).collect())
}

async fn answers(session: &SessionContext, expr: &str) -> Result<Vec<ArrayRef>, String> {
    let plan = analysed(session, expr).await?;
    let total = make_total(plan).map_err(|refusal| refusal.detail().to_owned())?;
    run(session, total).await
}

/// What a column holds that it must not hold.
fn offence(expr: &str, column: &ArrayRef) -> Option<String> {
    let longest = match column.data_type() {
        DataType::Float64 => {
            let mut values = column.as_primitive::<Float64Type>().iter().flatten();
            return values.find(|value| !value.is_finite()).map(|value| value.to_string());
        }
        DataType::Utf8 => column.as_string::<i32>().iter().flatten().map(str::len).max(),
        DataType::Utf8View => column.as_string_view().iter().flatten().map(str::len).max(),
        _ => None,
    };
    // Changing the case makes up to three letters of one, and another letter may take more bytes.
    let longer = ["upper", "lower", "initcap", "translate"].iter().any(|f| expr.starts_with(f));
    let most = if longer { 4 * LONG } else { LONGEST };
    longest.filter(|length| *length > most).map(|length| format!("{length} bytes"))
}

/// Calls of every listed function, with columns of both sides where arguments may come from rows. Real numbers of a
/// snapshot are finite (`extract/check.rs`); infinities and NaN come from texts.
fn calls() -> Vec<String> {
    let mut all: Vec<String> = vec![];
    let reals = ["a.x", "a.h", "try_cast(a.t as double)", "cast(a.i as double)", "NULL"];
    for curve in [
        "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "cot",
        "degrees", "exp", "floor", "ln", "log", "log10", "log2", "radians", "round", "signum",
        "sin", "sinh", "sqrt", "tan", "tanh", "trunc", "abs",
    ] {
        for argument in reals {
            all.push(format!("{curve}({argument})"));
        }
    }
    for pair in ["power", "pow", "log", "atan2"] {
        all.push(format!("{pair}(a.x, c.x)"));
        all.push(format!("{pair}(a.i, c.h)"));
        all.push(format!("{pair}(a.x, 0)"));
        all.push(format!("{pair}(2, c.x)"));
        all.push(format!("{pair}(NULL, c.x)"));
    }
    for digits in [0, 2, 15] {
        all.push(format!("round(a.x, {digits})"));
        all.push(format!("trunc(a.x, {digits})"));
        all.push(format!("round(a.i, {digits})"));
        all.push(format!("trunc(a.i, {digits})"));
    }
    for operator in ["+", "-", "*", "/", "%"] {
        for (l, r) in
            [("a.x", "c.x"), ("a.i", "c.i"), ("a.h", "c.h"), ("a.h", "c.i"), ("a.i", "c.x")]
        {
            all.push(format!("{l} {operator} {r}"));
        }
    }
    for column in ["t", "s", "x", "i", "h", "d", "m", "n", "b"] {
        for name in ["coalesce", "nvl", "ifnull", "greatest", "least", "nullif"] {
            all.push(format!("{name}(a.{column}, c.{column})"));
        }
        all.push(format!("nvl2(a.{column}, a.{column}, c.{column})"));
        all.push(format!("greatest(a.{column}, NULL, c.{column})"));
    }
    for text in ["t", "s"] {
        for name in [
            "btrim",
            "trim",
            "lower",
            "upper",
            "ltrim",
            "rtrim",
            "initcap",
            "reverse",
            "character_length",
            "length",
        ] {
            all.push(format!("{name}(a.{text})"));
            all.push(format!("{name}(NULL)"));
        }
        for other in ["t", "s"] {
            for name in ["contains", "starts_with", "ends_with", "strpos", "concat", "concat_ws"] {
                all.push(format!("{name}(a.{text}, c.{other})"));
                all.push(format!("{name}(a.{text}, NULL)"));
            }
            all.push(format!("a.{text} || c.{other} || a.{text}"));
            all.push(format!("concat_ws(a.{text}, c.{other}, a.{text}, NULL, c.{other})"));
        }
        all.push(format!("a.{text} || a.i || c.x || c.d"));
        all.push(format!("position('a' in a.{text})"));
        all.push(format!("btrim(a.{text}, c.t)"));
        all.push(format!("replace(a.{text}, 'ß', 'sssssssss')"));
        all.push(format!("replace(a.{text}, 'a', '')"));
        for part in [1, 3, 10_000] {
            all.push(format!("split_part(a.{text}, ',', {part})"));
            all.push(format!("left(a.{text}, {part})"));
            all.push(format!("right(a.{text}, {part})"));
            all.push(format!("substr(a.{text}, {part})"));
            all.push(format!("substr(a.{text}, {part}, {part})"));
        }
        all.push(format!("translate(a.{text}, 'aß', '👩')"));
        for pattern in ["a", "^[[:alpha:]]+$", "", "(ß|ŉ)*", "\\d{4}-\\d{2}"] {
            all.push(format!("regexp_like(a.{text}, '{pattern}')"));
            all.push(format!("regexp_like(a.{text}, '{pattern}', 'i')"));
            all.push(format!("regexp_count(a.{text}, '{pattern}')"));
            all.push(format!("regexp_replace(a.{text}, '{pattern}', 'zzzzzzzz')"));
            all.push(format!("regexp_replace(a.{text}, '{pattern}', 'zzzzzzzz', 'gi')"));
            all.push(format!("regexp_replace(a.{text}, '{pattern}', '', 'g')"));
        }
        for to in ["double", "bigint", "int", "date", "timestamp", "boolean"] {
            all.push(format!("cast(a.{text} as {to})"));
        }
        all.push(format!("to_date(a.{text})"));
        all.push(format!("to_timestamp(a.{text})"));
    }
    for moment in ["d", "m", "n"] {
        for part in [
            "year", "quarter", "month", "week", "day", "dow", "doy", "isodow", "isoyear", "hour",
            "minute", "second", "epoch",
        ] {
            all.push(format!("date_part('{part}', a.{moment})"));
        }
        for unit in ["year", "quarter", "month", "week", "day", "hour"] {
            all.push(format!("date_trunc('{unit}', a.{moment})"));
        }
        all.push(format!("to_char(a.{moment}, '%Y-%y-%m-%d %j %b %B %a %A %e %V %G %u%%')"));
        all.push(format!("to_date(a.{moment})"));
        all.push(format!("to_timestamp(a.{moment})"));
        all.push(format!("cast(a.{moment} as varchar)"));
        all.push(format!("cast(a.{moment} as date) - cast(c.m as date)"));
        for step in
            ["1 day", "-3 weeks", "1 month", "-1200 months", "200000 years", "1 month -31 days"]
        {
            all.push(format!("a.{moment} + INTERVAL '{step}'"));
            all.push(format!("a.{moment} - INTERVAL '{step}'"));
        }
    }
    for moment in ["m", "n"] {
        all.push(format!("a.{moment} + INTERVAL '90 minutes'"));
    }
    all.push("a.d - c.d".to_owned());
    all.push("a.d + c.i".to_owned());
    all.push("a.d - c.i".to_owned());
    all.push("c.h + a.d".to_owned());
    all.push("INTERVAL '1 month' + a.d".to_owned());
    all.push("make_date(a.i, c.i, 31)".to_owned());
    all.push("make_date(a.h, c.h, c.h)".to_owned());
    all.push("make_date(2020, 2, c.i)".to_owned());
    all.push("pi()".to_owned());
    all
}

#[tokio::test]
async fn no_listed_function_fails_overflows_or_grows() {
    let session = session();
    let mut offences = vec![];
    for expr in calls() {
        match answers(&session, &expr).await {
            Ok(columns) => {
                let found = columns.iter().find_map(|column| offence(&expr, column));
                offences.extend(found.map(|found| format!("{expr}: {found}")));
            }
            Err(error) => offences.push(format!("{expr}: {error}")),
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// Without total forms the same calls fail: the grid is nasty enough.
#[tokio::test]
async fn the_grid_finds_what_is_not_total() {
    let session = session();
    let failing = [
        "sqrt(a.x)",
        "power(a.x, c.x)",
        "exp(a.x)",
        "cast(a.t as double)",
        "a.i / c.i",
        "make_date(a.i, c.i, 31)",
        "to_date(a.t)",
        "a.t || c.t || a.t",
        "to_char(a.d, '%Y')",
        "a.d + INTERVAL '200000 years'",
        "round(a.x, 15)",
    ];
    for expr in failing {
        let found = match run(&session, analysed(&session, expr).await.unwrap()).await {
            Ok(columns) => columns.iter().find_map(|column| offence(expr, column)),
            Err(error) => Some(error),
        };
        assert!(found.is_some(), "{expr}");
    }
}

#[tokio::test]
async fn aggregates_are_numbers_too() {
    let session = session();
    for expr in [
        "sum(a.x)",
        "avg(a.x)",
        "stddev(a.x)",
        "var_pop(a.x)",
        "corr(a.x, c.x)",
        "covar_samp(a.x, c.x)",
        "regr_slope(a.x, c.x)",
        "regr_r2(a.x, c.x)",
        "median(a.x)",
        "percentile_cont(0.3) WITHIN GROUP (ORDER BY a.x)",
        "sum(a.x) OVER (PARTITION BY a.i)",
        "avg(a.x) OVER (ORDER BY a.i)",
    ] {
        let plain = run(&session, analysed(&session, expr).await.unwrap()).await.unwrap();
        let total = answers(&session, expr).await.unwrap();
        assert!(total.iter().all(|column| offence(expr, column).is_none()), "{expr}");
        if expr.starts_with("sum") {
            assert!(plain.iter().any(|column| offence(expr, column).is_some()), "{expr}");
        }
    }
}

/// A function that enters the list enters the grid.
#[test]
fn every_listed_function_is_called() {
    let calls = calls();
    for (function, _) in functions::scalars() {
        let mut names = vec![function.name()];
        names.extend(function.aliases().iter().map(String::as_str));
        let called = |name: &str| calls.iter().any(|call| call.starts_with(&format!("{name}(")));
        assert!(names.into_iter().any(called), "{}", function.name());
    }
}
