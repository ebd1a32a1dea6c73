//! The conditions of a query, in one written form: the log keeps them, and auditors hold the populations of queries
//! against each other by them.
//!
//! Follows columns by position through the plan, from the scans upwards, and names them by their table; so neither the
//! names that a researcher gives nor the order in which conditions stand make a difference. Not every two forms of one
//! condition are found to be one. Must never know: rows, and the row conditions of the policy.

mod expressions;
mod told;

use std::collections::BTreeSet;

use datafusion::common::JoinType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{Aggregate, Distinct, Expr, Join, LogicalPlan, Operator, TableScan};

use self::expressions::{Input, compared};
use self::told::Told;
use super::names::SourceTable;
use super::shape::unsupported;
use crate::catalog::contract::Role;
use crate::refusal::Refusal;

/// Most conditions of one query that are told one by one.
const MOST: usize = 80;

/// The conditions of a query, sorted by their shapes. Has no `Debug`: it holds the researcher's constants.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Conditions(Vec<Told>);

impl Conditions {
    /// Each condition with `?` for its constants: safe to show.
    pub fn shapes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|condition| condition.shape.as_str())
    }

    /// The same conditions in the same order, with their constants: for the sealed part of the log.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|condition| condition.text.as_str())
    }
}

/// The conditions of a whole plan.
///
/// # Errors
/// A plan node that is not supported.
pub(super) fn of_plan(plan: &LogicalPlan) -> Result<Conditions, Refusal> {
    let mut found = Found::default();
    found.walk(plan)?;
    let mut all: Vec<Told> = found.conditions.into_iter().map(Told::into_condition).collect();
    all.sort();
    all.dedup();
    if all.len() > MOST {
        let more = all.len() - MOST;
        all.truncate(MOST);
        all.push(Told::word(format!("~ and {more} more")));
    }
    Ok(Conditions(all))
}

/// What was found in a part of a plan.
#[derive(Default)]
struct Found {
    tables: BTreeSet<String>,
    conditions: Vec<Told>,
}

impl Found {
    /// Collects the conditions of a node and those below it; gives what its columns are made of.
    fn walk(&mut self, plan: &LogicalPlan) -> Result<Vec<Told>, Refusal> {
        match plan {
            LogicalPlan::TableScan(scan) => Ok(self.scanned(scan)),
            LogicalPlan::EmptyRelation(empty) => Ok(written(empty.schema.fields().len())),
            LogicalPlan::Values(node) => Ok(written(node.schema.fields().len())),
            LogicalPlan::Projection(node) => {
                let input = self.input(&node.input)?;
                Ok(node.expr.iter().map(|expr| input.told(expr).into_definition()).collect())
            }
            LogicalPlan::Filter(node) => {
                let input = self.input(&node.input)?;
                self.conditions.extend(input.conjuncts(&node.predicate));
                Ok(input.columns)
            }
            LogicalPlan::Aggregate(node) => self.aggregate(node),
            LogicalPlan::Join(node) => self.join(node),
            LogicalPlan::Union(node) => self.union(&node.inputs),
            LogicalPlan::Window(node) => {
                let mut input = self.input(&node.input)?;
                let added: Vec<Told> = node
                    .window_expr
                    .iter()
                    .map(|expr| input.told(expr).into_definition())
                    .collect();
                input.columns.extend(added);
                Ok(input.columns)
            }
            LogicalPlan::Sort(node) => self.walk(&node.input),
            LogicalPlan::Limit(node) => self.walk(&node.input),
            LogicalPlan::SubqueryAlias(node) => self.walk(&node.input),
            LogicalPlan::Distinct(Distinct::All(input)) => self.walk(input),
            LogicalPlan::Repartition(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::Statement(_)
            | LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_)
            | LogicalPlan::Extension(_)
            | LogicalPlan::Distinct(Distinct::On(_))
            | LogicalPlan::Dml(_)
            | LogicalPlan::Ddl(_)
            | LogicalPlan::Copy(_)
            | LogicalPlan::DescribeTable(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::RecursiveQuery(_) => {
                Err(unsupported("a clause of this query", "use SELECT, JOIN, WHERE and GROUP BY"))
            }
        }
    }

    fn input<'a>(&mut self, plan: &'a LogicalPlan) -> Result<Input<'a>, Refusal> {
        Ok(Input { columns: self.walk(plan)?, schema: plan.schema() })
    }

    fn scanned(&mut self, scan: &TableScan) -> Vec<Told> {
        let Some(source) = scan.source.downcast_ref::<SourceTable>() else {
            return written(scan.projected_schema.fields().len());
        };
        let table = format!("{}.{}", source.0.dataset, source.0.table.name);
        let columns = &source.0.table.columns;
        let all: Vec<usize> = (0..columns.len()).collect();
        let positions = scan.projection.as_ref().unwrap_or(&all);
        let told = positions.iter().filter_map(|&at| columns.get(at)).map(|column| Told {
            person: column.role == Role::Person,
            ..Told::word(format!("{table}.{}", column.name))
        });
        let told = told.collect();
        self.tables.insert(table);
        told
    }

    /// Keys and aggregates. Conditions inside an aggregate choose among its rows.
    fn aggregate(&mut self, node: &Aggregate) -> Result<Vec<Told>, Refusal> {
        let input = self.input(&node.input)?;
        let keys = grouping_set_to_exprlist(&node.group_expr)
            .map_err(|error| Refusal::internal(error.to_string()))?;
        let mut outputs: Vec<Told> =
            keys.iter().map(|key| input.told(key).into_definition()).collect();
        let per_person = outputs.iter().any(|key| key.person);
        let added = node.schema.fields().len().saturating_sub(outputs.len() + node.aggr_expr.len());
        outputs.extend(vec![Told::word("grouping"); added]);
        for aggregate in &node.aggr_expr {
            self.conditions.extend(choosing(aggregate, &input));
            let told = input.told(aggregate).into_definition();
            outputs.push(Told { of_result: told.of_result || !per_person, ..told });
        }
        Ok(outputs)
    }

    fn join(&mut self, node: &Join) -> Result<Vec<Told>, Refusal> {
        let (mut left, mut right) = (Self::default(), Self::default());
        let (of_left, of_right) = (left.input(&node.left)?, right.input(&node.right)?);
        let mut links = vec![];
        for (one, other) in &node.on {
            links.push(compared(of_left.told(one), Operator::Eq, of_right.told(other)));
        }
        let far = of_left.columns.len();
        let mut columns = of_left.columns;
        columns.extend(of_right.columns);
        if let Some(filter) = &node.filter {
            let schema = node.left.schema().join(node.right.schema());
            let schema = schema.map_err(|error| Refusal::internal(error.to_string()))?;
            let both = Input { columns, schema: &schema };
            links.extend(both.conjuncts(filter));
            columns = both.columns;
        }
        links.retain(|link| !link.links);
        Ok(match node.join_type {
            JoinType::Inner => {
                self.take(left);
                self.take(right);
                self.conditions.extend(links);
                columns
            }
            JoinType::Left => {
                self.take(left);
                self.take_joined(right, links);
                columns
            }
            JoinType::Right => {
                self.take(right);
                self.take_joined(left, links);
                columns
            }
            JoinType::Full => {
                self.take_joined(left, vec![]);
                self.take_joined(right, links);
                columns
            }
            JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => {
                self.take(left);
                columns.truncate(far);
                let there = right.there(links);
                self.chosen(node.join_type, there, columns)
            }
            JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => {
                self.take(right);
                columns.drain(..far);
                let there = left.there(links);
                self.chosen(node.join_type, there, columns)
            }
        })
    }

    /// Rows chosen by what is or is not on the other side.
    fn chosen(&mut self, kind: JoinType, there: Told, mut columns: Vec<Told>) -> Vec<Told> {
        match kind {
            JoinType::LeftSemi | JoinType::RightSemi => self.conditions.push(there),
            JoinType::LeftAnti | JoinType::RightAnti => {
                self.conditions.push(Told::phrase(&[Told::word("not"), there]));
            }
            JoinType::LeftMark | JoinType::RightMark => columns.push(there.into_definition()),
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {}
        }
        columns
    }

    fn take(&mut self, other: Self) {
        self.tables.extend(other.tables);
        self.conditions.extend(other.conditions);
    }

    /// A side that may be missing: its conditions choose what is brought along, not who is counted.
    fn take_joined(&mut self, mut other: Self, links: Vec<Told>) {
        other.conditions.extend(links);
        self.tables.extend(other.tables.iter().cloned());
        if !other.conditions.is_empty() {
            self.conditions.push(other.into_one("joined"));
        }
    }

    fn there(mut self, links: Vec<Told>) -> Told {
        self.conditions.extend(links);
        self.into_one("exists")
    }

    /// Tables and conditions of a part, as one condition of the whole.
    fn into_one(self, word: &str) -> Told {
        let tables: Vec<Told> = self.tables.into_iter().map(Told::word).collect();
        let mut conditions: Vec<Told> = self.conditions.into_iter().map(Told::bracketed).collect();
        conditions.sort();
        conditions.dedup();
        let mut parts = vec![Told::list(&tables, ", ")];
        if !conditions.is_empty() {
            parts.extend([Told::word("where"), Told::list(&conditions, " and ")]);
        }
        Told::list(&parts, " ").inside(&format!("{word} ("), ")")
    }

    fn union(&mut self, inputs: &[std::sync::Arc<LogicalPlan>]) -> Result<Vec<Told>, Refusal> {
        let mut columns: Option<Vec<Told>> = None;
        for input in inputs {
            let mut part = Self::default();
            let own = part.walk(input)?;
            self.tables.extend(part.tables.iter().cloned());
            self.conditions.push(part.into_one("part"));
            columns = Some(match columns {
                None => own,
                Some(earlier) => earlier.into_iter().zip(own).map(either).collect(),
            });
        }
        Ok(columns.unwrap_or_default())
    }
}

/// A column that is made of one thing in one part of a union and of another in the next.
fn either((one, other): (Told, Told)) -> Told {
    if one == other {
        return one;
    }
    let person = one.person && other.person;
    Told { person, ..Told::call("either", &[one, other]).into_definition() }
}

/// Columns whose values stand in the query.
fn written(columns: usize) -> Vec<Told> {
    vec![Told::word("a value"); columns]
}

/// The conditions inside an aggregate: its filter, and each `CASE WHEN`.
fn choosing(aggregate: &Expr, input: &Input<'_>) -> Vec<Told> {
    let mut all = vec![];
    let _ = aggregate.apply(|expr| {
        if let Expr::AggregateFunction(call) = expr
            && let Some(filter) = &call.params.filter
        {
            let parts = input.sorted_conjuncts(filter);
            all.push(Told::list(&parts, " and ").inside("filter (", ")"));
        }
        if let Expr::Case(case) = expr {
            let whens = case.when_then_expr.iter().map(|(when, _)| when.as_ref());
            all.extend(whens.map(|when| {
                let base = case.expr.as_deref().map(|base| input.told(base));
                match base {
                    Some(base) => compared(base, Operator::Eq, input.told(when)),
                    None => Told::list(&input.sorted_conjuncts(when), " and "),
                }
                .inside("when (", ")")
            }));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    all
}

#[cfg(test)]
mod tests;
