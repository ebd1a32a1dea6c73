//! Which numbers of a release say something of a sensitive column, and what to leave out so that who is counted does not
//! depend on it.
//!
//! The exposure meter counts who was in which released number. Were that to depend on the sensitive value, so would what
//! follows from the meter. So every condition about the column is left out first. Where it cannot be said what a
//! column is made of, it counts as about the sensitive one if that is named anywhere below. Must never know: rows.

use std::collections::BTreeSet;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::{Expr, LogicalPlan};
use tresor_disclosure::low_effect::{Child, Node, Removed};

use super::Conditions;
use crate::guard::structural::KeyColumn;
use crate::sql::SourceTable;

/// A sensitive column that a release says something of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sensitive {
    /// Dataset, table and column.
    pub(crate) column: String,
    /// Everything about it that chooses rows.
    pub(crate) removed: Removed,
    /// The numbers that say something of it: 0 for the cell itself, one more for each argument.
    pub(crate) numbers: Vec<usize>,
    /// Of these, those that add up its very values: who adds to them depends on it.
    pub(crate) values: BTreeSet<usize>,
}

impl Conditions {
    /// The sensitive columns that the release says something of.
    pub(crate) fn sensitive(&self) -> Vec<Sensitive> {
        let columns = sensitive_columns(&self.rows.base);
        columns.into_iter().filter_map(|column| self.about(column)).collect()
    }

    fn about(&self, column: String) -> Option<Sensitive> {
        let inner = self.is_inside(&column);
        let mut removed = Removed::default();
        if inner {
            removed =
                self.inner().filter_map(|id| u8::try_from(id).ok()).fold(removed, Removed::with);
        }
        let mut everywhere = inner;
        for child in self.all.iter().filter(|child| self.mentions(&child.node, &column)) {
            removed = removed.with(child.id);
            everywhere = true;
        }
        for (key, id) in self.rows.keys.iter().zip(self.labels()) {
            if self.is_about(key, &column)
                && let Ok(id) = u8::try_from(id)
            {
                removed = removed.with(id);
                everywhere = true;
            }
        }
        let (mut numbers, mut values) = (vec![], BTreeSet::new());
        if everywhere {
            numbers.push(0);
        }
        for (at, argument) in self.arguments.iter().enumerate() {
            let about = |child: &&Child| self.mentions(&child.node, &column);
            let own: Vec<u8> = argument.when.iter().filter(about).map(|child| child.id).collect();
            let value = self.is_about(&argument.value, &column);
            if everywhere || value || !own.is_empty() {
                numbers.push(at + 1);
            }
            if value {
                values.insert(at + 1);
            }
            removed = own.into_iter().fold(removed, Removed::with);
        }
        (!numbers.is_empty()).then_some(Sensitive { column, removed, numbers, values })
    }

    fn mentions(&self, node: &Node, column: &str) -> bool {
        match node {
            Node::Leaf(at) => {
                self.leaves.get(usize::from(*at)).is_none_or(|leaf| self.is_about(leaf, column))
            }
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().any(|part| self.mentions(&part.node, column))
            }
        }
    }

    /// Whether an expression over the relation of the release is about the column, or may be.
    fn is_about(&self, expr: &Expr, column: &str) -> bool {
        let refs = expr.column_refs();
        refs.into_iter().any(|found| {
            let found = KeyColumn::of(&Expr::Column(found.clone()), &self.rows.base);
            // What is made of something can be made of the column only where that is named.
            found.map_or_else(|| self.is_inside(column), |found| found.name == column)
        })
    }

    /// Whether something below what is looked at row by row is about the column: by its name, whatever table it is of.
    fn is_inside(&self, column: &str) -> bool {
        let name = column.rsplit('.').next().unwrap_or(column);
        let mut found = false;
        let walked = self.rows.base.apply_with_subqueries(|node| {
            found |= node
                .expressions()
                .iter()
                .any(|expr| expr.column_refs().into_iter().any(|column| column.name == name));
            Ok(TreeNodeRecursion::Continue)
        });
        walked.is_err() || found
    }
}

/// The sensitive columns of the tables about persons that a plan reads.
fn sensitive_columns(plan: &LogicalPlan) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(source) = scan.source.downcast_ref::<SourceTable>()
        {
            let columns = source.0.table.columns.iter().enumerate();
            for (at, _) in columns.filter(|(_, column)| column.sensitive) {
                found.extend(source.0.column_id(at).map(|id| id.to_string()));
            }
        }
        Ok(TreeNodeRecursion::Continue)
    });
    // Everything is looked at, or the query does not come this far.
    debug_assert!(walked.is_ok());
    found
}
