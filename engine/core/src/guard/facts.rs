//! What is known of a relation while the guard walks the plan.
//!
//! Facts belong to output columns by position, never to names, and die when a column is redefined
//! (PERSON-KNOWN).

use std::sync::Arc;

use datafusion::common::Column;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::scalar::ScalarValue;

use super::flow::Flow;
use crate::catalog::contract::ColumnContract;
use crate::catalog::view::ViewTable;

/// Prefix of columns that the guard adds; no researcher's column can begin with it.
pub(crate) const HIDDEN: &str = crate::sql::RESERVED;

/// A plan node as the guard rebuilt it, with what is known of its output.
#[derive(Clone)]
pub(super) struct Relation {
    /// The rebuilt node. Below the boundary it always carries the person.
    pub(super) plan: LogicalPlan,
    /// On which side of the boundary it stands.
    pub(super) side: Side,
    /// One fact per output column of `plan`, by position.
    pub(super) columns: Vec<Fact>,
    /// How it came about, for the researcher.
    pub(super) flow: Flow,
}

/// The side of the boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    /// Rows belong to persons; below the boundary.
    Personal {
        /// Whether each person has at most one row.
        one_row: bool,
    },
    /// No row is about a person.
    Public {
        /// Sets of columns of which no two rows share the values.
        keys: Vec<Vec<usize>>,
    },
    /// Made of protected cells only; above the boundary.
    Released {
        /// Sets of columns of which no two rows share the values.
        keys: Vec<Vec<usize>>,
    },
}

/// What is known of one output column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fact {
    pub(super) person: PersonFact,
    /// The declared measure it holds, if it holds one.
    pub(super) measure: Option<Measure>,
    /// The column of a table about persons from which its values come: as they are, or of its moments the days. Where
    /// the table is on the far side of an outer join, values may be missing.
    pub(super) column: Option<ContractColumn>,
    /// Every value it can hold, where that is public knowledge.
    pub(super) domain: Option<Domain>,
    /// Above the boundary: the protected values it is computed from, as (scan, output).
    pub(super) made_of: Vec<(usize, usize)>,
    /// Above the boundary: whether it is one protected value as it is.
    pub(super) direct: bool,
}

/// Whether a column is the person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum PersonFact {
    /// It is something else.
    #[default]
    No,
    /// It is the person of the row.
    Person,
    /// It is the person of the row, or NULL (the far side of an outer join).
    OrNull,
    /// The same, on one side of the FULL JOIN of this number: where one side is NULL, the other is not.
    Half {
        /// Which FULL JOIN of the query.
        join: usize,
        /// Whether it is the left side.
        left: bool,
    },
}

impl PersonFact {
    /// The first of several columns of one row that is not NULL. Each is the person of that row or NULL.
    pub(super) fn first_of(all: &[Self]) -> Self {
        let half = |join: usize, left: bool| all.contains(&Self::Half { join, left });
        let whole = all.iter().any(|fact| match fact {
            Self::Person => true,
            Self::Half { join, left } => half(*join, !left),
            Self::No | Self::OrNull => false,
        });
        match (all.contains(&Self::No), whole) {
            (true, _) => Self::No,
            (false, true) => Self::Person,
            (false, false) => Self::OrNull,
        }
    }
}

/// A column of the contract, as the project sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ContractColumn {
    pub(super) table: Arc<ViewTable>,
    pub(super) at: usize,
}

impl ContractColumn {
    /// What the contract says of it.
    pub(super) fn contract(&self) -> Option<&ColumnContract> {
        self.table.table.columns.get(self.at)
    }

    /// Its name with table and dataset, for example `sample.admissions.admission_date`.
    pub(super) fn name(&self) -> Option<String> {
        self.table.column_id(self.at).map(|id| id.to_string())
    }
}

/// A base measure: what is summed, in which fixed-point unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    /// Canonical name, for example `sum:sample.admissions.cost`; the same by whatever way it is reached.
    pub(super) name: String,
    /// Digits after the point that are kept.
    pub(super) decimals: u32,
    /// Between which values the contract says that one row lies. Sums per person may lie outside.
    pub(super) range: (f64, f64),
    /// What is taken off every value before it is summed, and given back for every row afterwards: for a whole number
    /// that is no measure, one less than its lower bound. The noise then follows the width of the bounds and not the
    /// distance from zero, and still everybody who has a value contributes.
    pub(super) lowered: f64,
}

impl Measure {
    /// A measure whose values are summed as they are.
    pub(super) const fn plain(name: String, decimals: u32, range: (f64, f64)) -> Self {
        Self { name, decimals, range, lowered: 0.0 }
    }

    /// The same measure with its values moved.
    pub(super) fn moved(self, by: f64) -> Self {
        Self { range: (self.range.0 + by, self.range.1 + by), ..self }
    }

    /// What is made of the measure by one more step has a name of its own, and the same name after the same step again:
    /// of rows that are alone in their window or group each step gives the same values, and with a further name every
    /// time they would be asked with fresh noise.
    pub(super) fn under(self, step: &str) -> Self {
        if self.name.contains(step) {
            return self;
        }
        Self { name: format!("{step}{}", self.name), ..self }
    }

    /// What a sum per person is: sums are measures only where values are summed as they are.
    pub(super) fn summed(self) -> Option<Self> {
        (self.lowered == 0.0).then_some(self)
    }
}

/// Values a column can hold, NULL included where it can be missing.
pub(crate) type Domain = Arc<[ScalarValue]>;

impl Side {
    /// The same side with this one key; relations about persons have none.
    pub(super) fn keyed(self, key: Vec<usize>) -> Self {
        match self {
            Self::Personal { .. } => self,
            Self::Public { .. } => Self::Public { keys: vec![key] },
            Self::Released { .. } => Self::Released { keys: vec![key] },
        }
    }

    /// The keys of a relation that is not about persons.
    pub(super) fn keys(&self) -> &[Vec<usize>] {
        match self {
            Self::Personal { .. } => &[],
            Self::Public { keys } | Self::Released { keys } => keys,
        }
    }
}

impl Fact {
    /// What is left when one of a column's values is picked, per person or in a window: by min, max, first_value,
    /// last_value, lag and the like.
    pub(super) fn picked(&self) -> Self {
        Self { measure: self.measure.clone(), column: self.column.clone(), ..Self::default() }
    }

    pub(super) const fn is_person(&self) -> bool {
        matches!(self.person, PersonFact::Person)
    }

    pub(super) const fn touches_person(&self) -> bool {
        match self.person {
            PersonFact::Person | PersonFact::OrNull | PersonFact::Half { .. } => true,
            PersonFact::No => false,
        }
    }
}

impl Relation {
    /// The output column at this position, as an expression.
    pub(super) fn column(&self, at: usize) -> Expr {
        let (qualifier, field) = self.plan.schema().qualified_field(at);
        Expr::Column(Column::from((qualifier, field)))
    }

    /// The name of the output column at this position.
    pub(super) fn name(&self, at: usize) -> &str {
        self.plan.schema().field(at).name()
    }

    /// The position of the person.
    pub(super) fn person(&self) -> Option<usize> {
        self.columns.iter().position(Fact::is_person)
    }

    /// The fact of a column that an expression names.
    pub(super) fn fact(&self, column: &Column) -> Option<&Fact> {
        self.columns.get(self.position(column)?)
    }

    /// The position of a column that an expression names.
    pub(super) fn position(&self, column: &Column) -> Option<usize> {
        self.plan.schema().maybe_index_of_column(column)
    }

    /// Positions of the columns that the researcher can see.
    pub(super) fn visible(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&at| !self.name(at).starts_with(HIDDEN)).collect()
    }
}
