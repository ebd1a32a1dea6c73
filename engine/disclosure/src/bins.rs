//! The public bins that values are counted in.
//!
//! A quantile is told as a bin, so where the bins lie must be known before anybody looks at a row: they follow from
//! what the contract says of a measure, never from data. Whole numbers in a narrow range have a bin each; elsewhere
//! a bin is about one percent of its value wide, on the 1-2-5 grid. A wider bin is a union of narrow ones: those that
//! begin within one multiple of a wider step of the grid.

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use crate::grid;

/// Widest range of whole numbers of which each has a bin of its own.
const FINE_RANGE: i64 = 1_000;
/// How many of the narrowest bins a range has at most.
const NARROW: i64 = 10_000;
/// Bins are about this part of their value wide.
const RELATIVE: i64 = 100;

/// A public partition of the whole numbers: values of a measure in its smallest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bins {
    /// Width of the narrowest bins.
    narrowest: i64,
    /// Up to this distance from zero all bins are that narrow.
    fine: i64,
    /// Whether there is nothing between two neighbouring values.
    whole: bool,
}

/// One bin: its number, which orders bins as their values are.
pub type Bin = i64;

impl Bins {
    /// The bins of a measure whose values lie in `lower..=upper` (in its smallest unit). `whole` says that it is a
    /// measure of whole numbers.
    #[must_use]
    pub fn of(lower: i64, upper: i64, whole: bool) -> Self {
        let range = upper.saturating_sub(lower).max(1);
        if whole && range <= FINE_RANGE {
            let furthest = size(lower).max(size(upper)).saturating_add(1);
            return Self { narrowest: 1, fine: up(furthest).max(FINE_RANGE), whole };
        }
        let narrowest = down(range / NARROW);
        Self { narrowest, fine: narrowest.saturating_mul(RELATIVE), whole }
    }

    /// The bin of a value.
    #[must_use]
    pub fn of_value(self, value: i64) -> Bin {
        let size = size(value);
        let width = self.width(size);
        let edge = size - size % width;
        if value < 0 { -edge - 1 } else { edge }
    }

    /// The values of a bin.
    #[must_use]
    pub fn values(self, bin: Bin) -> RangeInclusive<i64> {
        self.widened(bin, self.width(edge(bin)))
    }

    /// The values of the wider bin around a bin, of about this width: one of [`Self::widths`].
    #[must_use]
    pub fn widened(self, bin: Bin, width: i64) -> RangeInclusive<i64> {
        let width = width.max(1);
        let multiple = edge(bin) - edge(bin) % width;
        let near = self.next_edge(multiple);
        let next = multiple.checked_add(width).map(|next| self.next_edge(next));
        let far = next.map_or(i64::MAX, |next| next - 1).max(near);
        if bin < 0 { -far..=-near.max(1) } else { near..=far }
    }

    /// The widths that a bin can have, from its own upwards.
    pub fn widths(self, bin: Bin) -> impl Iterator<Item = i64> {
        std::iter::successors(Some(self.width(edge(bin))), |&width| {
            i64::try_from(grid::up(u128::try_from(width).ok()? + 1)).ok()
        })
    }

    /// The first distance from zero, from this one on, at which a bin begins.
    fn next_edge(self, size: i64) -> i64 {
        let width = self.width(size);
        match size % width {
            0 => size,
            over => size.saturating_add(width - over),
        }
    }

    /// The ends of a bin as a reader sees them: where values are not whole, up to where the next bin begins.
    #[must_use]
    pub fn ends(self, values: &RangeInclusive<i64>) -> (f64, f64) {
        let (low, high) = (*values.start() as f64, *values.end() as f64);
        match (self.whole || low == high, low < 0.0) {
            (true, _) => (low, high),
            (false, false) => (low, high + 1.0),
            (false, true) => (low - 1.0, high),
        }
    }

    fn width(self, size: i64) -> i64 {
        if size < self.fine { self.narrowest } else { down(size / RELATIVE).max(self.narrowest) }
    }
}

/// The bin's end that is nearer to zero, as a distance from zero.
const fn edge(bin: Bin) -> i64 {
    if bin < 0 { -(bin + 1) } else { bin }
}

fn size(value: i64) -> i64 {
    i64::try_from(value.unsigned_abs()).unwrap_or(i64::MAX)
}

fn up(value: i64) -> i64 {
    let value = u128::try_from(value).unwrap_or(0);
    i64::try_from(grid::up(value)).unwrap_or(i64::MAX)
}

fn down(value: i64) -> i64 {
    let value = u128::try_from(value).unwrap_or(0);
    i64::try_from(grid::down(value)).unwrap_or(i64::MAX)
}
