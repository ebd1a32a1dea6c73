//! The 1-2-5 grid: 1, 2, 5, 10, 20, 50, ...
//!
//! Where a number has to be told roughly, it is told on this grid: the largest contributor (rounded
//! up, so that the width of an interval gives away only a band) and the step that sums are rounded
//! to (rounded down, so that rounding adds little to the noise). Powers of ten map the grid onto
//! itself, so fixed-point decimals need no conversion.

#[cfg(test)]
mod tests;

/// The smallest number of the grid that is not below `value`; `u128::MAX` where the grid leaves the
/// range.
#[must_use]
pub fn up(value: u128) -> u128 {
    let (decade, _) = decade(value);
    [1, 2, 5, 10]
        .into_iter()
        .map(|digit| decade.saturating_mul(digit))
        .find(|&point| point >= value)
        .unwrap_or(u128::MAX)
}

/// The largest number of the grid that is not above `value`; 1 for 0.
#[must_use]
pub fn down(value: u128) -> u128 {
    let (decade, first) = decade(value);
    match first {
        0 | 1 => decade,
        2..=4 => decade.saturating_mul(2),
        _ => decade.saturating_mul(5),
    }
}

/// The largest power of ten that is not above `value`, and the first digit. (1, 0) for 0.
fn decade(value: u128) -> (u128, u128) {
    let power = value.checked_ilog10().map_or(1, |exponent| 10_u128.saturating_pow(exponent));
    (power, value / power)
}
