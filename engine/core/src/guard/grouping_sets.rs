//! GROUPING SETS, ROLLUP and CUBE over persons: one release boundary for each set, one below the other.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{Aggregate, Expr, GroupingSet, LogicalPlan, Projection};

use super::boundary::{self, Measured};
use super::facts::{Fact, Relation};
use super::unions;
use super::walk::{Walk, internal};
use crate::refusal::{Code, Refusal};

/// The sets of an aggregate, if it has some.
pub(super) fn of(node: &Aggregate) -> Option<&GroupingSet> {
    match node.group_expr.as_slice() {
        [Expr::GroupingSet(sets)] => Some(sets),
        _ => None,
    }
}

/// Cuts the plan once for every set.
pub(super) fn aggregate(
    walk: &mut Walk<'_>,
    node: &Aggregate,
    sets: &GroupingSet,
    input: &Relation,
) -> Result<Relation, Refusal> {
    let all: Vec<&Expr> = sets.distinct_expr();
    let mut parts = vec![];
    let mut seen: Vec<Vec<bool>> = vec![];
    for set in listed(sets, walk)? {
        let used: Vec<bool> = all.iter().map(|key| set.contains(key)).collect();
        let again = seen.iter().filter(|known| **known == used).count();
        let keys = all.iter().filter(|key| set.contains(*key)).map(|key| (*key).clone()).collect();
        let part = level_of(walk, keys, node, input)?;
        parts.push(in_full(part, node, &used, again)?);
        seen.push(used);
    }
    unions::results(&node.schema, parts)
}

/// The cells of one level.
fn level_of(
    walk: &mut Walk<'_>,
    keys: Vec<Expr>,
    node: &Aggregate,
    input: &Relation,
) -> Result<Relation, Refusal> {
    if keys.is_empty() && node.aggr_expr.is_empty() {
        // A total of nothing: one row, whoever is there. The planner has no aggregate for it.
        return boundary::cut(walk, input, &[], Measured::default(), &DFSchema::empty());
    }
    let single = Aggregate::try_new(Arc::new(input.plan.clone()), keys, node.aggr_expr.clone());
    boundary::aggregate(walk, &single.map_err(internal)?, input.clone())
}

/// The keys of each set.
fn listed<'a>(sets: &'a GroupingSet, walk: &Walk<'_>) -> Result<Vec<Vec<&'a Expr>>, Refusal> {
    let number = match sets {
        GroupingSet::GroupingSets(sets) => sets.len(),
        GroupingSet::Rollup(keys) => keys.len() + 1,
        GroupingSet::Cube(keys) => {
            1_usize.checked_shl(u32::try_from(keys.len()).unwrap_or(64)).unwrap_or(usize::MAX)
        }
    };
    if number > walk.limits.boundaries {
        return Err(Refusal::new(
            Code::TooLarge,
            format!(
                "the query asks for {number} levels of totals; at most {} are answered at once",
                walk.limits.boundaries
            ),
            "name the levels that you need with GROUPING SETS, or send several queries",
        )
        .under("limit: boundaries")
        .at(walk.text.find_any(&["CUBE", "ROLLUP", "GROUPING"])));
    }
    Ok(match sets {
        GroupingSet::GroupingSets(sets) => sets.iter().map(|set| set.iter().collect()).collect(),
        GroupingSet::Rollup(keys) => {
            (0..=keys.len()).rev().map(|end| keys.iter().take(end).collect()).collect()
        }
        GroupingSet::Cube(keys) => (0..number)
            .map(|bits| {
                keys.iter()
                    .enumerate()
                    .filter(|(at, _)| bits >> at & 1 == 0)
                    .map(|(_, key)| key)
                    .collect()
            })
            .collect(),
    })
}

/// One level with the columns of all: keys that it lacks are NULL, and a number tells the level.
fn in_full(
    part: Relation,
    node: &Aggregate,
    used: &[bool],
    again: usize,
) -> Result<Relation, Refusal> {
    let keys = used.iter().filter(|used| **used).count();
    let mut next = 0;
    let (mut exprs, mut facts) = (vec![], vec![]);
    for (at, (qualifier, field)) in node.schema.iter().enumerate() {
        let (expr, fact) = match used.get(at) {
            Some(false) => (null(field.data_type())?, missing(field.data_type())?),
            None if at == used.len() => (level(used, again, field.data_type())?, Fact::default()),
            Some(true) | None => {
                let place = if at < used.len() { next } else { keys + at - used.len() - 1 };
                next += 1;
                (part.column(place), part.columns.get(place).cloned().unwrap_or_default())
            }
        };
        exprs.push(expr.alias_qualified(qualifier.cloned(), field.name()));
        facts.push(fact);
    }
    for at in 0..part.columns.len() {
        if !part.visible().contains(&at) {
            exprs.push(part.column(at));
            facts.push(Fact::default());
        }
    }
    let plan = Projection::try_new(exprs, Arc::new(part.plan)).map_err(internal)?;
    Ok(Relation { plan: LogicalPlan::Projection(plan), columns: facts, ..part })
}

fn null(data_type: &DataType) -> Result<Expr, Refusal> {
    Ok(Expr::Literal(ScalarValue::try_from(data_type).map_err(internal)?, None))
}

fn missing(data_type: &DataType) -> Result<Fact, Refusal> {
    let value = ScalarValue::try_from(data_type).map_err(internal)?;
    Ok(Fact { domain: Some(Arc::from([value])), ..Fact::default() })
}

/// What `grouping()` is computed from: a bit for each key that the level lacks, the last key lowest; above them how
/// often the same level came before.
fn level(used: &[bool], again: usize, data_type: &DataType) -> Result<Expr, Refusal> {
    let bits = used.iter().fold(0_u64, |bits, used| bits << 1 | u64::from(!used));
    let again =
        u64::try_from(again).unwrap_or(0).checked_shl(u32::try_from(used.len()).unwrap_or(64));
    let number = ScalarValue::UInt64(Some(bits | again.unwrap_or(0)));
    Ok(Expr::Literal(number.cast_to(data_type).map_err(internal)?, None))
}
