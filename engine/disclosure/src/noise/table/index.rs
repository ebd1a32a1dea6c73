//! Which entry of a table a cell selects: by its number of persons and its cell key, in the three published ways.
//!
//! They agree in nothing but the idea. Sources: the package cell-key-perturbation 3.1 of the Office for National
//! Statistics; the R package cellKey and tau-ARGUS 4.1 (Destatis); TableBuilder of the Australian Bureau of Statistics.

use crate::profile::{Noise, TableIndex};

/// Up to this many persons the Office for National Statistics has a row for each number.
const ONS_ROWS: u64 = 750;
/// Beyond, its last rows are used in turn.
const ONS_TURN: u64 = 250;

/// The way of selecting, with its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector {
    /// The way.
    pub index: TableIndex,
    /// Columns that a cell key is folded to. Not looked at for [`TableIndex::Destatis`].
    pub keys: u64,
    /// Rows, for [`TableIndex::Abs`].
    pub ptable_size: u64,
    /// How many of the last rows are used in turn, for [`TableIndex::Abs`].
    pub small_n: u64,
}

impl Selector {
    /// That of a profile; `None` without a perturbation table.
    #[must_use]
    pub const fn of(noise: &Noise) -> Option<Self> {
        match noise {
            Noise::None {} | Noise::CellKeyGeometric { .. } | Noise::CellKeyGaussian { .. } => None,
            Noise::CellKeyTable { ptable: _, index, keys, ptable_size, small_n, magnitude: _ } => {
                let (index, keys) = (*index, *keys);
                Some(Self { index, keys, ptable_size: *ptable_size, small_n: *small_n })
            }
        }
    }

    /// The row for a number of persons, where the table's last row is `largest`. 0 persons have row 0.
    #[must_use]
    pub fn row(self, persons: u64, largest: u64) -> u64 {
        match self.index {
            TableIndex::Ons if persons > ONS_ROWS => {
                (persons - 1) % ONS_TURN + ONS_ROWS - ONS_TURN + 1
            }
            TableIndex::Ons => persons,
            TableIndex::Destatis => persons.min(largest),
            TableIndex::Abs => self.abs_row(persons).min(largest),
        }
    }

    fn abs_row(self, persons: u64) -> u64 {
        let own = self.ptable_size.saturating_sub(self.small_n);
        match persons.checked_rem(self.small_n) {
            Some(turn) if persons > own => own.saturating_add(1).saturating_add(turn),
            Some(_) | None => persons,
        }
    }

    /// The rows that a number of persons can select, beyond row 0.
    pub(super) const fn rows(self) -> Option<u64> {
        match self.index {
            TableIndex::Ons => Some(ONS_ROWS),
            TableIndex::Destatis => None,
            TableIndex::Abs => Some(self.ptable_size),
        }
    }

    /// The cell key as the table knows it, from the wrapping sum of the record keys of a cell's persons.
    ///
    /// For the Australian method only "the sum modulo 2^32, folded to the rows of the matrix" is published; how it is
    /// folded is not (unverified). Here the high bits decide: every column gets the same share of the sums, to
    /// within one.
    #[must_use]
    pub fn key(self, sum: u64) -> CellKey {
        let keys = self.keys.max(1);
        match self.index {
            TableIndex::Ons => CellKey::Column { number: sum % keys, of: keys },
            TableIndex::Destatis => CellKey::Fraction { part: sum, of: 1 << u64::BITS },
            TableIndex::Abs => {
                let low = sum % (1 << u32::BITS);
                let number = (u128::from(low) * u128::from(keys)) >> u32::BITS;
                CellKey::Column { number: u64::try_from(number).unwrap_or(0), of: keys }
            }
        }
    }
}

/// A cell key, ready to select an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKey {
    /// A column of the table, counted from 0.
    Column {
        /// Which one.
        number: u64,
        /// How many there are.
        of: u64,
    },
    /// A fraction from 0 to below 1.
    Fraction {
        /// So many parts..
        part: u64,
        /// .. of so many.
        of: u128,
    },
}

impl CellKey {
    /// Decimal digits of a fraction that is rotated; as many as published keys have.
    const DIGITS: u32 = 8;

    /// A fraction of eight decimal digits, such as 0.8 as 80,000,000 parts.
    #[must_use]
    pub const fn digits(part: u64) -> Self {
        Self::Fraction { part, of: 10_u128.pow(Self::DIGITS) }
    }

    /// The first eight decimal digits of a 64-bit sum that is read as a fraction.
    #[must_use]
    pub fn first_digits(sum: u64) -> Self {
        let part = (u128::from(sum) * 10_u128.pow(Self::DIGITS)) >> u64::BITS;
        Self::digits(u64::try_from(part).unwrap_or(0))
    }

    /// The key for the next contributor: the first of eight digits becomes the last. Columns have no digits and stay.
    #[must_use]
    pub fn rotated(self, places: u32) -> Self {
        match self {
            Self::Fraction { part, of } if of == 10_u128.pow(Self::DIGITS) => {
                let places = places % Self::DIGITS;
                let head = 10_u64.pow(Self::DIGITS - places);
                Self::digits(part % head * 10_u64.pow(places) + part / head)
            }
            Self::Fraction { .. } | Self::Column { .. } => self,
        }
    }

    /// Whether it is the key that stands for no perturbation of magnitudes.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        matches!(self, Self::Fraction { part: 0, .. })
    }

    /// Numerator and denominator of the place among cumulated chances. A column stands at its upper end, so that
    /// column 0 of 4 belongs to whatever has the first quarter.
    pub(super) fn place(self) -> (u128, u128) {
        match self {
            Self::Column { number, of } => (u128::from(number) + 1, of.into()),
            Self::Fraction { part, of } => (part.into(), of),
        }
    }
}
