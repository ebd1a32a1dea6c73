//! The release boundary: an aggregate over persons that does not keep the person.
//!
//! The plan is cut here. What is below becomes a release plan for the vault; above, a scan of the protected
//! table takes its place, under exactly the same names (TWO-SESSIONS).

use std::sync::Arc;

use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, Expr, ExprSchemable, LogicalPlan, Projection};

use super::domain;
use super::facts::{Fact, PersonFact, Relation, Side};
use super::flow::Flow;
use super::linear::{self, Base};
use super::release::{
    Argument, Counted, Key, Output, PERSON, PersonalRelease, Release, Statistic, Total,
};
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
    let mut arguments = Arguments { input: &input, text: walk.text, exprs: vec![], kinds: vec![] };
    let mut outputs = vec![];
    for expr in &node.aggr_expr {
        let (_, field) = expr.to_field(input.plan.schema().as_ref()).map_err(internal)?;
        let statistic = arguments.statistic(expr)?;
        outputs.push(Output { statistic, data_type: field.data_type().clone() });
    }
    let Arguments { exprs, kinds, .. } = arguments;
    cut(walk, &input, &node.group_expr, exprs, kinds, outputs, &node.schema)
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
    cut(walk, &input, &keys, vec![], vec![], vec![], &schema)
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

fn cut(
    walk: &mut Walk<'_>,
    input: &Relation,
    group: &[Expr],
    arguments: Vec<Expr>,
    kinds: Vec<Argument>,
    outputs: Vec<Output>,
    schema: &DFSchema,
) -> Result<Relation, Refusal> {
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
        keys.push(Key { data_type, domain: fact.domain.clone() });
        facts.push(Fact { person: PersonFact::No, measure: None, ..fact });
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
    };
    let number = walk.personal_release(release)?;
    let scan = walk.scan(number);
    facts.extend((0..measures).map(|at| Fact {
        made_of: vec![(scan, at)],
        direct: true,
        ..Fact::default()
    }));
    let grouped = match group.len() {
        0 => "release boundary: one cell over everybody".to_owned(),
        1 => "release boundary: protected cells, by 1 column".to_owned(),
        columns => format!("release boundary: protected cells, by {columns} columns"),
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

/// Collects what the aggregates of one boundary need measured, each thing once.
struct Arguments<'a> {
    input: &'a Relation,
    text: &'a QueryText,
    exprs: Vec<Expr>,
    kinds: Vec<Argument>,
}

impl Arguments<'_> {
    fn add(&mut self, expr: Expr, kind: Argument) -> usize {
        let known = self.exprs.iter().zip(&self.kinds).position(|(e, k)| *e == expr && *k == kind);
        known.unwrap_or_else(|| {
            self.exprs.push(expr);
            self.kinds.push(kind);
            self.exprs.len() - 1
        })
    }

    fn statistic(&mut self, expr: &Expr) -> Result<Statistic, Refusal> {
        let call = match expr {
            Expr::Alias(alias) => return self.statistic(&alias.expr),
            Expr::AggregateFunction(call) => call,
            _ => return Err(Refusal::internal("an aggregate that is none")),
        };
        let Some(argument) = call.params.args.first() else {
            return Err(Refusal::internal("an aggregate without argument"));
        };
        match (call.func.name(), call.params.distinct) {
            ("count", false) => Ok(Statistic::Count(self.count(argument))),
            ("count", true) => self.count_distinct(argument, call),
            ("sum", false) => self.sum(argument, call),
            ("avg", false) => self.mean(argument, call),
            (name @ ("min" | "max"), _) => Err(Refusal::new(
                Code::AggregateNotAllowed,
                format!("`{name}` would show one person's own value"),
                "use avg, or band the values with CASE and count people per band; \
                 per person (GROUP BY the person column in a sub-query) it is allowed",
            )
            .at(self.text.find(name))),
            (name, false) => Err(Refusal::new(
                Code::AggregateNotAllowed,
                format!("`{name}` has no disclosure rule here, so its result cannot be protected"),
                "use count, sum or avg; to see a distribution, band the values with CASE and count people per \
                 band; per person (GROUP BY the person column in a sub-query) it is allowed",
            )
            .at(self.text.find(name))),
            (name, true) => Err(Refusal::new(
                Code::AggregateNotAllowed,
                format!("`{name}(distinct ..)` has no disclosure rule"),
                format!("leave DISTINCT out, or take `{name}` per person in a sub-query first"),
            )
            .at(self.text.find("DISTINCT"))),
        }
    }

    /// Rows, or persons where each has at most one row: decided by the plan, so that both ways to the same count
    /// give the same number.
    fn counted(&self, with: Option<usize>) -> Counted {
        let one_row = self.input.side == (Side::Personal { one_row: true });
        match (with, one_row) {
            (None, true) => Counted::Persons,
            (None, false) => Counted::Rows,
            (Some(at), true) => Counted::PersonsWith(at),
            (Some(at), false) => Counted::RowsWith(at),
        }
    }

    fn count(&mut self, argument: &Expr) -> Counted {
        if !domain::can_be_missing(argument, self.input)
            || fact_of(argument, self.input).is_person()
        {
            return self.counted(None);
        }
        let at = self.add(argument.clone().unalias(), Argument::Presence);
        self.counted(Some(at))
    }

    fn count_distinct(
        &mut self,
        argument: &Expr,
        call: &AggregateFunction,
    ) -> Result<Statistic, Refusal> {
        match fact_of(argument, self.input).person {
            PersonFact::Person => Ok(Statistic::Count(Counted::Persons)),
            PersonFact::OrNull | PersonFact::Half { .. } => {
                let at = self.add(argument.clone().unalias(), Argument::Presence);
                Ok(Statistic::Count(Counted::PersonsWith(at)))
            }
            PersonFact::No => Err(Refusal::new(
                Code::AggregateNotAllowed,
                "only people can be counted as distinct",
                match self.input.person() {
                    Some(at) => format!(
                        "use `count(distinct {})`, or list the values with GROUP BY",
                        self.input.column(at).schema_name()
                    ),
                    None => "list the values with GROUP BY".to_owned(),
                },
            )
            .at(self.text.find(call.func.name()))),
        }
    }

    fn sum(&mut self, argument: &Expr, call: &AggregateFunction) -> Result<Statistic, Refusal> {
        let (total, scale, offset, rows) = self.linear(argument, call)?;
        Ok(Statistic::Sum { total, scale, offset, rows })
    }

    fn mean(&mut self, argument: &Expr, call: &AggregateFunction) -> Result<Statistic, Refusal> {
        let (total, scale, offset, rows) = self.linear(argument, call)?;
        Ok(Statistic::Mean { total, scale, offset, rows })
    }

    fn linear(
        &mut self,
        argument: &Expr,
        call: &AggregateFunction,
    ) -> Result<(Total, f64, f64, Counted), Refusal> {
        let Some(form) = linear::of(argument, self.input) else {
            return Err(Refusal::new(
                Code::MeasureNotLinear,
                format!(
                    "`{}` needs a column that the data contract declares as a measure, \
                     possibly inside CASE, times a number, plus a number",
                    call.func.name()
                ),
                "see GET /api/v1/datasets for measures; to count rows that meet a condition, \
                 use `count(CASE WHEN .. THEN 1 END)`",
            )
            .at(self.text.find(call.func.name())));
        };
        // A bare measure, scaled and shifted, is there where the measure is: no other count is needed.
        let present = match &form.base {
            Base::Measure(base @ Expr::Column(_), _) if !linear::fills_gaps(argument) => {
                base.clone()
            }
            Base::Measure(..) | Base::Ones(_) => argument.clone(),
        };
        let total = match form.base {
            Base::Measure(expr, measure) => {
                let kind = Argument::Value { name: measure.name, decimals: measure.decimals };
                Total::Value(self.add(expr.unalias(), kind))
            }
            Base::Ones(expr) => Total::Count(self.count(&expr)),
        };
        let rows = self.count(&present);
        Ok((total, form.scale, form.offset, rows))
    }
}
