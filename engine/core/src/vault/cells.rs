//! Raw cells: true statistics. Never leave the vault, cannot be printed (ONLY-RELEASED).

use datafusion::common::hash_map::Entry;
use datafusion::common::{HashMap, Result};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::{Contribution, Distribution};

use crate::guard::release::{Argument, PersonalRelease};

/// What was measured of a cell or of one of its arguments. Has neither `Debug` nor `Serialize`.
pub(super) struct Measured {
    pub(super) contribution: Contribution,
    /// Where the values lie, if positions are asked for.
    pub(super) distribution: Option<Box<Distribution>>,
}

impl Measured {
    pub(super) const fn of(contribution: Contribution) -> Self {
        Self { contribution, distribution: None }
    }

    /// What would be measured if nobody were there: of the cell first, then of each argument.
    pub(super) fn of_nobody(release: &PersonalRelease) -> Vec<Self> {
        let nobody = || Self::of(Contribution::default());
        let arguments = release.arguments.iter().map(|argument| match argument {
            Argument::Presence | Argument::Value { .. } => nobody(),
            Argument::Positions { .. } => Self { distribution: Some(Box::default()), ..nobody() },
        });
        std::iter::once(nobody()).chain(arguments).collect()
    }

    /// Adds what another lane measured of the same argument.
    fn merge(&mut self, other: Self) {
        self.contribution = self.contribution.merge(other.contribution);
        match (&mut self.distribution, other.distribution) {
            (Some(known), Some(more)) => known.merge(*more),
            (known, more) => *known = known.take().or(more),
        }
    }
}

/// The cells of one release plan: key values, and what was measured of the cell and of each argument.
///
/// Has neither `Debug` nor `Serialize`.
#[derive(Default)]
pub(super) struct Cells {
    rows: HashMap<Vec<ScalarValue>, Vec<Measured>>,
}

impl Cells {
    /// Adds a lane's cells. Lanes have disjoint persons, so what was measured merges.
    pub(super) fn add(&mut self, keys: Vec<ScalarValue>, measured: Vec<Measured>) -> Result<()> {
        match self.rows.entry(keys) {
            Entry::Vacant(slot) => {
                slot.insert(measured);
            }
            Entry::Occupied(mut slot) => {
                let known = slot.get_mut();
                if known.len() != measured.len() {
                    return datafusion::common::internal_err!("lanes measured different arguments");
                }
                for (sum, more) in known.iter_mut().zip(measured) {
                    sum.merge(more);
                }
            }
        }
        Ok(())
    }

    pub(super) fn get(&self, keys: &[ScalarValue]) -> Option<&[Measured]> {
        self.rows.get(keys).map(Vec::as_slice)
    }

    /// The cell of these keys, with its own keys.
    pub(super) fn entry(&self, keys: &[ScalarValue]) -> Option<(&[ScalarValue], &[Measured])> {
        self.rows.get_key_value(keys).map(|(keys, measured)| (keys.as_slice(), measured.as_slice()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[ScalarValue], &[Measured])> {
        self.rows.iter().map(|(keys, measured)| (keys.as_slice(), measured.as_slice()))
    }
}
