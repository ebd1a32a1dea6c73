//! How far a number may be from what was asked, because conditions count as absent and because an earlier answer about
//! nearly the same people is given again. Follows from the profile, the query and the shown number: for intervals.

#[cfg(test)]
mod tests;

use super::rule::{SHARE, TOGETHER};
use crate::profile::LowEffects;

/// One limit in forty lies further above its mean, in standard deviations.
const HARDLY_EVER: f64 = 2.0;

impl LowEffects {
    /// By how many persons a count may be off that is shown as `shown` and has so many conditions.
    #[must_use]
    pub fn reach(&self, shown: u128, conditions: usize) -> u128 {
        if self.persons == 0 {
            return 0;
        }
        let limit = u128::from(self.usually());
        let removed = match u128::from(TOGETHER).min(conditions as u128) {
            0 => 0,
            together => (limit * together).max(shown.saturating_mul(SHARE).div_ceil(100)),
        };
        removed.saturating_add(limit)
    }

    /// What a limit hardly ever lies above, in persons.
    fn usually(&self) -> u64 {
        HARDLY_EVER.mul_add(self.sd, self.persons as f64).ceil() as u64 // a conversion from f64 stops at the end of the range
    }
}
