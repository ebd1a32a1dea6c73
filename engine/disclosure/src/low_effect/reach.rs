//! How far a number may be from what was asked, because conditions count as absent and because an earlier answer about
//! nearly the same people is given again. Follows from the profile alone: for intervals.
//!
//! Several conditions may count as absent in one number, but of many tables hardly a number is off by more than one limit:
//! `tests/suite/utility` counts how many intervals hold the truth.

use crate::profile::LowEffects;

/// One limit in forty lies further above its mean, in standard deviations.
const HARDLY_EVER: f64 = 2.0;

impl LowEffects {
    /// By how many persons a number may be off: what a limit hardly ever lies above.
    #[must_use]
    pub fn reach(&self) -> u64 {
        HARDLY_EVER.mul_add(self.sd, self.persons as f64).ceil() as u64 // a conversion from f64 stops at the end of the range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reach_is_a_limit_that_is_hardly_ever_drawn() {
        let rule = |persons, sd| LowEffects { persons, sd, condition_sd: 0.0 };
        assert_eq!(rule(10, 2.0).reach(), 14);
        assert_eq!(rule(20, 0.0).reach(), 20);
        assert_eq!(rule(0, 0.0).reach(), 0);
    }
}
