//! Rounding: to the nearest multiple of a step, halves up.
//!
//! Comes after suppression and noise. "Up" is towards larger numbers on both sides of zero, so that
//! two neighbouring multiples always meet half way.

#[cfg(test)]
mod tests;

/// The nearest multiple of `step`; a step of 0 or 1 changes nothing. Stops at the ends of `i128`.
#[must_use]
pub fn nearest(value: i128, step: u128) -> i128 {
    if step < 2 {
        return value;
    }
    let step = i128::try_from(step).unwrap_or(i128::MAX);
    let above = value.rem_euclid(step);
    let below = value.saturating_sub(above);
    if above >= step - above { below.saturating_add(step) } else { below }
}

/// The furthest [`nearest`] can move a whole number.
#[must_use]
pub const fn furthest(step: u128) -> u128 {
    step / 2
}
