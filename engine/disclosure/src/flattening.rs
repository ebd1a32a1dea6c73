//! Flattening: the largest contributor to a sum counts like the mean of the next ones.
//!
//! Noise follows the largest contributor, so its size, which an interval tells, says whether somebody with far more than
//! all others is in the cell; and a person made large on purpose (`case when .. then 1000000 end`) would stand out
//! of any noise that is made for the rest. Flattened, neither the sum nor its noise says more of the largest person
//! than of the next. Whether it may be shown is decided for the flattened sum, too: a refusal says as much as a number.
//!
//! What is flattened is a cell that could be: the second largest becomes its largest, and the noise is made for that.

#[cfg(test)]
mod tests;

use crate::contribution::Contribution;
use crate::profile::{Flattening, Profile};

/// The contributions with the largest one brought down as the profile says. As they are where a person total is below
/// zero: the largest absolute one may then be on either side.
#[must_use]
pub fn flattened(profile: &Profile, c: &Contribution) -> Contribution {
    let Flattening { outliers, top } = profile.flattening;
    if outliers == 0 || c.negative || c.persons < 2 {
        return *c;
    }
    let next = match (top, c.persons) {
        (0 | 1, _) | (_, 2) => c.second,
        // The half goes up. Neither sum nor mean is above twice the largest.
        (2.., _) => c.second.saturating_add(c.third).div_ceil(2),
    };
    let cut = c.largest.saturating_sub(next);
    Contribution {
        total: c.total.saturating_sub_unsigned(cut),
        absolute: c.absolute.saturating_sub(cut),
        largest: c.second,
        second: next,
        ..*c
    }
}
