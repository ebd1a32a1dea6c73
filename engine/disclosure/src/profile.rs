//! The release profile: one organisation's disclosure rules as data that its governance officers
//! own.
//!
//! Every field is required and unknown fields are refused, so that a profile which forgets a rule,
//! or misspells one, fails to load instead of leaving that rule open (FAIL-CLOSED). Reading proves
//! the shape, [`Profile::validate`] proves the values; a rule that is handed a profile with
//! problems withholds.

#[cfg(test)]
pub(crate) mod tests;
mod validate;

pub use validate::{FEWEST_DOF, FEWEST_PERSONS, LARGEST_SD, OUTERMOST, ProfileProblem};

use serde::Deserialize;

/// The rules that hold for one release.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable name, small letters, digits and hyphens.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The guideline or decision it comes from.
    pub source: String,
    /// Smallest number of distinct persons in a cell that may be shown.
    pub min_count: u64,
    /// The same for each aggregate argument: persons with a value in it. At least `min_count`.
    pub min_count_measure: u64,
    /// What happens to a cell without persons.
    pub zero: ZeroRule,
    /// How counts are rounded.
    pub rounding: Rounding,
    /// How values are perturbed.
    pub noise: Noise,
    /// When a magnitude depends too much on one or two persons.
    pub dominance: Dominance,
    /// What happens to negative totals where dominance is tested.
    pub negatives: Negatives,
    /// Degrees of freedom that a spread or a line through points must have: persons, minus what is estimated of them.
    pub dof_min: u64,
    /// What happens to smallest and largest values.
    pub min_max: MinMax,
    /// Which quantiles may be asked for.
    pub quantile: Quantile,
    /// Most rows one release may have.
    pub max_rows: u64,
}

/// What happens to a cell without persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroRule {
    /// It is shown as an exact 0.
    Show,
    /// It is withheld like any other small cell, so that a withheld cell may be empty.
    TreatAsSmall,
}

/// How counts are rounded, after everything was decided and perturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The method.
    pub method: RoundingMethod,
    /// Counts are shown as multiples of this.
    pub base: u64,
}

impl Rounding {
    /// The distance between two numbers that can be shown.
    #[must_use]
    pub const fn step(self) -> u128 {
        match self.method {
            RoundingMethod::None => 1,
            RoundingMethod::Nearest => self.base as u128,
        }
    }
}

/// A rounding method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMethod {
    /// Counts are shown as they are.
    None,
    /// To the nearest multiple of the base, halves up.
    Nearest,
}

/// How values are perturbed.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// The method.
    pub method: NoiseMethod,
    /// Standard deviation of the noise on counts of persons, in persons.
    pub count_sd: f64,
    /// Standard deviation of the noise on magnitudes, as a multiple of the largest contributor.
    pub magnitude_sd: f64,
}

/// A noise method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseMethod {
    /// Values carry no noise.
    None,
    /// Two-sided geometric noise that is a function of the cell (SAME-CELL-SAME-ANSWER).
    CellKeyGeometric,
}

/// When a magnitude depends too much on one or two persons.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dominance {
    /// Pairs of n (1 or 2) and k (percent): unsafe when the n largest persons hold more than k %
    /// of the cell.
    pub nk: Vec<(u8, f64)>,
    /// Percent: unsafe when everybody but the two largest holds less than p % of the largest. 0
    /// turns it off.
    pub p: f64,
    /// Whether exactly k % is already unsafe. Concerns `nk` only.
    pub compare: Compare,
}

impl Dominance {
    /// Whether no dominance rule is set.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.nk.is_empty() && self.p == 0.0
    }
}

/// How the share of the largest persons is compared with k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Compare {
    /// More than k % is unsafe.
    #[serde(rename = ">")]
    MoreThan,
    /// k % or more is unsafe.
    #[serde(rename = ">=")]
    AtLeast,
}

/// What happens to negative totals where dominance is tested, which assumes that no person total is
/// below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negatives {
    /// The value is withheld.
    Refuse,
    /// Shares are taken of absolute person totals.
    Abs,
}

/// What happens to smallest and largest values, which are single persons' values.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinMax {
    /// The rule.
    pub rule: MinMaxRule,
    /// The percentiles that stand in for the smallest and the largest value.
    pub percentiles: [f64; 2],
}

/// A rule for smallest and largest values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinMaxRule {
    /// They are refused.
    Deny,
    /// A percentile is told instead, and that it is one.
    Percentile,
}

/// Which quantiles may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantile {
    /// The lowest and the highest percentile.
    pub range: [f64; 2],
}

impl Quantile {
    /// Whether a share (in millionths) may be asked for.
    #[must_use]
    pub fn allows(self, share: u32) -> bool {
        let [low, high] = self.range.map(millionths);
        low.is_some_and(|low| low <= share) && high.is_some_and(|high| share <= high)
    }
}

/// A percentage as whole millionths of one; `None` outside 0 to 100 or with more than four decimals.
#[must_use]
pub fn millionths(percent: f64) -> Option<u32> {
    let scaled = percent * 10_000.0;
    let whole = scaled.round();
    let allowed = (0.0..=100.0).contains(&percent) && (scaled - whole).abs() < 1e-6;
    allowed.then_some(whole as u32)
}
