//! One row of a perturbation table: what may be added to one number of persons, and how likely each is.

use super::index::CellKey;

/// Chances are kept in so many parts of one: eight digits, as the R package `ptable` rounds them.
pub const WHOLE: u64 = 100_000_000;

/// Part of the draws that an interval may miss.
const OUTSIDE: f64 = 0.05;

/// An entry: from where the one before ends up to `upper`, keys select `noise`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Step {
    noise: i64,
    /// In parts of the row's whole.
    upper: u64,
}

/// Entries in the order of the keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    steps: Vec<Step>,
    whole: u64,
}

impl Row {
    /// A row of entries, each noise with its number of parts. What the parts lack of `whole`, or have too much, the
    /// last entry gets. `None` without entries, or where the last one cannot take that.
    pub(super) fn new(entries: &[(i64, u64)], whole: u64) -> Option<Self> {
        let mut steps = vec![];
        let mut upper = 0_u64;
        for &(noise, parts) in entries {
            upper = upper.checked_add(parts)?;
            steps.push(Step { noise, upper });
        }
        let before_last = steps.iter().rev().nth(1).map_or(0, |step| step.upper);
        steps.last_mut()?.upper = whole;
        (before_last <= whole && whole > 0).then_some(Self { steps, whole })
    }

    /// A row that adds the same to every key.
    pub(super) fn constant(noise: i64) -> Self {
        Self { steps: vec![Step { noise, upper: 1 }], whole: 1 }
    }

    /// The entry with lower end < key <= upper end; 0 where there is none, which is only so for the key 0.
    pub(super) fn noise(&self, key: CellKey) -> i64 {
        let (part, of) = key.place();
        if part == 0 {
            return 0;
        }
        let part = part.saturating_mul(self.whole.into());
        let holds = |step: &&Step| part <= u128::from(step.upper).saturating_mul(of);
        self.steps.iter().find(holds).map_or(0, |step| step.noise)
    }

    /// Every noise with its chance, in order.
    #[must_use]
    pub fn chances(&self) -> Vec<(i64, f64)> {
        let mut lower = 0;
        let chance = |step: &Step| {
            let parts = step.upper.saturating_sub(lower);
            lower = step.upper;
            (step.noise, parts as f64 / self.whole as f64)
        };
        self.steps.iter().map(chance).collect()
    }

    /// Expected noise, in persons.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.chances().iter().map(|&(noise, chance)| noise as f64 * chance).sum()
    }

    /// Variance of the noise, in persons squared.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.chances().iter().map(|&(noise, chance)| (noise as f64 - mean).powi(2) * chance).sum()
    }

    /// The furthest that it moves a number.
    pub(super) fn furthest(&self) -> u64 {
        self.steps.iter().map(|step| step.noise.unsigned_abs()).max().unwrap_or(0)
    }

    /// The smallest w such that at least 95 % of the keys select noise from -w to w.
    pub(super) fn half_width(&self) -> u64 {
        let chances = self.chances();
        let outside = |w: u64| -> f64 {
            let beyond = |&&(noise, _): &&(i64, f64)| noise.unsigned_abs() > w;
            chances.iter().filter(beyond).map(|(_, chance)| chance).sum()
        };
        let mut sizes: Vec<u64> = chances.iter().map(|(noise, _)| noise.unsigned_abs()).collect();
        sizes.sort_unstable();
        sizes.into_iter().find(|&w| outside(w) <= OUTSIDE + 1e-12).unwrap_or(0)
    }

    /// Whether a key selects this noise.
    pub(super) fn can_add(&self, noise: i128) -> bool {
        self.chances().iter().any(|&(known, chance)| i128::from(known) == noise && chance > 0.0)
    }
}
