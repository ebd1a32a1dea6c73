//! Joins: where rows of two relations meet, they are of one person, or at most one side is about persons.

use std::collections::BTreeSet;

use datafusion::common::{JoinType, NullEquality};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, Join, Operator};

use super::plan::Prover;
use super::relation::{About, Relation};
use super::scope::Scope;
use super::taint::Taint;
use super::{Proof, Unproven};

impl Prover<'_> {
    pub(super) fn join(&mut self, node: &Join) -> Proof<Relation> {
        let left = self.relation(&node.left)?;
        let right = self.relation(&node.right)?;
        let linked = self.linked(node, &left, &right)?;
        if left.about == About::Persons && right.about == About::Persons && !linked {
            return Err(Unproven("rows of two persons may meet in a join"));
        }
        if node.null_aware {
            self.no_null_decides(node, &left, &right)?;
        }
        match node.join_type {
            JoinType::Inner => pairs(&left, &right, Keep { left: false, right: false }),
            JoinType::Left => pairs(&left, &right, Keep { left: true, right: false }),
            JoinType::Right => pairs(&left, &right, Keep { left: false, right: true }),
            JoinType::Full => pairs(&left, &right, Keep { left: true, right: true }),
            JoinType::LeftSemi | JoinType::LeftAnti => tested(left, &right, false),
            JoinType::RightSemi | JoinType::RightAnti => tested(right, &left, false),
            JoinType::LeftMark => tested(left, &right, true),
            JoinType::RightMark => tested(right, &left, true),
        }
    }

    /// Checks every condition, and tells whether the rows that meet are of one person.
    fn linked(&mut self, node: &Join, left: &Relation, right: &Relation) -> Proof<bool> {
        let (left_schema, right_schema) = (node.left.schema(), node.right.schema());
        let of_left = Scope::of(left_schema, left);
        let of_right = Scope::of(right_schema, right);
        let mut linked = false;
        for (l, r) in &node.on {
            let (l, r) = (self.taint(l, &of_left)?, self.taint(r, &of_right)?);
            if !(l.is_person_if_any() && r.is_person_if_any()) {
                l.with(r)?;
            }
            linked |= l.links(r, node.null_equality);
        }
        let Some(filter) = &node.filter else { return Ok(linked) };
        for condition in split_conjunction(filter) {
            linked |= self.equates(condition, &of_left, &of_right);
        }
        let columns = left.columns.iter().chain(&right.columns).copied().collect();
        let met = Relation { about: About::Persons, columns, one_of: vec![] };
        self.plain(filter, &Scope::pairs(left_schema, right_schema, &met))?;
        Ok(linked)
    }

    /// Whether a condition equates a person of the one side with a person of the other.
    fn equates(&mut self, condition: &Expr, left: &Scope<'_>, right: &Scope<'_>) -> bool {
        let Expr::BinaryExpr(BinaryExpr { left: one, op, right: other }) = condition else {
            return false;
        };
        let nulls = match op {
            Operator::Eq => NullEquality::NullEqualsNothing,
            Operator::IsNotDistinctFrom => NullEquality::NullEqualsNull,
            _ => return false,
        };
        let mut crossing = |one: &Expr, other: &Expr| match self.taint(one, left) {
            Ok(one) => self.taint(other, right).is_ok_and(|other| one.links(other, nulls)),
            Err(Unproven(_)) => false,
        };
        crossing(one, other) || crossing(other, one)
    }

    /// `NOT IN` finds nothing once there is one NULL inside, and a NULL outside only where nothing is inside: rows
    /// of one person would decide about others.
    fn no_null_decides(&mut self, node: &Join, left: &Relation, right: &Relation) -> Proof<()> {
        match node.join_type {
            JoinType::LeftAnti | JoinType::LeftSemi | JoinType::LeftMark => {}
            JoinType::Inner
            | JoinType::Left
            | JoinType::Right
            | JoinType::Full
            | JoinType::RightSemi
            | JoinType::RightAnti
            | JoinType::RightMark => return Err(Unproven("a NOT IN of an unknown kind")),
        }
        match right.about {
            About::NoRows | About::Nobody => return Ok(()),
            About::Persons => {}
        }
        let of_left = Scope::of(node.left.schema(), left);
        let of_right = Scope::of(node.right.schema(), right);
        let mut sure = |(l, r): &(Expr, Expr)| {
            self.taint(l, &of_left) == Ok(Taint::Person)
                && self.taint(r, &of_right) == Ok(Taint::Person)
        };
        if !node.on.is_empty() && node.on.iter().all(&mut sure) {
            return Ok(());
        }
        Err(Unproven("a missing value of one person would decide about others"))
    }
}

/// Which side's rows stay when they meet nothing.
#[derive(Clone, Copy)]
struct Keep {
    left: bool,
    right: bool,
}

/// Inner and outer joins: pairs of rows, and rows that are kept alone.
fn pairs(left: &Relation, right: &Relation, keep: Keep) -> Proof<Relation> {
    use About::{NoRows, Nobody, Persons};
    let about = match (left.about, right.about) {
        (Nobody, Persons) if keep.left => return Err(ALONE),
        (Persons, Nobody) if keep.right => return Err(ALONE),
        (NoRows, right) => {
            if keep.right {
                right
            } else {
                NoRows
            }
        }
        (left, NoRows) => {
            if keep.left {
                left
            } else {
                NoRows
            }
        }
        (Nobody, Nobody) => Nobody,
        (Persons, Nobody | Persons) | (Nobody, Persons) => Persons,
    };
    // A side is missing where the other side has rows that are kept alone.
    let no_left = keep.right && right.about != NoRows;
    let no_right = keep.left && left.about != NoRows;
    let side = |relation: &Relation, missing: bool| -> Vec<Taint> {
        let columns = relation.columns.iter();
        let columns = columns.map(|taint| if missing { taint.or_missing() } else { *taint });
        if about == Persons { columns.map(Taint::chosen).collect() } else { columns.collect() }
    };
    let mut columns = side(left, no_left);
    columns.extend(side(right, no_right));
    let of_left = || left.one_of.iter().cloned();
    let of_right = || right.one_of.iter().map(|set| shifted(set, left.columns.len()));
    let sets: Vec<BTreeSet<usize>> = match (no_left, no_right) {
        (false, false) => of_left().chain(of_right()).collect(),
        (false, true) => of_left().collect(),
        (true, false) => of_right().collect(),
        (true, true) => one_of_both(left, right),
    };
    Ok(Relation::of(about, columns).with_sets(sets))
}

/// A row about nobody would tell that no person met it, and a row of a person could come without the person.
const ALONE: Unproven = Unproven("rows about nobody are kept beside rows about persons");

/// A FULL JOIN leaves the person on at least one side.
fn one_of_both(left: &Relation, right: &Relation) -> Vec<BTreeSet<usize>> {
    let mut sets = vec![];
    for one in left.certain() {
        for other in right.certain() {
            sets.push(one.union(&shifted(&other, left.columns.len())).copied().collect());
        }
    }
    sets
}

fn shifted(set: &BTreeSet<usize>, by: usize) -> BTreeSet<usize> {
    set.iter().map(|at| at + by).collect()
}

/// Semi, anti and mark joins: the rows of one side, chosen or marked by what they meet on the other.
fn tested(mut kept: Relation, other: &Relation, mark: bool) -> Proof<Relation> {
    if kept.about == About::Nobody && other.about == About::Persons {
        return Err(Unproven("rows about nobody are chosen by rows about persons"));
    }
    if mark {
        kept.columns.push(kept.computed());
    }
    Ok(kept)
}
