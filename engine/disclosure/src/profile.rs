//! The release profile: one organisation's disclosure rules as data that its governance officers
//! own.
//!
//! Every field is required and unknown fields are refused, so that a profile which forgets a rule,
//! or misspells one, fails to load instead of leaving that rule open (FAIL-CLOSED). Reading proves
//! the shape, [`Profile::validate`] proves the values; a rule that is handed a profile with
//! problems withholds.

mod national;
mod not_offered;
mod of_numbers;
#[cfg(test)]
pub(crate) mod tests;
mod validate;

pub use not_offered::not_offered;
pub use validate::{
    FEWEST_BESIDE_ZEROS, FEWEST_DOF, FEWEST_LOW, FEWEST_PERSONS, LARGEST_BASE, LARGEST_SD,
    MOST_LOW, NARROWEST_BASE, OUTERMOST, ProfileProblem,
};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::noise::PerturbationTable;

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
    /// What is counted where a rule counts.
    pub unit: Unit,
    /// Smallest number of distinct persons in a cell that may be shown. 0 where the rounding or the noise stands in
    /// for a minimum.
    pub min_count: u64,
    /// The same for each aggregate argument: persons with a value in it; and for a group whose key is not public to
    /// be listed. At least `min_count`.
    pub min_count_measure: u64,
    /// The minimum is drawn for each group of people, from `min_count` upwards: on average twice this much above it.
    /// 0 leaves it exact.
    pub min_count_sd: f64,
    /// Which number of persons is compared with the minimum.
    pub check_on: CheckOn,
    /// What a small cell means for the others of its table.
    pub on_small: OnSmall,
    /// Where minimum and rounding apply.
    pub scope: Scope,
    /// What happens to a cell without persons.
    pub zero: ZeroRule,
    /// Combinations that cannot be: column (`dataset.table.column`) to value. Their zeros are shown.
    pub structural_zeros: Vec<BTreeMap<String, String>>,
    /// What happens where everybody of a row or column is in one cell.
    pub class_disclosure: ClassDisclosure,
    /// How a withheld value is written where a text can stand for it.
    pub hidden: Hidden,
    /// How counts are rounded.
    pub rounding: Rounding,
    /// What means are computed from.
    pub derived_from: DerivedFrom,
    /// What totals of a table are computed from.
    pub totals: Totals,
    /// How values are perturbed.
    pub noise: Noise,
    /// Which conditions concern too few people to count, and how much noise each that is left carries.
    pub low_effect: LowEffects,
    /// How the largest contributors to a sum are brought down to the next ones.
    pub flattening: Flattening,
    /// How much released numbers may say of one person.
    pub exposure: Exposure,
    /// When a magnitude depends too much on one or two persons.
    pub dominance: Dominance,
    /// What happens to negative totals where dominance is tested.
    pub negatives: Negatives,
    /// Degrees of freedom that a spread or a line through points must have: persons, minus what is estimated of them.
    pub dof_min: u64,
    /// Most numbers that may be estimated per person.
    pub max_param_ratio: f64,
    /// What happens to smallest and largest values.
    pub min_max: MinMax,
    /// Which quantiles may be asked for.
    pub quantile: Quantile,
    /// What is withheld beside small cells, so that nobody can work them out.
    pub secondary: Secondary,
    /// Whether what is left over is a cell too: rows without a value, rows that a filter leaves out. Not where conditions
    /// about few people count as absent ([`Profile::keeps_complements`]).
    pub complements: bool,
    /// Largest share of small cells that a table may have; beyond it all cells are withheld. 1 turns it off.
    pub sparsity_max_small: f64,
    /// Pairs of columns (`dataset.table.column`) that may not both be groups of one table.
    pub field_exclusions: Vec<[String; 2]>,
    /// What is put behind the name of a released column.
    pub suffixes: Suffixes,
    /// How large a release may be and in which forms it is written.
    pub release: ReleaseRule,
    /// The perturbation table that `noise` names. It lies in a file of its own; whoever reads profiles puts it here.
    /// Without it, or with another one, a profile with such noise shows nothing.
    #[serde(skip)]
    pub table: Option<Arc<PerturbationTable>>,
}

impl Profile {
    /// Whether the intervals of perturbed values may be told. Not where a perturbation table keeps to itself how far
    /// it moves a value: known limits help whoever wants to undo it. The half widths of protected values are there all
    /// the same, because means and the like are computed with them; whoever writes an answer leaves them out.
    #[must_use]
    pub fn tells_intervals(&self) -> bool {
        match &self.noise {
            Noise::None {} | Noise::CellKeyGeometric { .. } | Noise::CellKeyGaussian { .. } => true,
            Noise::CellKeyTable { .. } => self.table.as_ref().is_some_and(|t| t.tells_intervals()),
        }
    }
}

impl Profile {
    /// Persons that must have a value on each side of a quantile.
    #[must_use]
    pub fn on_each_side(&self) -> u64 {
        self.quantile.min_n.max(self.min_count_measure)
    }

    /// Whether a few people more or less may make no difference to what is withheld beside small cells: where conditions about
    /// few people count as absent and numbers carry noise. An exact rule would tell what both hide: whether one person lies
    /// between two numbers, or which of two cells is the larger.
    #[must_use]
    pub fn is_blurred(&self) -> bool {
        self.low_effect.persons > 0 && !self.noise.is_none()
    }

    /// Whether what is left over is a cell too.
    #[must_use]
    pub fn keeps_complements(&self) -> bool {
        self.complements && !self.is_blurred()
    }
}

/// What is counted where a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Distinct persons. There is no other.
    Person,
}

/// Which number of persons is compared with the minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOn {
    /// The true one.
    True,
    /// The perturbed one, as the Office for National Statistics' package does.
    Noisy,
    /// The mean over the cells of the table, as Stats NZ does: below the minimum only cells of
    /// [`RESCUED`] persons or more stay.
    MeanCellSize,
}

/// Persons that keep a cell in a table of small ones (Stats NZ).
pub const RESCUED: u64 = 6;

/// What a small cell means for the others of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnSmall {
    /// It is withheld alone.
    HideCell,
    /// Every cell of the table is withheld, as DataSHIELD does.
    RefuseResult,
}

/// Where minimum and rounding apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everywhere.
    All,
    /// Only where a query uses a column that tells an area, as for Hospital Episode Statistics. Nationally the floor
    /// of the engine holds.
    BelowNational,
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

/// What happens where everybody of a row or column is in one cell: whoever knows of a person to be in it knows the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassDisclosure {
    /// Nothing.
    Off,
    /// The answer says so.
    Warn,
    /// The row or column is withheld.
    Refuse,
}

/// How a withheld value is written where a text can stand for it: in CSV, when asked for. Elsewhere it has no value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// Which kind of sign.
    #[serde(rename = "as")]
    pub sign: HiddenAs,
    /// The text, for [`HiddenAs::Text`].
    pub text: String,
}

/// How a withheld value is written where a text can stand for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenAs {
    /// Nothing.
    Null,
    /// The published rule writes 0. It would then mean "0 to 9", so here nothing is written.
    Zero,
    /// A text such as `[REDACTED]`.
    Text,
}

/// How counts are rounded, after everything was decided and perturbed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The method.
    pub method: RoundingMethod,
    /// Counts are shown as multiples of this.
    pub base: u64,
    /// Where a number half way between two multiples goes, for [`RoundingMethod::Nearest`].
    pub half: Half,
    /// For [`RoundingMethod::Bands`]: from, to, shown. Above them the nearest multiple of the base.
    pub bands: Vec<[u64; 3]>,
}

/// A rounding method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMethod {
    /// Counts are shown as they are.
    None,
    /// To the nearest multiple of the base.
    Nearest,
    /// To the middle of the base's interval: with 6, 1 to 6 become 3 and 7 to 12 become 9 (OpenSAFELY).
    Midpoint,
    /// Up or down by chance, more likely to the nearer multiple; the coin belongs to the cell (Stats NZ).
    RandomFixed,
    /// Up to the next multiple.
    Ceil,
    /// To one number for each band (Eurostat).
    Bands,
}

/// Where a number half way between two multiples goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// To the larger one.
    Up,
    /// To the even multiple.
    Even,
}

/// What means are computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DerivedFrom {
    /// Protected sums and numbers of rows.
    Protected,
    /// True ones, where enough persons contribute (Hospital Episode Statistics). Only without noise.
    TrueIfMinCount,
}

/// What totals of a table are computed from (ROLLUP, CUBE, GROUPING SETS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Totals {
    /// Each total is the sum of its protected parts, where all are shown and no person is in two; else it is a cell
    /// of its own.
    FromProtected,
    /// Each total is a cell of its own: judged, perturbed and rounded like one.
    FromTrueThenProtect,
}

/// What is withheld beside small cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secondary {
    /// The method.
    pub method: SecondaryMethod,
    /// Whether an empty cell may be withheld for another's sake.
    pub zeros: bool,
}

/// A method of secondary suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondaryMethod {
    /// None: something else stands in for it.
    Off,
    /// Gaussian elimination over everything an answer shows and the total.
    Gauss,
}

/// What is put behind the name of a released column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suffixes {
    /// Behind the name of a count.
    pub value: String,
    /// Behind the name of what is computed from counts.
    pub derived: String,
}

/// How large a release may be and in which forms it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRule {
    /// Most rows.
    pub max_rows: u64,
    /// Most bytes, in the form that is asked for.
    pub max_bytes: u64,
    /// The forms.
    pub formats: Vec<Format>,
    /// Whether people look at an answer before it leaves.
    pub review: bool,
}

/// A form that a release is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON.
    Json,
    /// Comma-separated values.
    Csv,
    /// Arrow IPC stream.
    Arrow,
    /// Parquet.
    Parquet,
}

/// How values are perturbed. Every method draws what belongs to the cell (SAME-CELL-SAME-ANSWER); one that draws
/// anew each time is not offered, because it averages out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Noise {
    /// Values carry no noise.
    None {},
    /// Two-sided geometric noise.
    CellKeyGeometric {
        /// Standard deviation on counts of persons, in persons.
        count_sd: f64,
        /// Standard deviation on magnitudes, as a multiple of the largest contributor.
        magnitude_sd: f64,
    },
    /// Gaussian noise, rounded to whole persons (i2b2, which draws it anew each time).
    CellKeyGaussian {
        /// Standard deviation on counts of persons without groups.
        count_sd: f64,
        /// Standard deviation on counts of persons in groups.
        breakdown_sd: f64,
        /// Standard deviation on magnitudes, as a multiple of the largest contributor.
        magnitude_sd: f64,
    },
    /// Counts from a published perturbation table, magnitudes by their top contributors.
    CellKeyTable {
        /// Name of the table.
        ptable: String,
        /// How number of persons and cell key select an entry.
        index: TableIndex,
        /// Keys (columns of the table) that a cell key is folded to.
        keys: u64,
        /// Rows of the table (for [`TableIndex::Abs`]); 0 elsewhere.
        ptable_size: u64,
        /// Last rows that larger counts share (for [`TableIndex::Abs`]); 0 elsewhere.
        small_n: u64,
        /// How magnitudes are perturbed.
        magnitude: TopContributors,
    },
}

/// How number of persons and cell key select an entry of a perturbation table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableIndex {
    /// Office for National Statistics: counts to 750, then the last 250 rows in turn; key modulo the number of keys.
    Ons,
    /// cellKey and tau-ARGUS: counts up to the last row; key as a fraction, compared with cumulated probabilities.
    Destatis,
    /// Australian Bureau of Statistics: the last rows in turn; key folded to a row of the matrix.
    Abs,
}

/// Perturbation of magnitudes by the top contributors (SDC handbook 2nd ed.; R package cellKey).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopContributors {
    /// How many of the largest contributors: 1 or 2.
    pub top: u8,
    /// Scale of the noise for small cells, as a share of the largest contributor.
    pub small: f64,
    /// Scale of the noise for large cells.
    pub large: f64,
    /// Where small ends and large begins, in the measure's own unit.
    pub flex_point: f64,
    /// How fast the scale falls from small to large.
    pub exponent: f64,
}

/// Which conditions count as absent, and the noise of those that are left.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowEffects {
    /// A condition that brings in or leaves out fewer persons than about this counts as absent. 0 turns it off.
    pub persons: u64,
    /// Standard deviation of the noise on that number.
    pub sd: f64,
    /// Standard deviation of the noise that each condition which is left adds to a count. 0 adds none.
    pub condition_sd: f64,
}

/// How the largest contributors to a sum are brought down, so that neither a sum nor its noise tells of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flattening {
    /// So many of the largest contributors count like the mean of the next ones; 0 (off) to 3. With 2 or 3 it is drawn for each
    /// set of people and measure how many do, from 1 to this number.
    pub outliers: u8,
    /// How many next ones: 1 or 2.
    pub top: u8,
}

/// What happens when released numbers have said so much of one person: the share of the variance of one yes-or-no
/// answer that they explain, if everything else is known. 0 turns a step off.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// Auditors and officers are told.
    pub warn: f64,
    /// Answers wait until two people have released them.
    pub review: f64,
    /// Nothing more is answered.
    pub lock: f64,
}

impl Noise {
    /// Whether values carry none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None {})
    }
}

impl Rounding {
    /// The distance between two numbers that can be shown.
    #[must_use]
    pub const fn step(&self) -> u128 {
        match self.method {
            RoundingMethod::None => 1,
            RoundingMethod::Nearest
            | RoundingMethod::Midpoint
            | RoundingMethod::RandomFixed
            | RoundingMethod::Ceil
            | RoundingMethod::Bands => self.base as u128,
        }
    }
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
    /// The value is withheld until somebody has looked at it (ACRO).
    Review,
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
    /// Persons needed on each side; at least `min_count_measure`.
    pub min_n: u64,
    /// The lowest and the highest percentile.
    pub range: [f64; 2],
}

/// One percent in millionths.
pub const PERCENT: u32 = 10_000;

impl Quantile {
    /// Whether a share (in millionths) may be asked for.
    #[must_use]
    pub fn allows(self, share: u32) -> bool {
        let [low, high] = self.range.map(millionths);
        low.is_some_and(|low| low <= share) && high.is_some_and(|high| share <= high)
    }

    /// The whole percentiles that may be asked for, in millionths.
    pub fn percentiles(self) -> impl Iterator<Item = u32> {
        (0..=100).map(|percent| percent * PERCENT).filter(move |share| self.allows(*share))
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
