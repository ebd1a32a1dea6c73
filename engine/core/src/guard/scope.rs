//! How far a query reaches: the whole country, or parts of it that the contract marks as areas.
//!
//! Some guidelines protect small numbers below the national level only (Hospital Episode Statistics). A query that uses
//! no area for anything is national: no group, no filter, no join, and no condition of the project either, whose slice
//! may be an area. Decided by plan and policy. Must never know: rows; which areas there are.

#[cfg(test)]
mod tests;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use tresor_disclosure::Profile;
use tresor_disclosure::profile::Scope;

use crate::catalog::contract::TableKind;
use crate::catalog::view::ViewTable;
use crate::ids::{ColumnId, ColumnName, TableName};
use crate::policy::{Grant, HoldsFor, RowCondition};
use crate::refusal::Refusal;
use crate::sql::SourceTable;

/// How far a query reaches, where the profile makes a difference of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The profile makes none.
    Everywhere,
    /// No area is used.
    National,
    /// Some area is used.
    BelowNational,
}

impl Reach {
    /// How far this query reaches.
    ///
    /// # Errors
    /// Never for a plan that was understood.
    pub(super) fn of(plan: &LogicalPlan, grant: &Grant) -> Result<Self, Refusal> {
        match grant.profile.scope {
            Scope::All => return Ok(Self::Everywhere),
            Scope::BelowNational => {}
        }
        let mut found = false;
        let walked = plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(source) = scan.source.downcast_ref::<SourceTable>()
            {
                found |= uses_area(&source.0, grant);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        walked.map_err(|error| Refusal::internal(error.to_string()))?;
        Ok(if found { Self::BelowNational } else { Self::National })
    }

    /// The rules that hold this far.
    pub(super) fn rules(self, profile: &Profile) -> Profile {
        match self {
            Self::National => profile.national(),
            Self::Everywhere | Self::BelowNational => profile.clone(),
        }
    }

    /// What a reader is told, where it makes a difference.
    pub(super) const fn note(self) -> Option<&'static str> {
        match self {
            Self::Everywhere => None,
            Self::National => Some("no column that tells an area is used: national rules apply"),
            Self::BelowNational => {
                Some("a column that tells an area is used: the rules below national level apply")
            }
        }
    }
}

/// Whether a condition that holds for persons leaves those of an area, whichever table says so. Where nobody has said
/// which columns tell one, any may.
fn by_area(condition: &RowCondition, table: &ViewTable) -> bool {
    let holds_here = match (condition.holds_for, &table.table.kind) {
        (HoldsFor::Person, TableKind::Personal { .. }) => true,
        (HoldsFor::Rows, _) | (HoldsFor::Person, TableKind::Public { .. }) => false,
    };
    let ColumnId { dataset, table: name, column } = &condition.column;
    let is_area = |(table, area): &(TableName, ColumnName)| table == name && area == column;
    let told = table.areas_of_dataset.as_ref().is_none_or(|areas| areas.iter().any(is_area));
    holds_here && *dataset == table.dataset && told
}

/// Whether the query, or a condition of the project, uses an area of this table.
fn uses_area(table: &ViewTable, grant: &Grant) -> bool {
    let is_area = |column: &ColumnId| {
        column.dataset == table.dataset
            && column.table == table.table.name
            && table.areas.contains(&column.column)
    };
    grant.uses.iter().any(|(column, _)| is_area(column))
        || grant.row_conditions.iter().any(|it| is_area(&it.column) || by_area(it, table))
}
