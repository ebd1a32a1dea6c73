//! The release boundary: an aggregate over persons that does not keep the person.
//!
//! The plan is cut here. What is below becomes a release plan for the vault; above, a scan of the protected
//! table takes its place, under exactly the same names (TWO-SESSIONS).

use std::sync::Arc;

use datafusion::common::DFSchema;
use datafusion::logical_expr::{Aggregate, Expr, ExprSchemable, LogicalPlan, Projection};

use super::distinct;
use super::facts::{Fact, PersonFact, Relation, Side};
use super::flow::{Flow, column_name, name_of, said};
use super::guarded::Named;
use super::release::{Argument, Key, Output, PERSON, PersonalRelease, Release};
use super::statistics::Arguments;
use super::structural::KeyColumn;
use super::tables;
use super::walk::{Walk, fact_of, internal, only};
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

/// Cuts the plan at an aggregate.
pub(super) fn aggregate(
    walk: &mut Walk<'_>,
    node: &Aggregate,
    input: Relation,
) -> Result<Relation, Refusal> {
    let mut arguments = Arguments::new(&input, walk.text, walk.profile);
    let mut outputs = vec![];
    for expr in &node.aggr_expr {
        let (_, field) = expr.to_field(input.plan.schema().as_ref()).map_err(internal)?;
        let statistic = arguments.statistic(expr)?;
        outputs.push(Output { statistic, data_type: field.data_type().clone() });
    }
    let (exprs, kinds) = arguments.into_parts();
    let measured = Measured { exprs, kinds, outputs, only_counted: false };
    let cells = cut(walk, &input, &node.group_expr, measured, &node.schema)?;
    distinct::count(walk, node, &input, cells)
}

/// Cuts the plan at `SELECT DISTINCT` without the person: a protected list.
pub(super) fn list(
    walk: &mut Walk<'_>,
    input: Relation,
    visible: &[usize],
) -> Result<Relation, Refusal> {
    let keys: Vec<Expr> = visible.iter().map(|&at| input.column(at)).collect();
    let names = visible.iter().map(|&at| {
        let (qualifier, field) = input.plan.schema().qualified_field(at);
        (qualifier.cloned(), Arc::clone(field))
    });
    let schema =
        DFSchema::new_with_metadata(names.collect(), Default::default()).map_err(internal)?;
    cut(walk, &input, &keys, Measured::default(), &schema)
}

/// Public rows above the boundary: copied by the vault, never protected.
pub(super) fn public(walk: &mut Walk<'_>, input: Relation) -> Result<Relation, Refusal> {
    let visible = input.visible();
    let input = only(input, &visible)?;
    let schema = Arc::clone(input.plan.schema());
    let facts = vec![Fact::default(); visible.len()];
    let keys = match &input.side {
        Side::Public { keys } => keys.clone(),
        Side::Personal { .. } | Side::Released { .. } => vec![],
    };
    let input_flow = input.flow;
    let number = walk.release(Release::Public(input.plan))?;
    let flow = input_flow.then("copied as it is: about nobody");
    protected(walk.scan(number), &schema, facts, keys, flow)
}

/// What is measured of each cell, and what is made of it.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) exprs: Vec<Expr>,
    pub(super) kinds: Vec<Argument>,
    pub(super) outputs: Vec<Output>,
    /// Whether the cells are only counted.
    pub(super) only_counted: bool,
}

/// Cuts the plan at these groups.
pub(super) fn cut(
    walk: &mut Walk<'_>,
    input: &Relation,
    group: &[Expr],
    measured: Measured,
    schema: &DFSchema,
) -> Result<Relation, Refusal> {
    let Measured { exprs: arguments, kinds, outputs, only_counted } = measured;
    let Some(person) = input.person() else {
        return Err(Refusal::internal("a personal relation without a person"));
    };
    if group.len() > walk.limits.group_keys {
        return Err(Refusal::new(
            Code::TooLarge,
            format!(
                "the result is grouped by {} columns; at most {} are allowed",
                group.len(),
                walk.limits.group_keys
            ),
            "group by fewer columns",
        )
        .under("limit: group_keys"));
    }
    let mut keys = vec![];
    let mut facts = vec![];
    let mut exprs = vec![input.column(person).alias(PERSON)];
    for (at, key) in group.iter().enumerate() {
        let fact = fact_of(key, input);
        if fact.touches_person() {
            return Err(person_listed(key, walk.text));
        }
        let data_type = key.get_type(input.plan.schema().as_ref()).map_err(internal)?;
        // Small cells are not listed to be counted, whether their keys are public or not.
        let domain = fact.domain.clone().filter(|_| !only_counted);
        keys.push(Key { data_type, domain, column: KeyColumn::of(key, &input.plan) });
        facts.push(Fact { person: PersonFact::No, measure: None, column: None, ..fact });
        exprs.push(key.clone().unalias().alias(format!("key_{at}")));
    }
    for (at, argument) in arguments.into_iter().enumerate() {
        exprs.push(argument.alias(format!("argument_{at}")));
    }
    let plan = Projection::try_new(exprs, Arc::new(input.plan.clone())).map_err(internal)?;
    let one_row = input.side == (Side::Personal { one_row: true });
    let measures = outputs.len();
    let combinations = keys.iter().try_fold(1_usize, |n, key| {
        key.domain.as_ref().and_then(|domain| n.checked_mul(domain.len()))
    });
    let all_listed = combinations.is_some_and(|n| n <= walk.limits.completed_rows);
    let release = PersonalRelease {
        input: LogicalPlan::Projection(plan),
        keys,
        arguments: kinds,
        one_row,
        outputs,
        all_listed,
        only_counted,
    };
    let columns = schema.fields().iter().skip(group.len()).take(measures);
    let columns = columns.map(|field| column_name(field.name()));
    let named = Named { keys: group.iter().map(name_of).collect(), columns: columns.collect() };
    let number = walk.personal_release(release, named)?;
    let scan = walk.scan(number);
    facts.extend((0..measures).map(|at| Fact {
        made_of: vec![(scan, at)],
        direct: true,
        ..Fact::default()
    }));
    let grouped = match group.len() {
        0 => "release boundary: one protected cell over everybody".to_owned(),
        _ => format!("release boundary: protected cells, grouped by {}", said(group)),
    };
    let flow = input.flow.clone().then(grouped);
    protected(scan, schema, facts, vec![(0..group.len()).collect()], flow)
}

/// What stands above the boundary in place of what was cut off.
fn protected(
    number: usize,
    schema: &DFSchema,
    mut facts: Vec<Fact>,
    keys: Vec<Vec<usize>>,
    flow: Flow,
) -> Result<Relation, Refusal> {
    let plan = tables::protected_scan(number, schema)?;
    facts.push(Fact::default());
    Ok(Relation { plan, side: Side::Released { keys }, columns: facts, flow })
}

fn person_listed(key: &Expr, text: &QueryText) -> Refusal {
    let name = key.schema_name().to_string();
    Refusal::new(
        Code::PersonInOutput,
        format!("`{name}` identifies people and cannot be a group of the result"),
        format!("try `count(distinct {name})` and group by attributes such as sex or region"),
    )
    .at(text.find(name.rsplit('.').next().unwrap_or(&name)))
}
