//! Joins: tables about persons equate the person, tables without persons bring their whole key.
//!
//! So a row below the boundary always belongs to one person, and a join with a code list never multiplies rows.

use std::sync::Arc;

use datafusion::common::{DFSchema, JoinType, NullEquality};
use datafusion::logical_expr::utils::{
    conjunction, find_valid_equijoin_key_pair, split_conjunction_owned,
};
use datafusion::logical_expr::{BinaryExpr, Expr, Join, LogicalPlan, Operator};
use datafusion::scalar::ScalarValue;

use super::facts::{Fact, PersonFact, Relation, Side};
use super::person_use;
use super::walk::{Walk, internal};
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

type Pair = (Expr, Expr);

/// Rebuilds a join and says what is known of its output.
pub(super) fn join(
    walk: &mut Walk<'_>,
    node: &Join,
    left: Relation,
    right: Relation,
) -> Result<Relation, Refusal> {
    let supported = matches!(node.join_type, JoinType::Inner | JoinType::Left)
        && node.null_equality == NullEquality::NullEqualsNothing
        && !node.null_aware;
    if !supported {
        return Err(Refusal::new(
            Code::JoinNotSupported,
            "only JOIN and LEFT JOIN are supported",
            "write `JOIN .. ON ..` or `LEFT JOIN .. ON ..`",
        )
        .at(walk.text.find("JOIN")));
    }
    let (on, filter) = conditions(node, &left, &right)?;
    match (&left.side, &right.side) {
        (Side::Personal { .. }, Side::Personal { .. }) => {
            if many_rows(&left) && many_rows(&right) {
                walk.multiplying_join()?;
            }
            persons(walk.text, node, left, right, on, filter)
        }
        (Side::Personal { .. }, Side::Public { keys }) => {
            let used: Vec<&Expr> = on.iter().map(|(_, r)| r).collect();
            whole_key(&used, keys, &right, walk.text)?;
            with_public(walk.text, node, left, right, on, filter)
        }
        (Side::Public { keys }, Side::Personal { .. }) => {
            if node.join_type == JoinType::Left {
                return Err(Refusal::new(
                    Code::JoinNotSupported,
                    "a LEFT JOIN from a table without people would keep rows that belong to nobody",
                    "put the table about people on the left",
                )
                .at(walk.text.find("JOIN")));
            }
            let used: Vec<&Expr> = on.iter().map(|(l, _)| l).collect();
            whole_key(&used, keys, &left, walk.text)?;
            with_public(walk.text, node, left, right, on, filter)
        }
        (Side::Public { .. }, Side::Public { .. }) => publics(walk.text, node, left, right, on, filter),
        (Side::Released { .. }, Side::Released { .. } | Side::Public { .. })
        | (Side::Public { .. }, Side::Released { .. }) => {
            let (left, right) = (walk.released(left)?, walk.released(right)?);
            let keys = result_keys(walk, &left, &right, &on)?;
            let columns = both(&left, &right);
            build(node, left, right, on, filter, Side::Released { keys }, columns)
        }
        (Side::Released { .. }, Side::Personal { .. })
        | (Side::Personal { .. }, Side::Released { .. }) => {
            Err(Refusal::new(
                Code::JoinNotSupported,
                "a protected result and rows about people cannot be joined",
                "aggregate both sides first, or do the second step per person with GROUP BY on the person column",
            )
            .at(walk.text.find("JOIN")))
        }
    }
}

/// The keys of two results that are joined. One that brings no whole key can find many partners for each row.
fn result_keys(
    walk: &mut Walk<'_>,
    left: &Relation,
    right: &Relation,
    on: &[Pair],
) -> Result<Vec<Vec<usize>>, Refusal> {
    let far = left.columns.len();
    let moved = |key: &Vec<usize>| key.iter().map(|at| at + far).collect::<Vec<usize>>();
    let named = |relation: &Relation, exprs: &[&Expr]| {
        let named = positions(exprs, relation);
        relation.side.keys().iter().any(|key| key.iter().all(|at| named.contains(at)))
    };
    let (l, r): (Vec<&Expr>, Vec<&Expr>) = on.iter().map(|(l, r)| (l, r)).unzip();
    if named(right, &r) {
        return Ok(left.side.keys().to_vec());
    }
    if !named(left, &l) {
        walk.multiplying_result()?;
    }
    let pairs = left.side.keys().iter().flat_map(|l| {
        right.side.keys().iter().map(move |r| l.iter().copied().chain(moved(r)).collect())
    });
    Ok(pairs.collect())
}

fn many_rows(relation: &Relation) -> bool {
    relation.side == (Side::Personal { one_row: false })
}

/// Equalities between the sides, and the rest. The planner leaves equalities in the filter.
fn conditions(
    node: &Join,
    left: &Relation,
    right: &Relation,
) -> Result<(Vec<Pair>, Option<Expr>), Refusal> {
    let (l, r): (&DFSchema, &DFSchema) = (left.plan.schema(), right.plan.schema());
    let mut on = node.on.clone();
    let mut rest = vec![];
    for part in node.filter.clone().map(split_conjunction_owned).unwrap_or_default() {
        let pair = match &part {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
                find_valid_equijoin_key_pair(left, right, l, r).map_err(internal)?
            }
            _ => None,
        };
        match pair {
            Some(pair) => on.push(pair),
            None => rest.push(part),
        }
    }
    Ok((on, conjunction(rest)))
}

/// Two tables about persons: at least one pair equates the person.
fn persons(
    text: &QueryText,
    node: &Join,
    left: Relation,
    right: Relation,
    on: Vec<Pair>,
    filter: Option<Expr>,
) -> Result<Relation, Refusal> {
    let mut equated = false;
    for (l, r) in &on {
        match (touches_person(l, &left), touches_person(r, &right)) {
            (true, true) => equated = true,
            (false, false) => {
                person_use::check_condition(l, &left, text)?;
                person_use::check_condition(r, &right, text)?;
            }
            (true, false) | (false, true) => return Err(not_on_person(&left, &right, text)),
        }
    }
    if !equated {
        return Err(not_on_person(&left, &right, text));
    }
    let one_row = left.side == (Side::Personal { one_row: true })
        && right.side == (Side::Personal { one_row: true });
    let mut columns = both(&left, &right);
    let far = left.columns.len();
    for (at, fact) in columns.iter_mut().enumerate() {
        match node.join_type {
            JoinType::Left if at >= far => may_be_missing(fact),
            // Pairs that were equated in an inner join hold the person on both sides.
            JoinType::Inner if fact.person == PersonFact::OrNull => {
                let named = on.iter().any(|(l, r)| {
                    names(l, &left, at)
                        || at.checked_sub(far).is_some_and(|at| names(r, &right, at))
                });
                if named {
                    fact.person = PersonFact::Person;
                }
            }
            _ => {}
        }
    }
    let joined = Joined { left, right, columns, side: Side::Personal { one_row } };
    finish(text, node, joined, on, filter)
}

/// A table about persons and one without, linked by the whole key of the latter.
fn with_public(
    text: &QueryText,
    node: &Join,
    left: Relation,
    right: Relation,
    on: Vec<Pair>,
    filter: Option<Expr>,
) -> Result<Relation, Refusal> {
    for (l, r) in &on {
        person_use::check_condition(l, &left, text)?;
        person_use::check_condition(r, &right, text)?;
    }
    let side = match (&left.side, &right.side) {
        (personal @ Side::Personal { .. }, _) | (_, personal) => personal.clone(),
    };
    let mut columns = both(&left, &right);
    if node.join_type == JoinType::Left {
        columns.iter_mut().skip(left.columns.len()).for_each(may_be_missing);
    }
    finish(text, node, Joined { left, right, columns, side }, on, filter)
}

/// Two tables without persons. Needs an equality, so that the result stays small.
fn publics(
    text: &QueryText,
    node: &Join,
    left: Relation,
    right: Relation,
    on: Vec<Pair>,
    filter: Option<Expr>,
) -> Result<Relation, Refusal> {
    let used: Vec<&Expr> = on.iter().map(|(_, r)| r).collect();
    let keys = right.side.keys().to_vec();
    whole_key(&used, &keys, &right, text)?;
    let side = left.side.clone();
    let columns = both(&left, &right);
    finish(text, node, Joined { left, right, columns, side }, on, filter)
}

/// A join that has been judged, except for its remaining condition.
struct Joined {
    left: Relation,
    right: Relation,
    columns: Vec<Fact>,
    side: Side,
}

fn finish(
    text: &QueryText,
    node: &Join,
    joined: Joined,
    on: Vec<Pair>,
    filter: Option<Expr>,
) -> Result<Relation, Refusal> {
    let Joined { left, right, columns, side } = joined;
    let relation = build(node, left, right, on, filter, side, columns)?;
    if let LogicalPlan::Join(Join { filter: Some(filter), .. }) = &relation.plan {
        person_use::check_condition(filter, &relation, text)?;
    }
    Ok(relation)
}

fn build(
    node: &Join,
    left: Relation,
    right: Relation,
    on: Vec<Pair>,
    filter: Option<Expr>,
    side: Side,
    columns: Vec<Fact>,
) -> Result<Relation, Refusal> {
    let join = Join::try_new(
        Arc::new(left.plan),
        Arc::new(right.plan),
        on,
        filter,
        node.join_type,
        node.join_constraint,
        node.null_equality,
        node.null_aware,
    )
    .map_err(internal)?;
    Ok(Relation { plan: LogicalPlan::Join(join), side, columns })
}

fn both(left: &Relation, right: &Relation) -> Vec<Fact> {
    left.columns.iter().chain(&right.columns).cloned().collect()
}

fn touches_person(expr: &Expr, relation: &Relation) -> bool {
    matches!(expr, Expr::Column(column) if relation.fact(column).is_some_and(Fact::touches_person))
}

fn names(expr: &Expr, relation: &Relation, at: usize) -> bool {
    matches!(expr, Expr::Column(column) if relation.position(column) == Some(at))
}

/// The far side of a LEFT JOIN: values may be missing.
fn may_be_missing(fact: &mut Fact) {
    if fact.is_person() {
        fact.person = PersonFact::OrNull;
    }
    if let Some(domain) = &fact.domain
        && !domain.iter().any(ScalarValue::is_null)
        && let Some(null) = domain.first().and_then(|v| ScalarValue::try_from(&v.data_type()).ok())
    {
        fact.domain = Some(domain.iter().cloned().chain([null]).collect());
    }
}

/// Positions of the columns that these expressions are.
fn positions(exprs: &[&Expr], relation: &Relation) -> Vec<usize> {
    let position = |expr: &&Expr| match expr {
        Expr::Column(column) => relation.position(column),
        _ => None,
    };
    exprs.iter().filter_map(position).collect()
}

/// The columns named must contain a key of the relation, so that each row finds at most one partner.
fn whole_key(
    used: &[&Expr],
    keys: &[Vec<usize>],
    relation: &Relation,
    text: &QueryText,
) -> Result<(), Refusal> {
    let named = positions(used, relation);
    if keys.iter().any(|key| key.iter().all(|at| named.contains(at))) {
        return Ok(());
    }
    let wanted = keys.first().map(|key| {
        let names: Vec<String> = key.iter().map(|&at| format!("`{}`", relation.name(at))).collect();
        names.join(" and ")
    });
    Err(Refusal::new(
        Code::JoinFanOut,
        "the joined table could match several rows for one row, which would count people's rows more than once",
        match wanted {
            Some(wanted) => format!("equate its whole key: {wanted}"),
            None => "join a table or sub-query whose key is known".to_owned(),
        },
    )
    .at(text.find("JOIN")))
}

fn not_on_person(left: &Relation, right: &Relation, text: &QueryText) -> Refusal {
    let name = |relation: &Relation| match relation.person() {
        Some(at) => relation.column(at).schema_name().to_string(),
        None => "person".to_owned(),
    };
    let (l, r) = (name(left), name(right));
    let hint = if l.contains("tresor_") || r.contains("tresor_") {
        "select the person column in both sub-queries and equate it in ON".to_owned()
    } else {
        format!("write `ON {l} = {r}`; further conditions may follow with AND")
    };
    Refusal::new(
        Code::JoinNotOnPerson,
        "both tables are about people, so a row of one may only meet rows of the same person in the other",
        hint,
    )
    .at(text.find("JOIN"))
}
