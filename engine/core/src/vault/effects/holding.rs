//! Which rows are in a number once some conditions are left out: worked out once for all cells, because leaving out a label
//! makes one cell of many, and many numbers ask for the same.

use std::sync::Arc;

use datafusion::common::HashMap;
use datafusion::scalar::ScalarValue;
use roaring::RoaringBitmap;
use tresor_disclosure::low_effect::{Node, Removed};

use super::members::{Members, Table};
use crate::guard::conditions::Conditions;

/// Most sets of conditions whose parts are kept.
const MOST_KEPT: usize = 64;

/// Persons of a cell in whose rows the same holds.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The cell, by its place.
    pub(super) cell: usize,
    pub(super) mask: u64,
    pub(super) persons: &'a RoaringBitmap,
}

/// Parts by what their cells are one in.
pub(super) type Parts<'a> = HashMap<usize, Vec<Part<'a>>>;

/// Cells that are one when some labels are left out, by number.
pub(super) struct Grouping<'a> {
    by_keys: HashMap<Vec<&'a ScalarValue>, usize>,
    of_cells: Vec<usize>,
}

impl Grouping<'_> {
    pub(super) fn of_cell(&self, cell: usize) -> Option<usize> {
        self.of_cells.get(cell).copied()
    }
}

/// The members of all cells, and what was worked out of them.
pub(super) struct Holding<'a> {
    conditions: &'a Conditions,
    cells: Vec<(&'a [ScalarValue], &'a Members)>,
    groupings: HashMap<Removed, Arc<Grouping<'a>>>,
    parts: HashMap<(usize, Removed), Arc<Parts<'a>>>,
}

impl<'a> Holding<'a> {
    pub(super) fn of(conditions: &'a Conditions, table: &'a Table) -> Self {
        let cells = table.iter().collect();
        Self { conditions, cells, groupings: HashMap::new(), parts: HashMap::new() }
    }

    /// The cells that are one without the labels in `removed`, and which of them the cell with these keys is in; none where
    /// nobody is in them.
    pub(super) fn grouping(
        &mut self,
        keys: &'a [ScalarValue],
        removed: Removed,
    ) -> (Arc<Grouping<'a>>, Option<usize>) {
        let labels = self.labels_of(removed);
        let known = self.groupings.get(&labels).map(Arc::clone);
        let grouping = known.unwrap_or_else(|| {
            let mut by_keys = HashMap::new();
            let mut of_cells = vec![];
            for (keys, _) in &self.cells {
                let next = by_keys.len();
                of_cells.push(*by_keys.entry(self.kept(keys, labels)).or_insert(next));
            }
            let grouping = Arc::new(Grouping { by_keys, of_cells });
            self.groupings.insert(labels, Arc::clone(&grouping));
            grouping
        });
        let group = grouping.by_keys.get(&self.kept(keys, labels)).copied();
        (grouping, group)
    }

    /// The parts that are in a number of this column without what is removed.
    pub(super) fn parts(
        &mut self,
        keys: &'a [ScalarValue],
        column: usize,
        tree: &Node,
        removed: Removed,
    ) -> Arc<Parts<'a>> {
        if let Some(known) = self.parts.get(&(column, removed)) {
            return Arc::clone(known);
        }
        let (grouping, _) = self.grouping(keys, removed);
        let adds = self.adds(column);
        let mut parts = Parts::new();
        for (cell, (_, members)) in self.cells.iter().enumerate() {
            let Some(group) = grouping.of_cell(cell) else { continue };
            for (&mask, persons) in members.iter() {
                if mask & adds == adds && tree.holds(mask, removed) {
                    parts.entry(group).or_default().push(Part { cell, mask, persons });
                }
            }
        }
        let parts = Arc::new(parts);
        if self.parts.len() >= MOST_KEPT {
            self.parts.clear();
        }
        self.parts.insert((column, removed), Arc::clone(&parts));
        parts
    }

    /// The bit that says whether a row adds to an argument; none for the cell itself.
    fn adds(&self, column: usize) -> u64 {
        column.checked_sub(1).map_or(0, |at| 1 << (self.conditions.leaves() + at))
    }

    /// Of what is removed, the labels alone.
    fn labels_of(&self, removed: Removed) -> Removed {
        let ids = self.conditions.labels().filter_map(|id| u8::try_from(id).ok());
        ids.filter(|id| removed.contains(*id)).fold(Removed::default(), Removed::with)
    }

    fn kept(&self, keys: &'a [ScalarValue], labels: Removed) -> Vec<&'a ScalarValue> {
        let ids = self.conditions.labels();
        let gone = |id: usize| u8::try_from(id).is_ok_and(|id| labels.contains(id));
        keys.iter().zip(ids).filter(|(_, id)| !gone(*id)).map(|(key, _)| key).collect()
    }
}
