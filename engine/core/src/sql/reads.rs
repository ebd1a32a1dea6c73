//! What a query reads, and how: every column with its kinds of use.
//!
//! Follows columns by position through the analysed plan, from the scans upwards. A use is recorded where a
//! column takes effect: in a condition, a join, a group key, an aggregate, the result. Conditions inside CASE
//! count as group keys when the CASE is one, and as filters when it is aggregated.

use std::collections::BTreeMap;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, JoinType};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};

use super::names::SourceTable;
use super::shape::unsupported;
use super::text::position;
use crate::catalog::contract::Role;
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

#[derive(Debug, Clone, Copy)]
struct Origin {
    person: bool,
    at: Option<Position>,
}

/// Where a value comes from: the columns it is made of, and the columns that chose among values.
#[derive(Debug, Clone, Default)]
struct Origins {
    value: BTreeMap<ColumnId, Origin>,
    condition: BTreeMap<ColumnId, Origin>,
}

impl Origins {
    fn merge(&mut self, other: Self) {
        self.value.extend(other.value);
        self.condition.extend(other.condition);
    }

    /// The same columns, but only as choosers.
    fn into_condition(mut self) -> Self {
        self.condition.extend(std::mem::take(&mut self.value));
        self
    }

    fn seen_at(mut self, at: Option<Position>) -> Self {
        for origin in self.value.values_mut().chain(self.condition.values_mut()) {
            origin.at = at.or(origin.at);
        }
        self
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
            let mut outputs = Vec::new();
            let mut per_person = false;
            for key in &node.group_expr {
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
                outputs.push(if per_person { origins } else { Origins::default() });
            }
            Ok(outputs)
        }
        LogicalPlan::Join(node) => {
            let left = Input::new(&node.left, reads)?;
            let mut beyond = Reads::default();
            let right = Input::new(&node.right, &mut beyond)?;
            let chosen_by = beyond.filters();
            reads.uses.extend(beyond.uses);
            for (l, r) in &node.on {
                reads.record(&left.flow(l), Use::Join);
                reads.record(&right.flow(r), Use::Join);
            }
            let far = left.columns.len();
            let mut columns = left.columns;
            columns.extend(right.columns);
            let mut both = Input { columns, schema: &node.schema };
            let mut chosen_by = Origins { condition: chosen_by, ..Origins::default() };
            if let Some(filter) = &node.filter {
                let origins = both.flow(filter);
                reads.record(&origins, Use::Filter);
                chosen_by.merge(origins.into_condition());
            }
            if node.join_type == JoinType::Left {
                // Whether the far side is missing tells which of its rows were chosen.
                both.columns
                    .iter_mut()
                    .skip(far)
                    .for_each(|column| column.merge(chosen_by.clone()));
            }
            Ok(both.columns)
        }
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
        LogicalPlan::Window(_)
        | LogicalPlan::Repartition(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::Subquery(_)
        | LogicalPlan::Statement(_)
        | LogicalPlan::Values(_)
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
            "use SELECT, JOIN, WHERE, GROUP BY, HAVING, DISTINCT, ORDER BY and LIMIT",
        )),
    }
}

fn scanned(scan: &datafusion::logical_expr::TableScan) -> Vec<Origins> {
    let Some(source) = scan.source.downcast_ref::<SourceTable>() else {
        return vec![Origins::default(); scan.projected_schema.fields().len()];
    };
    let all: Vec<usize> = (0..source.0.table.columns.len()).collect();
    let positions = scan.projection.as_ref().unwrap_or(&all);
    positions
        .iter()
        .map(|&at| {
            let mut origins = Origins::default();
            if let (Some(id), Some(column)) =
                (source.0.column_id(at), source.0.table.columns.get(at))
            {
                let origin = Origin { person: column.role == Role::Person, at: None };
                origins.value.insert(id, origin);
            }
            origins
        })
        .collect()
}

/// The columns that an expression of a node can name.
struct Input<'a> {
    columns: Vec<Origins>,
    schema: &'a DFSchema,
}

impl<'a> Input<'a> {
    fn new(plan: &'a LogicalPlan, reads: &mut Reads) -> Result<Self, Refusal> {
        Ok(Self { columns: walk(plan, reads)?, schema: plan.schema() })
    }

    fn flow(&self, expr: &Expr) -> Origins {
        match expr {
            Expr::Column(column) => {
                let found = self.schema.maybe_index_of_column(column);
                let origins = found.and_then(|at| self.columns.get(at)).cloned();
                let at = column.spans().first().and_then(|span| {
                    use datafusion::sql::sqlparser::tokenizer::{Location, Span};
                    let (start, end) = (span.start, span.end);
                    position(Span::new(
                        Location::new(start.line, start.column),
                        Location::new(end.line, end.column),
                    ))
                });
                origins.unwrap_or_default().seen_at(at)
            }
            Expr::Case(case) => {
                let mut all = Origins::default();
                if let Some(base) = &case.expr {
                    all.merge(self.flow(base).into_condition());
                }
                for (when, then) in &case.when_then_expr {
                    all.merge(self.flow(when).into_condition());
                    all.merge(self.flow(then));
                }
                if let Some(otherwise) = &case.else_expr {
                    all.merge(self.flow(otherwise));
                }
                all
            }
            Expr::AggregateFunction(AggregateFunction { func: _, params }) => {
                let mut all = Origins::default();
                for argument in &params.args {
                    all.merge(self.flow(argument));
                }
                if let Some(filter) = &params.filter {
                    all.merge(self.flow(filter).into_condition());
                }
                for key in &params.order_by {
                    // The order chooses the row whose value is taken.
                    all.merge(self.flow(&key.expr).into_condition());
                }
                all
            }
            other => {
                let mut all = Origins::default();
                let _ = other.apply_children(|child| {
                    all.merge(self.flow(child));
                    Ok(TreeNodeRecursion::Continue)
                });
                all
            }
        }
    }
}
