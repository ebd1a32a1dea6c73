//! What the plan says of a cell, beside what was measured of it.

/// Known before a row is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByPlan {
    /// Whether the cell is one of several: whether the query has a GROUP BY. Some profiles give such counts more noise.
    pub grouped: bool,
    /// Decimals of a sum: its smallest unit is ten to the power of minus this.
    pub decimals: u32,
}

impl Default for ByPlan {
    /// One group of several, in whole units.
    fn default() -> Self {
        Self { grouped: true, decimals: 0 }
    }
}
