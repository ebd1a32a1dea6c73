//! What one aggregate argument of one cell received, with the rows of each person added up first.
//!
//! These are true values: the type has no `Debug`, `Display` or `Serialize`, so that none can slip
//! into a log (ONLY-RELEASED). One person with forty visits is one person with one total; that
//! grouping is what makes the dominance rules and the noise scale mean persons and not rows.

#[cfg(test)]
mod tests;

/// The largest totals of some persons, from large to small: as many as flattening may bring down, and those whose mean they
/// become.
pub type Top = [u128; 5]; // a length by name in fields breaks the compiler where closures hold them (rustc 1.95)

/// So many of the largest totals are kept.
pub const TOP: usize = size_of::<Top>() / size_of::<u128>();

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
    /// Largest person totals of those that are not below zero, each of another person, from large to small; 0 where
    /// there are no more.
    pub top: Top,
    /// The persons whose total is below zero.
    pub below: Below,
}

/// Persons whose total is below zero, with how far below.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Below {
    /// How many persons.
    pub persons: u64,
    /// Sum of how far below each is.
    pub absolute: u128,
    /// Furthest below, each of another person, from far to near; 0 where there are no more.
    pub top: Top,
}

impl Contribution {
    /// What a single person contributed: `rows` rows that add up to `total`.
    #[must_use]
    pub const fn of_person(key: u64, rows: u64, total: i128) -> Self {
        let absolute = total.unsigned_abs();
        let top = [absolute, 0, 0, 0, 0];
        let nobody = Below { persons: 0, absolute: 0, top: [0; TOP] };
        let (top, below) = match total < 0 {
            true => ([0; TOP], Below { persons: 1, absolute, top }),
            false => (top, nobody),
        };
        Self { persons: 1, key, rows, total, absolute, top, below }
    }

    /// The same persons without what they contributed: all that a number of persons may depend on.
    #[must_use]
    pub fn only_persons(&self) -> Self {
        Self { persons: self.persons, key: self.key, ..Self::default() }
    }

    /// Largest absolute person total.
    #[must_use]
    pub fn largest(&self) -> u128 {
        self.top_absolute()[0]
    }

    /// Second largest absolute person total, of another person; 0 when there is none.
    #[must_use]
    pub fn second(&self) -> u128 {
        self.top_absolute()[1]
    }

    /// The contributions of two groups that share no person, such as two lanes.
    ///
    /// Sums that would leave their range stop at its end; such a value no longer passes
    /// [`Self::is_consistent`].
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            persons: self.persons.saturating_add(other.persons),
            key: self.key.wrapping_add(other.key),
            rows: self.rows.saturating_add(other.rows),
            total: self.total.saturating_add(other.total),
            absolute: self.absolute.saturating_add(other.absolute),
            top: merged(self.top, other.top),
            below: Below {
                persons: self.below.persons.saturating_add(other.below.persons),
                absolute: self.below.absolute.saturating_add(other.below.absolute),
                top: merged(self.below.top, other.below.top),
            },
        }
    }

    /// Whether some persons could have contributed exactly this.
    ///
    /// What fails is a broken promise of the engine and is withheld instead of shown.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let Some(persons) = self.persons.checked_sub(self.below.persons) else { return false };
        let Some(above) = self.absolute.checked_sub(self.below.absolute) else { return false };
        let in_range = self.absolute < u128::MAX && self.persons < u64::MAX && self.rows < u64::MAX;
        // Whoever is below zero is so by at least one unit.
        let below_zero = self.below.absolute >= u128::from(self.below.persons);
        in_range
            && below_zero
            && (self.persons > 0 || self.rows == 0)
            && is_of(&self.top, persons, above)
            && is_of(&self.below.top, self.below.persons, self.below.absolute)
            && 0_i128
                .checked_add_unsigned(above)
                .and_then(|total| total.checked_sub_unsigned(self.below.absolute))
                == Some(self.total)
    }

    fn top_absolute(&self) -> Top {
        merged(self.top, self.below.top)
    }
}

/// The largest of both.
fn merged(one: Top, other: Top) -> Top {
    let mut all: Vec<u128> = one.into_iter().chain(other).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    top_of(all)
}

/// The first of these totals, which come from large to small.
pub(crate) fn top_of(totals: impl IntoIterator<Item = u128>) -> Top {
    let mut top = [0; TOP];
    top.iter_mut().zip(totals).for_each(|(place, total)| *place = total);
    top
}

/// Whether so many persons can have these largest totals, none below zero, and this sum.
fn is_of(top: &Top, persons: u64, sum: u128) -> bool {
    let known = usize::try_from(persons).unwrap_or(TOP).min(TOP);
    let least = top.iter().fold(0_u128, |sum, total| sum.saturating_add(*total));
    // Nobody but those who are known has more than the last of them.
    let others = u128::from(persons).saturating_sub(TOP as u128);
    let most = least.saturating_add(top[TOP - 1].saturating_mul(others));
    top.is_sorted_by(|a, b| a >= b)
        && top.iter().skip(known).all(|total| *total == 0)
        && (least..=most).contains(&sum)
}
