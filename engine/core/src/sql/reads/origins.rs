//! Where values come from: columns they are made of, and columns that chose among values.

use std::collections::BTreeMap;

use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::{Reads, walk};
use crate::catalog::contract::Role;
use crate::ids::ColumnId;
use crate::refusal::{Position, Refusal};
use crate::sql::names::SourceTable;
use crate::sql::text::position;

#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) person: bool,
    pub(super) at: Option<Position>,
}

/// Where a value comes from: the columns it is made of, and the columns that chose among values.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins {
    pub(super) value: BTreeMap<ColumnId, Origin>,
    pub(super) condition: BTreeMap<ColumnId, Origin>,
    /// Whether it is one column of a table as it is.
    pub(super) plain: bool,
}

impl Origins {
    pub(super) fn merge(&mut self, other: Self) {
        self.value.extend(other.value);
        self.condition.extend(other.condition);
    }

    /// The same columns, but only as choosers.
    pub(super) fn into_condition(mut self) -> Self {
        self.condition.extend(std::mem::take(&mut self.value));
        self
    }

    pub(super) fn seen_at(mut self, at: Option<Position>) -> Self {
        for origin in self.value.values_mut().chain(self.condition.values_mut()) {
            origin.at = at.or(origin.at);
        }
        self
    }
}

/// The origins of a table's columns: themselves.
pub(super) fn scanned(scan: &datafusion::logical_expr::TableScan) -> Vec<Origins> {
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
                origins.plain = true;
            }
            origins
        })
        .collect()
}

/// The columns that an expression of a node can name.
pub(super) struct Input<'a> {
    pub(super) columns: Vec<Origins>,
    pub(super) schema: &'a DFSchema,
}

impl<'a> Input<'a> {
    pub(super) fn new(plan: &'a LogicalPlan, reads: &mut Reads) -> Result<Self, Refusal> {
        Ok(Self { columns: walk(plan, reads)?, schema: plan.schema() })
    }

    pub(super) fn flow(&self, expr: &Expr) -> Origins {
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
            Expr::Alias(alias) => self.flow(&alias.expr),
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
            Expr::WindowFunction(call) => {
                let params = &call.params;
                let mut all = Origins::default();
                for argument in &params.args {
                    all.merge(self.flow(argument));
                }
                let order = params.order_by.iter().map(|key| &key.expr);
                for chooser in
                    params.partition_by.iter().chain(order).chain(params.filter.as_deref())
                {
                    all.merge(self.flow(chooser).into_condition());
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
