//! What one aggregate argument of one cell received, with the rows of each person added up first.
//!
//! These are true values: the type has no `Debug`, `Display` or `Serialize`, so that none can slip
//! into a log (ONLY-RELEASED). One person with forty visits is one person with one total; that
//! grouping is what makes the dominance rules and the noise scale mean persons and not rows.

#[cfg(test)]
mod tests;

/// True statistics of one aggregate argument in one cell. Values are whole numbers of the
/// argument's smallest unit.
///
/// For a number of rows the total of a person is that person's number of rows.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Contribution {
    /// Distinct persons who contributed.
    pub persons: u64,
    /// Wrapping sum of the secret record keys of these persons: equal sets of persons have equal
    /// keys.
    pub key: u64,
    /// Rows that contributed.
    pub rows: u64,
    /// Sum of all person totals.
    pub total: i128,
    /// Sum of the absolute person totals: what shares are taken of when totals may be negative.
    pub absolute: u128,
    /// Largest absolute person total.
    pub largest: u128,
    /// Second largest absolute person total, of another person; 0 when there is none.
    pub second: u128,
    /// Third largest absolute person total, of a third person; 0 when there is none.
    pub third: u128,
    /// Whether any person total is below zero.
    pub negative: bool,
}

impl Contribution {
    /// What a single person contributed: `rows` rows that add up to `total`.
    #[must_use]
    pub const fn of_person(key: u64, rows: u64, total: i128) -> Self {
        let absolute = total.unsigned_abs();
        let negative = total < 0;
        Self {
            persons: 1,
            key,
            rows,
            total,
            absolute,
            largest: absolute,
            second: 0,
            third: 0,
            negative,
        }
    }

    /// The same persons without what they contributed: all that a number of persons may depend on.
    #[must_use]
    pub fn only_persons(&self) -> Self {
        Self { persons: self.persons, key: self.key, ..Self::default() }
    }

    /// The contributions of two groups that share no person, such as two lanes.
    ///
    /// Sums that would leave their range stop at its end; such a value no longer passes
    /// [`Self::is_consistent`].
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let mut top =
            [self.largest, self.second, self.third, other.largest, other.second, other.third];
        top.sort_unstable_by(|a, b| b.cmp(a));
        let [largest, second, third, ..] = top;
        Self {
            persons: self.persons.saturating_add(other.persons),
            key: self.key.wrapping_add(other.key),
            rows: self.rows.saturating_add(other.rows),
            total: self.total.saturating_add(other.total),
            absolute: self.absolute.saturating_add(other.absolute),
            largest,
            second,
            third,
            negative: self.negative || other.negative,
        }
    }

    /// Whether some persons could have contributed exactly this.
    ///
    /// What fails is a broken promise of the engine and is withheld instead of shown.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let top = self.largest.saturating_add(self.second).saturating_add(self.third);
        // Nobody but the three has more than the third.
        let others = u128::from(self.persons.saturating_sub(3));
        let most = top.saturating_add(self.third.saturating_mul(others));
        let of_others = match self.persons {
            0 | 1 => self.second,
            2 => self.third,
            _ => 0,
        };
        let total = self.total.unsigned_abs();
        let signs = if self.negative {
            total <= self.absolute && self.largest > 0
        } else {
            self.total >= 0 && total == self.absolute
        };
        let range = self.absolute < u128::MAX && self.persons < u64::MAX && self.rows < u64::MAX;
        let nobody = self.persons > 0 || (self.absolute == 0 && self.rows == 0);
        self.third <= self.second
            && self.second <= self.largest
            && of_others == 0
            && (top..=most).contains(&self.absolute)
            && signs
            && range
            && nobody
    }
}
