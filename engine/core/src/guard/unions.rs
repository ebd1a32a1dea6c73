//! UNION: the person stands at the same place in every part, or is added there.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{Expr, LogicalPlan, Projection, Union};

use super::facts::{Domain, Fact, HIDDEN, PersonFact, Relation, Side};
use super::flow::Flow;
use super::walk::{Walk, internal};
use crate::refusal::{Code, Refusal};

/// Rebuilds a union.
pub(super) fn union(walk: &mut Walk<'_>, node: &Union) -> Result<Relation, Refusal> {
    let mut parts = vec![];
    for input in &node.inputs {
        parts.push(walk.node(input)?);
    }
    let personal = parts.iter().filter(|part| matches!(part.side, Side::Personal { .. })).count();
    let public = parts.iter().filter(|part| matches!(part.side, Side::Public { .. })).count();
    if personal == parts.len() {
        return persons(walk, &node.schema, parts);
    }
    if personal > 0 {
        return Err(Refusal::new(
            Code::UnsupportedSql,
            "a UNION mixes rows about people with results or rows about nobody",
            "aggregate the part about people first, or leave the other part out",
        )
        .at(walk.text.find("UNION")));
    }
    if public == parts.len() {
        let side = Side::Public { keys: vec![] };
        return stacked(&node.schema, parts, side, vec![]);
    }
    let parts: Result<Vec<Relation>, Refusal> =
        parts.into_iter().map(|part| walk.released(part)).collect();
    results(&node.schema, parts?)
}

/// Rows about persons, one part after the other.
fn persons(
    walk: &mut Walk<'_>,
    schema: &DFSchema,
    parts: Vec<Relation>,
) -> Result<Relation, Refusal> {
    let visible: Vec<Vec<usize>> = parts.iter().map(Relation::visible).collect();
    let fact = |part: usize, column: usize| -> Option<&Fact> {
        parts.get(part)?.columns.get(*visible.get(part)?.get(column)?)
    };
    let mut shown = None;
    for column in 0..schema.fields().len() {
        let touching =
            (0..parts.len()).filter(|&p| fact(p, column).is_some_and(Fact::touches_person)).count();
        if touching != 0 && touching != parts.len() {
            return Err(Refusal::new(
                Code::PersonColumnUse,
                format!(
                    "column {} of the UNION identifies people in one part and is something else in another",
                    column + 1
                ),
                "put the person column at the same place in every SELECT",
            )
            .at(walk.text.find("UNION")));
        }
        if (0..parts.len()).all(|p| fact(p, column).is_some_and(Fact::is_person)) {
            shown = shown.or(Some(column));
        }
    }
    let side = Side::Personal { one_row: false };
    if shown.is_some() {
        return stacked(schema, parts, side, vec![]);
    }
    let name = walk.hidden_name("person");
    let added = Added { name, data_type: DataType::UInt32, fact: Fact::person() };
    stacked(schema, parts, side, vec![added])
}

/// Protected results, each with the row numbers of its own tables.
pub(super) fn results(schema: &DFSchema, parts: Vec<Relation>) -> Result<Relation, Refusal> {
    let mut added: Vec<Added> = vec![];
    for part in &parts {
        for at in 0..part.columns.len() {
            let name = part.name(at);
            if name.starts_with(HIDDEN) && !added.iter().any(|known| known.name == name) {
                let data_type = part.plan.schema().field(at).data_type().clone();
                added.push(Added { name: name.to_owned(), data_type, fact: Fact::default() });
            }
        }
    }
    stacked(schema, parts, Side::Released { keys: vec![] }, added)
}

/// A column that the guard adds behind those of the query.
struct Added {
    name: String,
    data_type: DataType,
    fact: Fact,
}

/// The union itself: the columns of the query in order, then the added ones.
fn stacked(
    schema: &DFSchema,
    parts: Vec<Relation>,
    side: Side,
    added: Vec<Added>,
) -> Result<Relation, Refusal> {
    let width = schema.fields().len();
    let mut columns: Vec<Option<Fact>> = vec![None; width];
    let (mut inputs, mut flows) = (vec![], vec![]);
    for part in parts {
        let visible = part.visible();
        if visible.len() != width {
            return Err(Refusal::internal("parts of a union of different width"));
        }
        for (column, fact) in
            columns.iter_mut().zip(visible.iter().filter_map(|&at| part.columns.get(at)))
        {
            *column = Some(match column.take() {
                Some(known) => known.met(fact),
                None => fact.clone(),
            });
        }
        let mut exprs: Vec<Expr> = visible
            .iter()
            .enumerate()
            .map(|(place, &at)| part.column(at).alias(format!("part_{place}")))
            .collect();
        exprs.extend(added.iter().map(|more| part_of(&part, more)));
        let plan = Projection::try_new(exprs, Arc::new(part.plan)).map_err(internal)?;
        inputs.push(Arc::new(LogicalPlan::Projection(plan)));
        flows.push(part.flow);
    }
    let plan = LogicalPlan::Union(union_of(inputs, schema, &added)?);
    // A union forgets the names of its parts; the plan above wants those of the query.
    let mut exprs = vec![];
    for (at, (qualifier, field)) in schema.iter().enumerate() {
        let column = datafusion::prelude::ident(format!("part_{at}"));
        exprs.push(column.alias_qualified(qualifier.cloned(), field.name()));
    }
    exprs.extend(added.iter().map(|more| datafusion::prelude::ident(more.name.as_str())));
    let plan = Projection::try_new(exprs, Arc::new(plan)).map_err(internal)?;
    let plan = LogicalPlan::Projection(plan);
    let mut columns: Vec<Fact> = columns.into_iter().map(Option::unwrap_or_default).collect();
    columns.extend(added.into_iter().map(|more| more.fact));
    Ok(Relation { plan, side, columns, flow: Flow::of("one below the other", flows) })
}

/// The union under neutral names. What is computed may be NULL where the planner thinks otherwise.
fn union_of(
    inputs: Vec<Arc<LogicalPlan>>,
    schema: &DFSchema,
    added: &[Added],
) -> Result<Union, Refusal> {
    let own = schema.fields().iter().enumerate();
    let own = own.map(|(at, field)| (format!("part_{at}"), field.data_type().clone()));
    let fields = own.chain(added.iter().map(|more| (more.name.clone(), more.data_type.clone())));
    let fields =
        fields.map(|(name, data_type)| (None, Arc::new(Field::new(name, data_type, true))));
    let schema =
        DFSchema::new_with_metadata(fields.collect(), Default::default()).map_err(internal)?;
    Ok(Union { inputs, schema: Arc::new(schema) })
}

/// The added column as this part has it: by its name, as the person, or not at all.
fn part_of(part: &Relation, added: &Added) -> Expr {
    let own = (0..part.columns.len()).find(|&at| part.name(at) == added.name);
    let place = match own {
        None if added.fact.is_person() => part.person(),
        own => own,
    };
    let expr = match place {
        Some(at) => part.column(at),
        None => Expr::Literal(
            ScalarValue::try_from(&added.data_type).unwrap_or(ScalarValue::Null),
            None,
        ),
    };
    expr.alias(&added.name)
}

impl Fact {
    /// The person of the row.
    pub(super) fn person() -> Self {
        Self { person: PersonFact::Person, ..Self::default() }
    }

    /// What holds of a column whichever of two parts its rows come from.
    fn met(self, other: &Self) -> Self {
        let person = match (self.person, other.person) {
            (PersonFact::Person, PersonFact::Person) => PersonFact::Person,
            (PersonFact::No, PersonFact::No) => PersonFact::No,
            _ => PersonFact::OrNull,
        };
        let mut made_of = self.made_of;
        made_of.extend(other.made_of.iter().copied());
        made_of.sort_unstable();
        made_of.dedup();
        Self {
            person,
            measure: self.measure.filter(|measure| Some(measure) == other.measure.as_ref()),
            column: self.column.filter(|column| Some(column) == other.column.as_ref()),
            domain: united(self.domain, other.domain.as_ref()),
            made_of,
            direct: self.direct && other.direct,
        }
    }
}

fn united(one: Option<Domain>, other: Option<&Domain>) -> Option<Domain> {
    let (one, other) = (one?, other?);
    let more = other.iter().filter(|value| !one.contains(value)).cloned();
    let all: Vec<ScalarValue> = one.iter().cloned().chain(more).collect();
    super::domain::listed(all)
}
