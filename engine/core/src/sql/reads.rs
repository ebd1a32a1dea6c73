//! What a query reads, and how: every column with its kinds of use.
//!
//! Follows columns by position through the analysed plan, from the scans upwards. A use is recorded where a
//! column takes effect: in a condition, a join, a group key, an aggregate, the result. Conditions inside CASE
//! count as group keys when the CASE is one, and as filters when it is aggregated.

mod joins;
mod origins;

use std::collections::BTreeMap;

use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{Aggregate, Distinct, Expr, LogicalPlan};

use self::origins::{Input, Origin, Origins, scanned};
use super::shape::unsupported;
use crate::catalog::usage::Use;
use crate::ids::ColumnId;
use crate::refusal::{Position, Refusal};

/// Every column a query touches, how, and where in the text it was first seen.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    uses: BTreeMap<(ColumnId, Use), Option<Position>>,
}

impl Reads {
    /// Every (column, kind of use) with a place in the SQL.
    pub fn iter(&self) -> impl Iterator<Item = (&ColumnId, Use, Option<Position>)> {
        self.uses.iter().map(|((column, kind), at)| (column, *kind, *at))
    }

    /// The columns that chose rows.
    fn filters(&self) -> BTreeMap<ColumnId, Origin> {
        let chosen = self.uses.iter().filter(|((_, kind), _)| *kind == Use::Filter);
        chosen
            .map(|((column, _), at)| (column.clone(), Origin { person: false, at: *at }))
            .collect()
    }

    fn record(&mut self, origins: &Origins, kind: Use) {
        self.record_values(origins, kind);
        self.record_conditions(origins, kind);
    }

    fn record_values(&mut self, origins: &Origins, kind: Use) {
        self.record_all(&origins.value, kind);
    }

    fn record_conditions(&mut self, origins: &Origins, kind: Use) {
        self.record_all(&origins.condition, kind);
    }

    fn record_all(&mut self, columns: &BTreeMap<ColumnId, Origin>, kind: Use) {
        for (column, origin) in columns {
            // The person column only links, whatever the query seems to do with it: guard sees to that.
            let kind = if origin.person { Use::Join } else { kind };
            self.uses.entry((column.clone(), kind)).or_insert(origin.at);
        }
    }
}

/// The reads of a whole plan.
///
/// # Errors
/// A plan node that is not supported.
pub(super) fn of_plan(plan: &LogicalPlan) -> Result<Reads, Refusal> {
    let mut reads = Reads::default();
    let outputs = walk(plan, &mut reads)?;
    for origins in &outputs {
        reads.record(origins, Use::Output);
    }
    Ok(reads)
}

/// The origins of every output column of a node.
fn walk(plan: &LogicalPlan, reads: &mut Reads) -> Result<Vec<Origins>, Refusal> {
    match plan {
        LogicalPlan::TableScan(scan) => Ok(scanned(scan)),
        LogicalPlan::EmptyRelation(empty) => {
            Ok(vec![Origins::default(); empty.schema.fields().len()])
        }
        LogicalPlan::Projection(node) => {
            let input = Input::new(&node.input, reads)?;
            Ok(node.expr.iter().map(|expr| input.flow(expr)).collect())
        }
        LogicalPlan::Filter(node) => {
            let input = Input::new(&node.input, reads)?;
            reads.record(&input.flow(&node.predicate), Use::Filter);
            Ok(input.columns)
        }
        LogicalPlan::Aggregate(node) => {
            let input = Input::new(&node.input, reads)?;
            let (mut outputs, mut aggregates) = (vec![], vec![]);
            let mut per_person = false;
            for key in keys(node)? {
                let origins = input.flow(key);
                per_person |= origins.value.values().any(|origin| origin.person);
                reads.record(&origins, Use::Group);
                outputs.push(origins);
            }
            for aggregate in &node.aggr_expr {
                let origins = input.flow(aggregate);
                reads.record_values(&origins, Use::Measure);
                reads.record_conditions(&origins, Use::Filter);
                // Per person an aggregate is a column like any other: what it is made of takes effect where it
                // is used. Over persons it is a protected number.
                aggregates.push(if per_person { origins } else { Origins::default() });
            }
            // GROUPING SETS add a column that tells the set.
            let added = node.schema.fields().len().saturating_sub(outputs.len() + aggregates.len());
            outputs.extend(vec![Origins::default(); added]);
            outputs.extend(aggregates);
            Ok(outputs)
        }
        LogicalPlan::Join(node) => joins::join(node, reads),
        LogicalPlan::Sort(node) => {
            let input = Input::new(&node.input, reads)?;
            for key in &node.expr {
                // The order of results shows what they are sorted by.
                reads.record(&input.flow(&key.expr), Use::Output);
            }
            Ok(input.columns)
        }
        LogicalPlan::Distinct(Distinct::All(inner)) => {
            let columns = walk(inner, reads)?;
            for origins in &columns {
                reads.record(origins, Use::Group);
            }
            Ok(columns)
        }
        LogicalPlan::SubqueryAlias(node) => walk(&node.input, reads),
        LogicalPlan::Limit(node) => walk(&node.input, reads),
        LogicalPlan::Window(node) => {
            let mut input = Input::new(&node.input, reads)?;
            let added: Vec<Origins> =
                node.window_expr.iter().map(|expr| input.flow(expr)).collect();
            input.columns.extend(added);
            Ok(input.columns)
        }
        LogicalPlan::Union(node) => {
            let mut columns = vec![Origins::default(); node.schema.fields().len()];
            for input in &node.inputs {
                for (column, more) in columns.iter_mut().zip(walk(input, reads)?) {
                    column.merge(more);
                }
            }
            Ok(columns)
        }
        LogicalPlan::Values(node) => Ok(vec![Origins::default(); node.schema.fields().len()]),
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
        | LogicalPlan::RecursiveQuery(_) => Err(unsupported(
            "a clause of this query",
            "use SELECT, JOIN, WHERE, GROUP BY, HAVING, DISTINCT, UNION, windows, ORDER BY and LIMIT",
        )),
    }
}

/// The keys of an aggregate, those of GROUPING SETS once each.
fn keys(node: &Aggregate) -> Result<Vec<&Expr>, Refusal> {
    grouping_set_to_exprlist(&node.group_expr).map_err(|error| Refusal::internal(error.to_string()))
}
