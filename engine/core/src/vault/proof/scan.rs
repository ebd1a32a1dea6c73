//! Where rows come from: files of a snapshot, or results that the vault has put into memory.

use datafusion::catalog::default_table_source::DefaultTableSource;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{LogicalPlan, TableScan};

use super::plan::Prover;
use super::relation::{About, Relation};
use super::scope::Scope;
use super::taint::Taint;
use super::{Proof, Unproven, conditions};
use crate::catalog::contract::{Role, TableKind};
use crate::guard::ProtectedTable;
use crate::vault::tables::SnapshotTable;

/// What a plan may read, beside results that the vault has put into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sources {
    /// Any file of the snapshot.
    Persons,
    /// Public files.
    Public,
    /// No file at all.
    Results,
}

impl Prover<'_> {
    pub(super) fn scan(&mut self, scan: &TableScan) -> Proof<Relation> {
        let whole = self.source(scan)?;
        let schema = scan.source.schema();
        let schema = DFSchema::try_from_qualified_schema(scan.table_name.clone(), &schema)
            .map_err(|_| Unproven("a table whose columns cannot be told apart"))?;
        for filter in &scan.filters {
            self.plain(filter, &Scope::of(&schema, &whole))?;
        }
        if scan.fetch.is_some() {
            choose_rows(&whole)?;
        }
        let Some(projection) = &scan.projection else { return Ok(whole) };
        let column = |at: &usize| {
            whole.columns.get(*at).copied().ok_or(Unproven("a column that is not in its table"))
        };
        let columns: Proof<Vec<Taint>> = projection.iter().map(column).collect();
        Ok(Relation::of(whole.about, columns?))
    }

    fn source(&mut self, scan: &TableScan) -> Proof<Relation> {
        let Some(source) = scan.source.downcast_ref::<DefaultTableSource>() else {
            return Err(Unproven("a scan of something that is not bound"));
        };
        if let Some(table) = source.table_provider.downcast_ref::<SnapshotTable>() {
            return self.file(table, scan);
        }
        // Only the vault makes tables in memory, and only of what is protected or about nobody.
        if source.table_provider.downcast_ref::<MemTable>().is_none() {
            return Err(Unproven("a scan of something that the vault did not make"));
        }
        Ok(Relation::nobody(scan.source.schema().fields().len()))
    }

    fn file(&mut self, table: &SnapshotTable, scan: &TableScan) -> Proof<Relation> {
        let view = table.view();
        let personal = match view.table.kind {
            TableKind::Personal { .. } => true,
            TableKind::Public { .. } => false,
        };
        match (self.sources, personal) {
            (Sources::Persons, _) | (Sources::Public, false) => {}
            (Sources::Public, true) => return Err(Unproven("a public plan that reads persons")),
            (Sources::Results, _) => return Err(Unproven("a finishing plan that reads files")),
        }
        conditions::all_in(table, self.conditions)?;
        let schema = scan.source.schema();
        let promised = &view.table.columns;
        let same = promised.iter().map(|column| column.name.as_str());
        if !same.eq(schema.fields().iter().map(|field| field.name().as_str())) {
            return Err(Unproven("a file with other columns than its contract"));
        }
        let persons = promised.iter().filter(|column| column.role == Role::Person).count();
        if !personal {
            let none = persons == 0;
            let relation = Relation::nobody(promised.len());
            return none.then_some(relation).ok_or(Unproven("persons in a public table"));
        }
        if persons > 1 || promised.iter().any(|c| c.role == Role::Person && c.nullable) {
            return Err(Unproven("a table about persons that has no one person column"));
        }
        self.one_population(&view.snapshot)?;
        let taint = |role| if role == Role::Person { Taint::Person } else { Taint::Rows };
        let columns = promised.iter().map(|column| taint(column.role)).collect();
        Ok(Relation::of(About::Persons, columns))
    }
}

/// Which rows are left must not be decided among the rows of several persons.
pub(super) const fn choose_rows(relation: &Relation) -> Proof<()> {
    match relation.about {
        About::NoRows | About::Nobody => Ok(()),
        About::Persons => Err(Unproven("some rows of persons are chosen before others")),
    }
}

/// Every scan is of a protected table, those inside expressions included.
pub(super) fn all_protected(plan: &LogicalPlan) -> Proof<()> {
    let mut other = false;
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            other |= scan.source.downcast_ref::<ProtectedTable>().is_none();
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if walked.is_err() || other {
        return Err(Unproven("a finishing plan that reads something else than protected tables"));
    }
    Ok(())
}
