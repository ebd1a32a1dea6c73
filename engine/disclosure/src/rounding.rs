//! Rounding: to the nearest multiple of a step, and the methods by which profiles round counts.
//!
//! Comes after suppression and noise. "Up" is towards larger numbers on both sides of zero, so that
//! two neighbouring multiples always meet half way.

mod counts;
#[cfg(test)]
mod tests;

pub use counts::{Rounded, count, reach};

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

/// As [`nearest`], but what is half way goes to the even multiple.
#[must_use]
pub fn nearest_even(value: i128, step: u128) -> i128 {
    let up = nearest(value, step);
    let signed = i128::try_from(step).unwrap_or(i128::MAX);
    let half_way = step > 1 && step.is_multiple_of(2) && up.abs_diff(value) == step / 2;
    let odd = half_way && up.div_euclid(signed).rem_euclid(2) == 1;
    if odd { up.saturating_sub(signed) } else { up }
}

/// The furthest [`nearest`] can move a whole number.
#[must_use]
pub const fn furthest(step: u128) -> u128 {
    step / 2
}
