//! When a number is an alert.
//!
//! Chosen so that the attacks of `docs/ATTACKS.md` are seen within ten pairs of questions, and that a thousand ordinary
//! questions raise one alert at most; the tests hold both.

/// A number of signs within some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    /// So many signs are an alert.
    pub(super) at_least: usize,
    /// Within so many days.
    pub(super) days: u32,
}

impl Bound {
    const fn new(at_least: usize, days: u32) -> Self {
        Self { at_least, days }
    }

    /// Its days in microseconds.
    pub(super) const fn micros(self) -> i64 {
        (self.days as i64).saturating_mul(86_400_000_000)
    }
}

/// The bound of each indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Pairs of questions that differ in a condition on very few people. An ordinary pair differs in a condition that
    /// means something: three that pick out one combination of values are no accident.
    pub(super) near_duplicates: Bound,
    /// Conditions on at most [`Self::few`] people each.
    pub(super) isolations: Bound,
    /// So many people are very few.
    pub(super) few: u64,
    /// Conditions that counted as absent, because too few people told them from the rest.
    pub(super) removals: Bound,
    /// And so many of them in a hundred questions: who asks much may meet some.
    pub(super) removals_per_hundred: usize,
    /// Questions that got the answer of an earlier, different one.
    pub(super) earlier_answers: Bound,
    /// Ways to choose one and the same group of people. Ordinary work has one; five are an attempt at other noise.
    pub(super) one_cohort: Bound,
    /// Wordings of one question, seen without its meaning. Whoever looks for the right question may write several.
    pub(super) rewrites: Bound,
    /// Overlapping groups by one template, constants known.
    pub(super) sweep: Bound,
    /// Questions of one template that can overlap, constants sealed: more of them, since repeats look like attempts.
    pub(super) sweep_closed: Bound,
    /// Conditions that change nobody. One or two are habits.
    pub(super) chaff: Bound,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            near_duplicates: Bound::new(3, 7),
            isolations: Bound::new(5, 7),
            few: 3,
            removals: Bound::new(5, 7),
            removals_per_hundred: 10,
            earlier_answers: Bound::new(10, 7),
            one_cohort: Bound::new(5, 7),
            rewrites: Bound::new(12, 1),
            sweep: Bound::new(12, 7),
            sweep_closed: Bound::new(20, 1),
            chaff: Bound::new(10, 7),
        }
    }
}
