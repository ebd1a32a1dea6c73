//! Where the columns of an expression are found: in one input, or in both inputs of a join.

use datafusion::common::{Column, DFSchema};

use super::relation::{About, Relation};
use super::taint::Taint;
use super::{Proof, Unproven};

/// The schemas that an expression sees, and what is proven of their columns, one after the other.
pub(super) struct Scope<'a> {
    schemas: Vec<&'a DFSchema>,
    relation: &'a Relation,
}

/// No columns at all.
static NOTHING: Relation =
    Relation { about: About::Nobody, columns: Vec::new(), one_of: Vec::new() };

impl Scope<'static> {
    pub(super) fn nothing() -> Self {
        Self { schemas: vec![], relation: &NOTHING }
    }
}

impl<'a> Scope<'a> {
    pub(super) fn of(schema: &'a DFSchema, relation: &'a Relation) -> Self {
        Self { schemas: vec![schema], relation }
    }

    /// The pairs of a join. `relation` has the columns of the left side, then those of the right.
    pub(super) fn pairs(left: &'a DFSchema, right: &'a DFSchema, relation: &'a Relation) -> Self {
        Self { schemas: vec![left, right], relation }
    }

    pub(super) const fn relation(&self) -> &Relation {
        self.relation
    }

    /// The position of a column, as the planner will find it; a name that two inputs know is nobody's.
    pub(super) fn position(&self, column: &Column) -> Proof<usize> {
        let mut found = None;
        let mut offset = 0;
        for schema in &self.schemas {
            if let Some(at) = schema.maybe_index_of_column(column)
                && found.replace(offset + at).is_some()
            {
                return Err(Unproven("a column that two inputs could mean"));
            }
            offset += schema.fields().len();
        }
        found.ok_or(Unproven("a column that no input has"))
    }

    pub(super) fn taint(&self, column: &Column) -> Proof<Taint> {
        let at = self.position(column)?;
        self.relation.columns.get(at).copied().ok_or(Unproven("a column that no input has"))
    }
}
