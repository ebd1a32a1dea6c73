//! A perturbation table stretched over a sum: noise in proportion to the largest contributors.
//!
//! For each of the largest contributors x1, x2, .. the table's noise is scaled by d = m * x, where m falls from
//! `small` to `large` as the contributor grows past the flex point. How many such d fit into the sum says which row of
//! the table is used; between two rows, noise is interpolated. With one contributor and the same share for all sizes it
//! is the simple form of the SDC handbook (2nd ed.), with more the form of the R package `cellKey`.
//!
//! Numbers are `f64` in the smallest unit of the measure; only the noise is, the sum itself stays exact.

#[cfg(test)]
mod tests;

use super::PerturbationTable;
use super::index::CellKey;

/// How the noise of one contributor is scaled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaling {
    /// Share of a contributor below the flex point.
    pub small: f64,
    /// Share that contributors far above it tend to.
    pub large: f64,
    /// In the smallest unit of the measure.
    pub flex_point: f64,
    /// How fast the share falls.
    pub exponent: f64,
}

impl Scaling {
    /// The same share for contributors of every size.
    #[must_use]
    pub const fn flat(share: f64) -> Self {
        Self { small: share, large: share, flex_point: f64::INFINITY, exponent: 1.0 }
    }

    /// The share of a contributor of this size: m(x) = `large` (1 + f1 f2) from the flex point on, where
    /// f1 = (`small` x - `large` fp) / (`large` fp) and f2 = (2 fp / (fp + x))^`exponent`.
    #[must_use]
    pub fn share(&self, x: f64) -> f64 {
        if x < self.flex_point {
            return self.small;
        }
        let bend = self.large * self.flex_point;
        let f1 = (self.small * x - bend) / bend;
        let f2 = (2.0 * self.flex_point / (self.flex_point + x)).powf(self.exponent);
        self.large * (1.0 + f1 * f2)
    }

    /// What the noise of a contributor is scaled by where the sum is larger than that.
    #[must_use]
    pub fn of(&self, contributor: &Contributor) -> f64 {
        (self.share(contributor.size) * contributor.weight * contributor.size)
            .max(contributor.least)
    }
}

/// One of the largest contributors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contributor {
    /// Size, without sign.
    pub size: f64,
    /// Weight of its noise: 1 for the first, not more for those after it.
    pub weight: f64,
    /// What its noise is scaled by at least, before it is compared with the sum. 0 in the published forms.
    pub least: f64,
}

/// A table for contributors that are too small for shares.
#[derive(Clone, Copy)]
pub struct SmallCells<'a> {
    /// The table.
    pub table: &'a PerturbationTable,
    /// Size of one step of its noise.
    pub unit: f64,
}

/// The noise of a sum by its largest contributors, from large to small. `key` is the key of the largest; the next ones
/// have it rotated by a digit each, as with `same_key` of the package: that counts have another key is up to whoever
/// makes it. Nothing is added for sensitive cells, which are withheld here. The key 0 stands for no noise. Noise never
/// takes the sum past zero; it is to be rounded and added.
#[must_use]
pub fn stretched(
    table: &PerturbationTable,
    scaling: &Scaling,
    small_cells: Option<SmallCells<'_>>,
    sum: f64,
    contributors: &[Contributor],
    key: CellKey,
) -> f64 {
    let mut added = 0.0;
    let too_small = smallest_scaled(scaling, small_cells, contributors);
    for (places, contributor) in (0..).zip(contributors) {
        let so_far = sum + added;
        if so_far == 0.0 || key.is_zero() {
            break;
        }
        let mut scale = scaling.of(contributor);
        let mut by_small = small_cells.filter(|_| contributor.size < too_small);
        let reaches_beyond = by_small.is_none() && so_far.abs() < scale;
        if reaches_beyond {
            scale = so_far.abs();
            by_small =
                small_cells.filter(|_| scale / (scaling.small * contributor.weight) < too_small);
        }
        let (table, scale) = by_small.map_or((table, scale), |small| (small.table, small.unit));
        let place = so_far.abs() / scale;
        let noise = so_far.signum() * scale * interpolated(table, place, key.rotated(places));
        // Cut at zero: the sum keeps its sign.
        added = if (so_far + noise) * so_far < 0.0 { -sum } else { added + noise };
        if reaches_beyond && by_small.is_some() {
            break;
        }
    }
    added
}

/// Below this size of a contributor its share of noise would be less than what the table for small cells adds.
fn smallest_scaled(
    scaling: &Scaling,
    small_cells: Option<SmallCells<'_>>,
    contributors: &[Contributor],
) -> f64 {
    let weights: f64 = contributors.iter().map(|of| of.weight * of.weight).sum();
    small_cells.map_or(0.0, |small| {
        let sd = small.table.last_variance().unwrap_or(0.0).sqrt() * small.unit;
        sd / (weights.sqrt() * scaling.small)
    })
}

/// The noise at a place between two rows; beyond the last row, the last.
fn interpolated(table: &PerturbationTable, place: f64, key: CellKey) -> f64 {
    let last = table.largest() as f64;
    let place = place.min(last);
    let noise = |row: f64| table.own_row(row as u64).map_or(0.0, |row| row.noise(key) as f64);
    let (below, above) = (place.floor(), place.ceil());
    let part = place - below;
    noise(below) * (1.0 - part) + noise(above) * part
}
