//! A mean: the ratio of a protected sum and a protected number of rows.
//!
//! Never from true parts: a true mean beside a perturbed count gives the count away, because few
//! counts fit it (SDC handbook: three perturbed counts with true means leave a single solution).

use crate::grid;
use crate::outcome::{Protected, Reason};
use crate::rounding;

/// Divides a protected sum by a protected number of rows.
///
/// The result is in units of the sum divided by ten to the power of `decimals`. It is withheld for
/// the reason of the sum, else of the rows; and when the interval of the rows reaches 0, as it does
/// when there are none. The half width covers every ratio of the two intervals, so it holds
/// whenever both do: in at least 90 % of releases. The mean is rounded to a 1-2-5 step of at most a
/// quarter of it.
#[must_use]
pub fn mean(sum: Protected, rows: Protected, decimals: u32) -> Protected {
    match (sum, rows) {
        (Protected::Withheld(reason), _) | (_, Protected::Withheld(reason)) => {
            Protected::Withheld(reason)
        }
        (
            Protected::Shown { value: sum, half_width: sum_width },
            Protected::Shown { value: rows, half_width: rows_width },
        ) => ratio(sum, sum_width, rows, rows_width, decimals),
    }
}

fn ratio(sum: i128, sum_width: u128, rows: i128, rows_width: u128, decimals: u32) -> Protected {
    let (Some(sum), Some(rows)) = (Interval::new(sum, sum_width), Interval::new(rows, rows_width))
    else {
        return Protected::Withheld(Reason::Unprotectable);
    };
    if rows.low <= 0 {
        return Protected::Withheld(Reason::TooUncertain);
    }
    divide(&sum, &rows, decimals).unwrap_or(Protected::Withheld(Reason::Unprotectable))
}

struct Interval {
    low: i128,
    middle: i128,
    high: i128,
}

impl Interval {
    /// `None` where an end leaves `i128`.
    fn new(middle: i128, half_width: u128) -> Option<Self> {
        let low = middle.checked_sub_unsigned(half_width)?;
        Some(Self { low, middle, high: middle.checked_add_unsigned(half_width)? })
    }
}

/// `None` when the scaled sum leaves `i128`. The divisor must be above zero throughout.
fn divide(sum: &Interval, rows: &Interval, decimals: u32) -> Option<Protected> {
    let scale = 10_i128.checked_pow(decimals)?;
    let low = sum.low.checked_mul(scale)?;
    let middle = sum.middle.checked_mul(scale)?;
    let high = sum.high.checked_mul(scale)?;
    // Dividing by fewer rows moves away from zero, so each end takes the number of rows that moves
    // it outwards.
    let lowest = low.div_euclid(if low < 0 { rows.low } else { rows.high });
    let highest = ceiling(high, if high < 0 { rows.high } else { rows.low })?;
    let value = rounding::nearest(middle, rows.middle.unsigned_abs()).div_euclid(rows.middle);
    let spread = value.abs_diff(lowest).max(value.abs_diff(highest));
    let step = grid::down(spread / 4);
    let half_width = spread.checked_add(rounding::furthest(step))?;
    Some(Protected::Shown { value: rounding::nearest(value, step), half_width })
}

fn ceiling(dividend: i128, divisor: i128) -> Option<i128> {
    let floor = dividend.div_euclid(divisor);
    if dividend.rem_euclid(divisor) == 0 { Some(floor) } else { floor.checked_add(1) }
}
