//! `count(distinct x)` of anything but the person: how many values enough people share.
//!
//! A value of one person is that person's, so values are listed as groups are, where enough people have them, and
//! counted above the boundary. The list is a release of its own, grouped by the same keys and the value; the count is
//! joined to the cells, and is 0 where no value has enough people (TWO-SESSIONS).

use std::sync::Arc;

use datafusion::common::{Column, DFSchema, JoinType, NullEquality, TableReference};
use datafusion::functions_aggregate::expr_fn;
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{
    Aggregate, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, lit,
};

use super::boundary::{Measured, cut};
use super::facts::{HIDDEN, Relation};
use super::statistics::distinct_values;
use super::walk::{Walk, internal};
use crate::refusal::Refusal;

/// Puts the numbers of distinct values of an aggregate into the relation of its cells.
pub(super) fn count(
    walk: &mut Walk<'_>,
    node: &Aggregate,
    input: &Relation,
    mut cells: Relation,
) -> Result<Relation, Refusal> {
    for (at, aggregate) in node.aggr_expr.iter().enumerate() {
        if let Some(value) = distinct_values(aggregate, input) {
            let counts = counts(walk, &node.group_expr, value, input)?;
            cells = joined(cells, counts, node.group_expr.len(), node.group_expr.len() + at)?;
        }
    }
    Ok(cells)
}

/// One row per group: its keys, and the number of values that enough people share.
fn counts(
    walk: &mut Walk<'_>,
    group: &[Expr],
    value: Expr,
    input: &Relation,
) -> Result<LogicalPlan, Refusal> {
    let mut keys = group.to_vec();
    keys.push(value);
    let name = walk.hidden_name("values");
    let mut fields = vec![];
    for (at, key) in keys.iter().enumerate() {
        let (_, field) = key.to_field(input.plan.schema().as_ref()).map_err(internal)?;
        let field = field.as_ref().clone().with_name(format!("{name}_{at}")).with_nullable(true);
        fields.push((None::<TableReference>, Arc::new(field)));
    }
    let schema = DFSchema::new_with_metadata(fields, Default::default()).map_err(internal)?;
    let measured = Measured { only_counted: true, ..Measured::default() };
    let list = cut(walk, input, &keys, measured, &schema)?;
    let keys = (0..group.len()).map(|at| list.column(at)).collect();
    // NULL is no value.
    let count = expr_fn::count(list.column(group.len())).alias(format!("{name}_count"));
    let counts = Aggregate::try_new(Arc::new(list.plan), keys, vec![count]).map_err(internal)?;
    Ok(LogicalPlan::Aggregate(counts))
}

/// The cells with their numbers of values in the output at `place`, in the order that they had.
fn joined(
    cells: Relation,
    counts: LogicalPlan,
    keys: usize,
    place: usize,
) -> Result<Relation, Refusal> {
    let columns: Vec<Expr> = (0..cells.columns.len()).map(|at| cells.column(at)).collect();
    let outputs: Vec<Expr> = (0..cells.columns.len())
        .map(|at| match at == place {
            true => counted(&cells, at, &counts, keys),
            false => cells.column(at),
        })
        .collect();
    let order = (0..cells.columns.len())
        .filter(|&at| cells.name(at).starts_with(HIDDEN))
        .filter_map(|at| columns.get(at).map(|row| row.clone().sort(true, false)));
    let order: Vec<_> = order.collect();
    let Relation { plan, side, columns: mut facts, flow } = cells;
    let on = |plan: &LogicalPlan| -> Vec<Column> {
        plan.schema().columns().into_iter().take(keys).collect()
    };
    let pairs = (on(&plan), on(&counts));
    let builder = LogicalPlanBuilder::from(plan);
    let builder = match keys {
        0 => builder.cross_join(counts),
        _ => {
            builder.join_detailed(counts, JoinType::Left, pairs, None, NullEquality::NullEqualsNull)
        }
    };
    let plan = builder
        .and_then(|builder| builder.sort(order))
        .and_then(|builder| builder.project(outputs))
        .and_then(LogicalPlanBuilder::build)
        .map_err(internal)?;
    if let Some(fact) = facts.get_mut(place) {
        fact.direct = false;
    }
    Ok(Relation { plan, side, columns: facts, flow })
}

/// The number of values where the cell is large enough to be told of; 0 where it has none.
fn counted(cells: &Relation, place: usize, counts: &LogicalPlan, keys: usize) -> Expr {
    let (qualifier, field) = cells.plan.schema().qualified_field(place);
    let (of, number) = counts.schema().qualified_field(keys);
    let number = Expr::Column(Column::from((of, number)));
    let none = Case {
        expr: None,
        when_then_expr: vec![(Box::new(number.clone().is_not_null()), Box::new(number))],
        else_expr: Some(Box::new(lit(0_i64))),
    };
    let shown = Case {
        expr: None,
        when_then_expr: vec![(
            Box::new(cells.column(place).is_not_null()),
            Box::new(Expr::Case(none)),
        )],
        else_expr: None,
    };
    Expr::Case(shown).alias_qualified(qualifier.cloned(), field.name())
}
