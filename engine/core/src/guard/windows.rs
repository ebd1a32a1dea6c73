//! Windows: below the boundary each one stays with one person, above it they see protected cells only.
//!
//! A window that reaches over several persons would write one person's value into another's row.

use std::sync::Arc;

use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{Expr, LogicalPlan, Window, WindowFunctionDefinition};

use super::facts::{Fact, Measure, Relation, Side};
use super::person_use;
use super::walk::{Walk, fact_of, internal, made_of};
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

/// What the names of measures that a window adds up begin with: they count a value once for every row.
const OVER: &str = "over:";

/// Rebuilds a window.
pub(super) fn window(walk: &Walk<'_>, node: &Window, input: Relation) -> Result<Relation, Refusal> {
    let personal = matches!(input.side, Side::Personal { .. });
    let mut columns = input.columns.clone();
    for expr in &node.window_expr {
        let call = call_of(expr)?;
        columns.push(if personal {
            stays_with_person(call, &input, walk.text)?;
            Fact { measure: measure_of(call, &input), ..Fact::default() }
        } else {
            Fact { made_of: made_of(expr, &input), ..Fact::default() }
        });
    }
    let flow = input.flow.then(if personal {
        "window over the rows of each person"
    } else {
        "window over results"
    });
    let plan = Window::try_new(node.window_expr.clone(), Arc::new(input.plan)).map_err(internal)?;
    Ok(Relation { plan: LogicalPlan::Window(plan), side: input.side, columns, flow })
}

fn call_of(expr: &Expr) -> Result<&WindowFunction, Refusal> {
    match expr {
        Expr::Alias(alias) => call_of(&alias.expr),
        Expr::WindowFunction(call) => Ok(call),
        _ => Err(Refusal::internal("a window that is none")),
    }
}

/// The person must be among the columns of PARTITION BY and nowhere else but in a count.
fn stays_with_person(
    call: &WindowFunction,
    input: &Relation,
    text: &QueryText,
) -> Result<(), Refusal> {
    let WindowFunctionParams {
        args,
        partition_by,
        order_by,
        window_frame: _,
        filter,
        null_treatment: _,
        distinct: _,
    } = &call.params;
    for argument in args {
        if call.fun.name() == "count" {
            person_use::check(argument, input, text)?;
        } else {
            person_use::check_condition(argument, input, text)?;
        }
    }
    for part in partition_by {
        person_use::check(part, input, text)?;
    }
    for chooser in order_by.iter().map(|key| &key.expr).chain(filter.as_deref()) {
        person_use::check_condition(chooser, input, text)?;
    }
    if partition_by.iter().any(|part| fact_of(part, input).is_person()) {
        return Ok(());
    }
    let hint = match input.person().map(|at| input.column(at).schema_name().to_string()) {
        Some(name) if !name.contains(crate::sql::RESERVED) => {
            format!(
                "write `OVER (PARTITION BY {name} ..)`, or group first and use the window on the result"
            )
        }
        _ => "select the person column and put it into PARTITION BY, or group first and use the \
              window on the result"
            .to_owned(),
    };
    Err(Refusal::new(
        Code::WindowNotPerPerson,
        "a window over rows about people must stay with one person",
        hint,
    )
    .at(text.find("OVER")))
}

/// Values that a window takes from another row are values of the same measure; sums over a window are repeated in
/// every row, so they get a name of their own.
fn measure_of(call: &WindowFunction, input: &Relation) -> Option<Measure> {
    let argument = call.params.args.first().map(|argument| fact_of(argument, input))?;
    let measure = argument.measure?;
    match (&call.fun, call.fun.name()) {
        (_, "lag" | "lead" | "first_value" | "last_value" | "nth_value" | "min" | "max") => {
            Some(measure)
        }
        (WindowFunctionDefinition::AggregateUDF(_), "sum") => {
            Some(Measure { name: format!("{OVER}{}", measure.name), ..measure })
        }
        _ => None,
    }
}
