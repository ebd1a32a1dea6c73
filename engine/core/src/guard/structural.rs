//! Combinations of keys that policy says cannot be.
//!
//! A profile names them by contract columns, so a key has to be such a column as it is: the values must be those of
//! the person's own row. A key is therefore followed down to its scan through nodes that only pass columns on. Two
//! columns of one table with many rows per person speak of one row only where they come from one scan of it.
//! Must never know: rows.

#[cfg(test)]
mod tests;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, JoinType};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::Profile;

use super::release::PersonalRelease;
use crate::catalog::contract::TableKind;
use crate::sql::SourceTable;

/// The contract column that a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyColumn {
    /// Dataset, table and column, for example `sample.patients.sex`.
    pub(crate) name: String,
    /// Which rows it is taken from: equal for two columns of the same rows.
    rows: Rows,
}

/// The rows that a column is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rows {
    /// The only row of the person in this table, whichever scan found it.
    Only(String),
    /// Rows of a scan, by the way that leads there from the top: at each join 0 is left and 1 is right.
    Of { table: String, way: Vec<u8> },
}

impl KeyColumn {
    /// The contract column that this expression over a plan is, if it is one as it is.
    pub(crate) fn of(expr: &Expr, plan: &LogicalPlan) -> Option<Self> {
        match expr {
            Expr::Alias(alias) => Self::of(&alias.expr, plan),
            Expr::Column(column) => follow(column, plan, vec![]),
            _ => None,
        }
    }

    /// Whether both speak of one row of the person, or of tables that have nothing to do with each other's rows.
    fn agrees(&self, other: &Self) -> bool {
        match (&self.rows, &other.rows) {
            (Rows::Of { table: one, .. }, Rows::Of { table: two, .. }) if one == two => {
                self.rows == other.rows
            }
            (Rows::Of { .. } | Rows::Only(_), Rows::Of { .. } | Rows::Only(_)) => true,
        }
    }
}

impl PersonalRelease {
    /// Whether policy says that a cell with this key cannot be.
    pub(crate) fn cannot_be(&self, profile: &Profile, key: &[ScalarValue]) -> bool {
        profile.structural_zeros.iter().any(|combination| {
            let stated = combination.iter().map(|(column, value)| {
                self.keys.iter().zip(key).find_map(|(known, held)| {
                    let known = known.column.as_ref().filter(|known| known.name == *column)?;
                    is(held, value).then_some(known)
                })
            });
            let Some(keys) = stated.collect::<Option<Vec<&KeyColumn>>>() else { return false };
            // A combination of fewer than two columns would declare a value of everybody impossible.
            keys.len() > 1 && keys.iter().all(|one| keys.iter().all(|other| one.agrees(other)))
        })
    }
}

/// Whether a key holds the value that a profile states as text.
fn is(held: &ScalarValue, stated: &str) -> bool {
    let text = held.cast_to(&DataType::Utf8).ok();
    let text = text.as_ref().and_then(|text| text.try_as_str().flatten());
    text == Some(stated)
}

/// Follows a column down to its scan.
fn follow(column: &Column, plan: &LogicalPlan, way: Vec<u8>) -> Option<KeyColumn> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let source = scan.source.downcast_ref::<SourceTable>()?;
            let at = scan.projected_schema.maybe_index_of_column(column)?;
            let name = source.0.column_id(at)?.to_string();
            let table = format!("{}.{}", source.0.dataset, source.0.table.name);
            let rows = match source.0.table.kind {
                TableKind::Personal { one_row_per_person: true } => Rows::Only(table),
                TableKind::Personal { one_row_per_person: false } => Rows::Of { table, way },
                // What a code list says of a row is no column of the person's own.
                TableKind::Public { .. } => return None,
            };
            Some(KeyColumn { name, rows })
        }
        LogicalPlan::Projection(node) => {
            let at = node.schema.maybe_index_of_column(column)?;
            match uncovered(node.expr.get(at)?) {
                Expr::Column(column) => follow(column, &node.input, way),
                _ => None,
            }
        }
        LogicalPlan::SubqueryAlias(node) => {
            let at = node.schema.maybe_index_of_column(column)?;
            follow(&Column::from(node.input.schema().qualified_field(at)), &node.input, way)
        }
        LogicalPlan::Filter(node) => follow(column, &node.input, way),
        LogicalPlan::Join(node) => {
            let left = shows_left(node.join_type)
                && node.left.schema().maybe_index_of_column(column).is_some();
            let (side, turn) = if left { (&node.left, 0) } else { (&node.right, 1) };
            follow(column, side, [way, vec![turn]].concat())
        }
        // What picks, computes or mixes rows no longer has the column as it is.
        LogicalPlan::Aggregate(_)
        | LogicalPlan::Window(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::Distinct(_)
        | LogicalPlan::Sort(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Values(_)
        | LogicalPlan::EmptyRelation(_)
        | LogicalPlan::Repartition(_)
        | LogicalPlan::Subquery(_)
        | LogicalPlan::Statement(_)
        | LogicalPlan::Explain(_)
        | LogicalPlan::Analyze(_)
        | LogicalPlan::Extension(_)
        | LogicalPlan::Dml(_)
        | LogicalPlan::Ddl(_)
        | LogicalPlan::Copy(_)
        | LogicalPlan::DescribeTable(_)
        | LogicalPlan::Unnest(_)
        | LogicalPlan::RecursiveQuery(_) => None,
    }
}

/// Whether a join passes on the columns of its left side.
const fn shows_left(kind: JoinType) -> bool {
    match kind {
        JoinType::Inner
        | JoinType::Left
        | JoinType::Right
        | JoinType::Full
        | JoinType::LeftSemi
        | JoinType::LeftAnti
        | JoinType::LeftMark => true,
        JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => false,
    }
}

/// The expression behind its names.
fn uncovered(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => uncovered(&alias.expr),
        other => other,
    }
}
