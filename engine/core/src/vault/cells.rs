//! Raw cells: true statistics. Never leave the vault, cannot be printed (ONLY-RELEASED).

use std::collections::HashMap;

use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::Contribution;

/// The cells of one release plan: key values, and contributions of the cell and of each argument.
///
/// Has neither `Debug` nor `Serialize`.
#[derive(Default)]
pub(super) struct Cells {
    rows: HashMap<Vec<ScalarValue>, Vec<Contribution>>,
}

impl Cells {
    /// Adds a lane's cells. Lanes have disjoint persons, so contributions merge.
    pub(super) fn add(&mut self, keys: Vec<ScalarValue>, contributions: Vec<Contribution>) -> Result<()> {
        match self.rows.entry(keys) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(contributions);
            }
            std::collections::hash_map::Entry::Occupied(mut slot) => {
                let known = slot.get_mut();
                if known.len() != contributions.len() {
                    return datafusion::common::internal_err!("lanes measured different arguments");
                }
                for (sum, more) in known.iter_mut().zip(contributions) {
                    *sum = sum.merge(more);
                }
            }
        }
        Ok(())
    }

    pub(super) fn get(&self, keys: &[ScalarValue]) -> Option<&[Contribution]> {
        self.rows.get(keys).map(Vec::as_slice)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Vec<ScalarValue>, &Vec<Contribution>)> {
        self.rows.iter()
    }
}
