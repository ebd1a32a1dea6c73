//! Aggregates per person: GROUP BY that keeps the person. Stays below the boundary, nothing is released.

use std::sync::Arc;

use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan};

use super::facts::{Fact, Measure, Relation, Side};
use super::flow::said;
use super::release::ROWS;
use super::walk::{fact_of, internal};
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

/// What the names of means of a base measure begin with.
const MEAN: &str = "avg:";
/// Digits after the point that means per person keep.
const MEAN_DECIMALS: u32 = 6;

/// The position of the person among the keys, if it is one.
///
/// # Errors
/// When the key is a person column that may be NULL, as on the far side of a LEFT JOIN.
pub(super) fn person_key(
    node: &Aggregate,
    input: &Relation,
    text: &QueryText,
) -> Result<Option<usize>, Refusal> {
    let facts: Vec<Fact> = node.group_expr.iter().map(|key| fact_of(key, input)).collect();
    if let Some(at) = facts.iter().position(Fact::is_person) {
        return Ok(Some(at));
    }
    let Some(at) = facts.iter().position(|fact| fact.touches_person()) else {
        return Ok(None);
    };
    let name = node.group_expr.get(at).map(|key| key.schema_name().to_string()).unwrap_or_default();
    Err(Refusal::new(
        Code::PersonColumnUse,
        format!("`{name}` may be missing here, because its table is on the far side of an outer join"),
        "group by the person column of the table that keeps its rows; after a FULL JOIN by `coalesce(a.person, b.person)`",
    )
    .at(text.find("GROUP")))
}

/// Rebuilds the aggregate below the boundary.
pub(super) fn aggregate(
    node: &Aggregate,
    input: Relation,
    text: &QueryText,
) -> Result<Relation, Refusal> {
    let mut columns: Vec<Fact> = node.group_expr.iter().map(|key| fact_of(key, &input)).collect();
    for expr in &node.aggr_expr {
        columns.push(aggregated(expr, &input, text)?);
    }
    let one_row = columns.iter().take(node.group_expr.len()).all(Fact::is_person);
    let plan =
        Aggregate::try_new(Arc::new(input.plan), node.group_expr.clone(), node.aggr_expr.clone())
            .map_err(internal)?;
    let by = said(&node.group_expr);
    let flow = input.flow.then(if one_row {
        format!("grouped by the person ({by}): one row per person")
    } else {
        format!("grouped by the person and further columns ({by}): many rows per person")
    });
    Ok(Relation {
        plan: LogicalPlan::Aggregate(plan),
        side: Side::Personal { one_row },
        columns,
        flow,
    })
}

/// What a per-person aggregate holds: a base measure, or days. Sums of per-person counts are counts of rows, and sums of
/// per-person sums are sums: they keep the canonical name, so that both ways give the same number. So do smallest
/// and largest values: of one value per person they are that value, and with a name of their own every further
/// `max(max(..))` would draw fresh noise for the same total. Means have a unit of their own and one name for it.
fn aggregated(expr: &Expr, input: &Relation, text: &QueryText) -> Result<Fact, Refusal> {
    let call = match expr {
        Expr::Alias(alias) => return aggregated(&alias.expr, input, text),
        Expr::AggregateFunction(call) => call,
        _ => return Ok(Fact::default()),
    };
    let AggregateFunction { func, params } = call;
    let argument = params.args.first().map(|argument| fact_of(argument, input)).unwrap_or_default();
    if argument.touches_person() && func.name() != "count" {
        return Err(Refusal::new(
            Code::PersonColumnUse,
            format!("`{}` of a column that identifies people is not possible", func.name()),
            "only count people",
        )
        .at(text.find(func.name())));
    }
    let measure = match (func.name(), params.distinct) {
        ("min" | "max" | "first_value" | "last_value", _) => return Ok(argument.picked()),
        ("count", false) => Some(counted(ROWS)),
        ("count", true) => Some(counted("distinct")),
        ("sum", false) => argument.measure.and_then(Measure::summed),
        ("avg", false) => argument.measure.map(mean),
        _ => None,
    };
    Ok(Fact { measure, ..Fact::default() })
}

fn mean(measure: Measure) -> Measure {
    let decimals = measure.decimals.max(MEAN_DECIMALS);
    Measure { decimals, ..measure.under(MEAN) }
}

/// A number of things per person. No contract says how many: up to a thousand, each number has a bin of its own.
fn counted(name: &str) -> Measure {
    Measure::plain(name.to_owned(), 0, (0.0, 1_000.0))
}
