//! Windows: below the boundary each one stays with one person, above it they see protected cells only.
//!
//! A window that reaches over several persons would write one person's value into another's row.

use std::sync::Arc;

use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{
    Expr, ExprSchemable, LogicalPlan, Window, WindowFunctionDefinition,
};
use datafusion::scalar::ScalarValue;

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
    if !personal {
        walk.window_over_results()?;
    }
    let mut columns = input.columns.clone();
    for expr in &node.window_expr {
        let call = call_of(expr)?;
        stands_in(call, &input, walk.text)?;
        columns.push(if personal {
            stays_with_person(call, &input, walk.text)?;
            taken(call, &input)
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

/// What `lag` and `lead` give where there is no such row: written out, and a value of the same type.
fn stands_in(call: &WindowFunction, input: &Relation, text: &QueryText) -> Result<(), Refusal> {
    let ("lag" | "lead", [value, _, missing, ..]) = (call.fun.name(), call.params.args.as_slice())
    else {
        return Ok(());
    };
    let wanted = value.get_type(input.plan.schema().as_ref()).map_err(internal)?;
    let fits = match written(missing) {
        Some(known) => known.is_null() || known.cast_to(&wanted).is_ok_and(|v| !v.is_null()),
        None => false,
    };
    if fits {
        return Ok(());
    }
    let name = call.fun.name();
    Err(Refusal::new(
        Code::BadArguments,
        format!("what stands in for a missing row in `{name}` must be a constant of the same type as its values"),
        format!("write it out, or leave it out and use `coalesce({name}(x) OVER (..), y)`"),
    )
    .at(text.find(name)))
}

/// A constant that is written out, looking through signs and casts.
fn written(expr: &Expr) -> Option<ScalarValue> {
    match expr {
        Expr::Literal(value, _) => Some(value.clone()),
        Expr::Negative(inner) => written(inner)?.arithmetic_negate().ok(),
        Expr::Cast(cast) => written(&cast.expr)?.cast_to(cast.field.data_type()).ok(),
        Expr::TryCast(cast) => written(&cast.expr)?.cast_to(cast.field.data_type()).ok(),
        _ => None,
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

/// Values that a window takes from another row are values of the same measure or days of the same column, unless a
/// value of another kind stands in where there is no such row; sums over a window are repeated in every row, so they
/// get a name of their own.
fn taken(call: &WindowFunction, input: &Relation) -> Fact {
    let Some(argument) = call.params.args.first().map(|argument| fact_of(argument, input)) else {
        return Fact::default();
    };
    match (&call.fun, call.fun.name()) {
        (_, "lag" | "lead") if call.params.args.len() > 2 => Fact::default(),
        (_, "lag" | "lead" | "first_value" | "last_value" | "nth_value" | "min" | "max") => {
            argument.picked()
        }
        (WindowFunctionDefinition::AggregateUDF(_), "sum") => {
            let measure = argument.measure.and_then(Measure::summed).map(|sum| sum.under(OVER));
            Fact { measure, ..Fact::default() }
        }
        _ => Fact::default(),
    }
}
