//! Rows that must be unique: one per person, or one per key.

use std::collections::HashSet;
use std::path::Path;

use arrow::array::ArrayRef;
use arrow::row::{RowConverter, SortField};

use super::error::{Doing, ExtractError};

/// The persons seen so far in a table with one row per person.
pub(super) struct PersonsSeen(Vec<u64>);

impl PersonsSeen {
    pub(super) fn new(persons: u32) -> Self {
        Self(vec![0; (persons as usize).div_ceil(64)])
    }

    /// Remembers the person; false when they were here before.
    pub(super) fn is_new(&mut self, person: u32) -> bool {
        let bit = 1_u64 << (person % 64);
        let Some(word) = self.0.get_mut((person / 64) as usize) else { return true };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// The keys seen so far in a table without persons.
pub(super) struct KeysSeen {
    converter: RowConverter,
    seen: HashSet<Box<[u8]>>,
}

impl KeysSeen {
    pub(super) fn new(columns: &[&ArrayRef], source: &Path) -> Result<Self, ExtractError> {
        let fields =
            columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let converter = RowConverter::new(fields).doing("read", source)?;
        Ok(Self { converter, seen: HashSet::new() })
    }

    /// Remembers the keys of a batch; the rows whose key was here before.
    pub(super) fn repeated(
        &mut self,
        columns: &[ArrayRef],
        source: &Path,
    ) -> Result<Vec<usize>, ExtractError> {
        let rows = self.converter.convert_columns(columns).doing("read", source)?;
        let repeated = rows
            .iter()
            .enumerate()
            .filter(|(_, key)| !self.seen.insert(key.as_ref().into()))
            .map(|(row, _)| row)
            .collect();
        Ok(repeated)
    }
}
