//! What is said of a cell beside what was measured of it.

use crate::low_effect::Layer;

/// What the plan says of a cell, known before a row is read; and the conditions that are left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByPlan<'a> {
    /// Whether the cell is one of several: whether the query has a GROUP BY. Some profiles give such counts more noise.
    pub grouped: bool,
    /// Decimals of a sum: its smallest unit is ten to the power of minus this.
    pub decimals: u32,
    /// How many conditions the query has. The interval is as wide as all of them would make it, and at least as wide as
    /// those that are left: how many were removed must not be read off it.
    pub conditions: usize,
    /// The conditions that are left: each adds noise of its own, the same for every cell that has it.
    pub layers: &'a [Layer],
}

impl Default for ByPlan<'_> {
    /// One group of several, in whole units, without a condition.
    fn default() -> Self {
        Self { grouped: true, decimals: 0, conditions: 0, layers: &[] }
    }
}
