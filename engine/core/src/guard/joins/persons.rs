//! Two tables about persons: a row of one meets rows of the same person only.

use datafusion::common::{JoinType, NullEquality};
use datafusion::logical_expr::{Expr, Projection};

use super::super::facts::{Fact, PersonFact, Relation, Side};
use super::super::person_use;
use super::super::walk::{Walk, fact_of, internal};
use super::{Link, links, names};
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

/// Judges and rebuilds a join of two relations about persons.
pub(super) fn join(walk: &mut Walk<'_>, link: Link) -> Result<Relation, Refusal> {
    let link = links::with_person(link);
    check_equated(&link, walk.text)?;
    if !link.only_chooses() && many_rows(&link.left) && many_rows(&link.right) {
        walk.multiplying_join()?;
    }
    let one_row = match (&link.left.side, &link.right.side, link.only_chooses()) {
        (Side::Personal { one_row }, _, true) => *one_row,
        (Side::Personal { one_row: l }, Side::Personal { one_row: r }, false) => {
            *l && *r && pairs_every_row(&link)
        }
        _ => false,
    };
    let mut columns = link.facts();
    let found = matches!(link.kind, JoinType::Inner | JoinType::LeftSemi);
    if found {
        both_are_there(&link, &mut columns);
    }
    let side = Side::Personal { one_row };
    if link.kind == JoinType::Full {
        return full(walk, link, side, columns);
    }
    link.build(side, columns, walk.text)
}

/// Whether the rows that a person has on both sides are sure to meet. A FULL JOIN keeps both of them, one below the
/// other, where they do not: then the person has two rows.
fn pairs_every_row(link: &Link) -> bool {
    let person = |expr: &Expr, relation: &Relation| fact_of(expr, relation).is_person();
    let mut pairs = link.condition.on.iter();
    link.kind != JoinType::Full
        || link.condition.filter.is_none()
            && pairs.all(|(l, r)| person(l, &link.left) && person(r, &link.right))
}

/// At least one pair equates the person, and the person is equated with nothing else.
fn check_equated(link: &Link, text: &QueryText) -> Result<(), Refusal> {
    let mut equated = false;
    for (l, r) in &link.condition.on {
        match (touches_person(l, &link.left), touches_person(r, &link.right)) {
            (true, true) => equated |= link.meets_nobody(l, r),
            (false, false) => {
                person_use::check_condition(l, &link.left, text)?;
                person_use::check_condition(r, &link.right, text)?;
            }
            (true, false) | (false, true) => return Err(not_on_person(link, text)),
        }
    }
    if equated { Ok(()) } else { Err(not_on_person(link, text)) }
}

impl Link {
    /// Whether rows where this person is missing meet no row. INTERSECT and EXCEPT hold a missing value for equal to a
    /// missing value, and then rows of two persons would meet, unless it is never missing on one side.
    fn meets_nobody(&self, left: &Expr, right: &Expr) -> bool {
        self.nulls == NullEquality::NullEqualsNothing
            || fact_of(left, &self.left).is_person()
            || fact_of(right, &self.right).is_person()
    }
}

/// Columns that were equated and found hold the person, also where they might have been NULL before.
fn both_are_there(link: &Link, columns: &mut [Fact]) {
    let far = link.left.columns.len();
    for (at, fact) in columns.iter_mut().enumerate().filter(|(_, fact)| fact.touches_person()) {
        let named = link.condition.on.iter().any(|(l, r)| {
            link.meets_nobody(l, r)
                && (names(l, &link.left, at)
                    || at.checked_sub(far).is_some_and(|at| names(r, &link.right, at)))
        });
        if named {
            fact.person = PersonFact::Person;
        }
    }
}

/// A FULL JOIN: the person is on one side or on the other, so a column is added that has it always.
fn full(
    walk: &mut Walk<'_>,
    link: Link,
    side: Side,
    mut columns: Vec<Fact>,
) -> Result<Relation, Refusal> {
    let (Some(left), Some(right)) = (link.left.person(), link.right.person()) else {
        return Err(Refusal::internal("a relation about persons without a person"));
    };
    let right = right + link.left.columns.len();
    let join = walk.number();
    for (at, fact) in columns.iter_mut().enumerate() {
        if at == left || at == right {
            fact.person = PersonFact::Half { join, left: at == left };
        }
    }
    let joined = link.build(side, columns, walk.text)?;
    let person = datafusion::functions::core::expr_fn::coalesce(vec![
        joined.column(left),
        joined.column(right),
    ]);
    let mut exprs: Vec<Expr> = (0..joined.columns.len()).map(|at| joined.column(at)).collect();
    exprs.push(person.alias(walk.hidden_name("person")));
    let mut columns = joined.columns;
    columns.push(Fact { person: PersonFact::Person, ..Fact::default() });
    let plan = Projection::try_new(exprs, std::sync::Arc::new(joined.plan)).map_err(internal)?;
    let plan = datafusion::logical_expr::LogicalPlan::Projection(plan);
    Ok(Relation { plan, columns, side: joined.side, flow: joined.flow })
}

fn many_rows(relation: &Relation) -> bool {
    relation.side == (Side::Personal { one_row: false })
}

fn touches_person(expr: &Expr, relation: &Relation) -> bool {
    fact_of(expr, relation).touches_person()
}

fn not_on_person(link: &Link, text: &QueryText) -> Refusal {
    let name = |relation: &Relation| match relation.person() {
        Some(at) => relation.column(at).schema_name().to_string(),
        None => "person".to_owned(),
    };
    let (l, r) = (name(&link.left), name(&link.right));
    let nameless = l.contains(crate::sql::RESERVED) || r.contains(crate::sql::RESERVED);
    if link.only_chooses() {
        return Refusal::new(
            Code::JoinNotOnPerson,
            "a sub-query about people may only look at the rows of the same person",
            match (nameless, l.rsplit('.').next()) {
                (false, Some(column)) => format!(
                    "link it by the person: `{l} IN (SELECT {column} FROM ..)`, or \
                     `EXISTS (SELECT 1 FROM .. WHERE {column} = {l})`"
                ),
                _ => "link it by the person column, with IN or with `=` in its WHERE".to_owned(),
            },
        )
        .at(text.find_any(&["EXISTS", "IN", "SEMI", "ANTI", "INTERSECT", "EXCEPT"]));
    }
    let hint = if nameless {
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
