//! The walk from the scans upwards: one rule for each kind of node.

use std::collections::BTreeSet;

use datafusion::logical_expr::{
    Distinct, EmptyRelation, Expr, Filter, Limit, LogicalPlan, Projection, Sort, Subquery, Union,
    Values,
};

use super::presence::carried;
use super::relation::{About, Relation};
use super::scan::{Sources, choose_rows};
use super::scope::Scope;
use super::taint::Taint;
use super::{Proof, Unproven};
use crate::ids::SnapshotId;
use crate::policy::RowCondition;

/// Proves one plan.
pub(super) struct Prover<'a> {
    pub(super) sources: Sources,
    /// What the policy asks of every scan.
    pub(super) conditions: &'a [RowCondition],
    /// The snapshot whose persons are numbered: equal numbers are the same person only within one.
    population: Option<SnapshotId>,
}

impl<'a> Prover<'a> {
    pub(super) const fn new(sources: Sources, conditions: &'a [RowCondition]) -> Self {
        Self { sources, conditions, population: None }
    }

    /// What is proven of the rows of a node.
    pub(super) fn relation(&mut self, plan: &LogicalPlan) -> Proof<Relation> {
        let relation = match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::Projection(node) => self.projection(node),
            LogicalPlan::Filter(node) => self.filter(node),
            LogicalPlan::Join(node) => self.join(node),
            LogicalPlan::Aggregate(node) => self.aggregate(node),
            LogicalPlan::Window(node) => self.window(node),
            LogicalPlan::Distinct(Distinct::All(input)) => self.distinct(input),
            LogicalPlan::Distinct(Distinct::On(node)) => self.distinct_on(node),
            LogicalPlan::Union(node) => self.union(node),
            LogicalPlan::Sort(node) => self.sort(node),
            LogicalPlan::Limit(node) => self.limit(node),
            LogicalPlan::SubqueryAlias(node) => self.relation(&node.input),
            LogicalPlan::Subquery(node) => self.subquery(node),
            LogicalPlan::EmptyRelation(node) => Ok(empty(node)),
            LogicalPlan::Values(node) => self.values(node),
            LogicalPlan::Repartition(_)
            | LogicalPlan::Statement(_)
            | LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_)
            | LogicalPlan::Extension(_)
            | LogicalPlan::Dml(_)
            | LogicalPlan::Ddl(_)
            | LogicalPlan::Copy(_)
            | LogicalPlan::DescribeTable(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::RecursiveQuery(_) => Err(Unproven("a node that has no rule")),
        }?;
        relation.consistent(plan.schema().fields().len())
    }

    /// Persons of two snapshots cannot be in one plan.
    pub(super) fn one_population(&mut self, snapshot: &SnapshotId) -> Proof<()> {
        let known = self.population.get_or_insert_with(|| snapshot.clone());
        if known == snapshot { Ok(()) } else { Err(Unproven("persons of two snapshots")) }
    }

    fn projection(&mut self, node: &Projection) -> Proof<Relation> {
        let input = self.relation(&node.input)?;
        let scope = Scope::of(node.input.schema(), &input);
        let columns = self.taints(&node.expr, &scope)?;
        let exprs: Vec<&Expr> = node.expr.iter().collect();
        let sets = carried(&input, &exprs, &scope);
        Ok(Relation::of(input.about, columns).with_sets(sets))
    }

    /// What several expressions over the same rows are.
    pub(super) fn taints(&mut self, exprs: &[Expr], scope: &Scope<'_>) -> Proof<Vec<Taint>> {
        exprs.iter().map(|expr| self.taint(expr, scope)).collect()
    }

    fn filter(&mut self, node: &Filter) -> Proof<Relation> {
        let input = self.relation(&node.input)?;
        self.plain(&node.predicate, &Scope::of(node.input.schema(), &input))?;
        Ok(input)
    }

    fn union(&mut self, node: &Union) -> Proof<Relation> {
        let mut all: Option<Relation> = None;
        for input in &node.inputs {
            let arm = self.relation(input)?;
            all = Some(match all {
                None => arm,
                Some(all) => either(all, arm)?,
            });
        }
        let all = all.ok_or(Unproven("a union of nothing"))?;
        if all.about == About::Persons && all.certain().next().is_none() {
            return Err(Unproven("a union whose arms have the person in different places"));
        }
        Ok(all)
    }

    fn sort(&mut self, node: &Sort) -> Proof<Relation> {
        let input = self.relation(&node.input)?;
        let scope = Scope::of(node.input.schema(), &input);
        for key in &node.expr {
            self.taint(&key.expr, &scope)?;
        }
        if node.fetch.is_some() {
            choose_rows(&input)?;
        }
        Ok(input)
    }

    fn limit(&mut self, node: &Limit) -> Proof<Relation> {
        let input = self.relation(&node.input)?;
        for number in [&node.skip, &node.fetch].into_iter().flatten() {
            self.plain(number, &Scope::nothing())?;
        }
        choose_rows(&input)?;
        Ok(input)
    }

    /// A plan inside a plan: on its own, and about nobody. One about persons would bring all of them to every row.
    pub(super) fn subquery(&mut self, node: &Subquery) -> Proof<Relation> {
        if !node.outer_ref_columns.is_empty() {
            return Err(Unproven("a sub-query that depends on the row outside"));
        }
        let inner = self.relation(&node.subquery)?;
        match inner.about {
            About::NoRows | About::Nobody => Ok(inner),
            About::Persons => Err(Unproven("a sub-query about persons inside an expression")),
        }
    }

    fn values(&mut self, node: &Values) -> Proof<Relation> {
        for expr in node.values.iter().flatten() {
            self.plain(expr, &Scope::nothing())?;
        }
        Ok(Relation::nobody(node.schema.fields().len()))
    }
}

fn empty(node: &EmptyRelation) -> Relation {
    let width = node.schema.fields().len();
    if node.produce_one_row {
        Relation::of(About::Nobody, vec![Taint::Null; width])
    } else {
        Relation::no_rows(width)
    }
}

/// Rows of one relation, then rows of the other.
fn either(one: Relation, other: Relation) -> Proof<Relation> {
    match (one.about, other.about) {
        (About::NoRows, _) => Ok(other),
        (_, About::NoRows) => Ok(one),
        (About::Nobody, About::Nobody) | (About::Persons, About::Persons) => {
            if one.columns.len() != other.columns.len() {
                return Err(Unproven("a union of different widths"));
            }
            let columns = one.columns.iter().zip(&other.columns);
            let columns: Proof<Vec<Taint>> = columns.map(|(a, b)| a.or(*b)).collect();
            let first = one.one_of.iter().filter(|set| other.has_person_in(set));
            let second = other.one_of.iter().filter(|set| one.has_person_in(set));
            let sets: Vec<BTreeSet<usize>> = first.chain(second).cloned().collect();
            Ok(Relation::of(one.about, columns?).with_sets(sets))
        }
        (About::Nobody, About::Persons) | (About::Persons, About::Nobody) => {
            Err(Unproven("a union of persons and nobody"))
        }
    }
}
