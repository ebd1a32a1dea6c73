//! How a profile rounds counts.
//!
//! Every method says how far from a shown number the rounded one may have been, because the interval must hold that
//! too. Sources: nearest and midpoint of OpenSAFELY, random rounding to base 3 of Stats NZ, bands of Eurostat. A base
//! that cannot be (0) rounds to nothing at all and the value is withheld (FAIL-CLOSED).

use super::{furthest, nearest, nearest_even};
use crate::profile::{Half, Rounding, RoundingMethod};

/// A rounded count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounded {
    /// What is shown.
    pub value: i128,
    /// No number that is shown as this one lies further from it.
    pub reach: u128,
}

/// Rounds a count that is not below zero. `coin` gives 64 random bits that belong to the cell (SAME-CELL-SAME-ANSWER);
/// it is asked only by [`RoundingMethod::RandomFixed`]. `None` where the base is 0 or there is no coin.
#[must_use]
pub fn count(
    rounding: &Rounding,
    value: i128,
    coin: impl FnOnce() -> Option<u64>,
) -> Option<Rounded> {
    let base = u128::from(rounding.base);
    if base == 0 && rounding.method != RoundingMethod::None {
        return None;
    }
    let within = |value| Rounded { value, reach: reach(rounding) };
    Some(match rounding.method {
        RoundingMethod::None => within(value),
        RoundingMethod::Nearest => within(to_nearest(value, base, rounding.half)),
        RoundingMethod::Midpoint => midpoint(value, base),
        RoundingMethod::RandomFixed => within(by_chance(value, rounding.base, coin()?)),
        RoundingMethod::Ceil => within(up(value, base)),
        RoundingMethod::Bands => band(value, &rounding.bands).unwrap_or_else(|| Rounded {
            value: to_nearest(value, base, rounding.half),
            reach: furthest(base),
        }),
    })
}

/// The furthest that a method can move a count.
#[must_use]
pub fn reach(rounding: &Rounding) -> u128 {
    let base = u128::from(rounding.base);
    match rounding.method {
        RoundingMethod::None => 0,
        RoundingMethod::Nearest | RoundingMethod::Midpoint => furthest(base),
        RoundingMethod::RandomFixed | RoundingMethod::Ceil => base.saturating_sub(1),
        RoundingMethod::Bands => {
            let widest =
                rounding.bands.iter().map(|&[from, to, shown]| furthest_in(from, to, shown));
            widest.fold(furthest(base), u128::max)
        }
    }
}

fn to_nearest(value: i128, base: u128, half: Half) -> i128 {
    match half {
        Half::Up => nearest(value, base),
        Half::Even => nearest_even(value, base),
    }
}

/// Zero stays: it is the only number that is shown as zero. With base 6 a shown 3 means 1 to 6.
fn midpoint(value: i128, base: u128) -> Rounded {
    if value == 0 {
        return Rounded { value, reach: 0 };
    }
    let half = i128::try_from(furthest(base)).unwrap_or(i128::MAX);
    Rounded { value: up(value, base).saturating_sub(half), reach: furthest(base) }
}

/// A remainder of r goes up with chance r / base, so that the expected value is the value itself; a multiple stays.
/// Written out, because another version of a library might turn the same bits into another number.
fn by_chance(value: i128, base: u64, coin: u64) -> i128 {
    let signed = i128::from(base);
    let above = value.rem_euclid(signed);
    let below = value.saturating_sub(above);
    let drawn = (u128::from(coin) * u128::from(base)) >> u64::BITS; // evenly 0 .. base
    if drawn < above.unsigned_abs() { below.saturating_add(signed) } else { below }
}

fn up(value: i128, base: u128) -> i128 {
    let base = i128::try_from(base).unwrap_or(i128::MAX);
    match value.rem_euclid(base) {
        0 => value,
        above => value.saturating_sub(above).saturating_add(base),
    }
}

/// `None` outside all bands.
fn band(value: i128, bands: &[[u64; 3]]) -> Option<Rounded> {
    let holds = |&&[from, to, _]: &&[u64; 3]| (i128::from(from)..=i128::from(to)).contains(&value);
    let &[from, to, shown] = bands.iter().find(holds)?;
    Some(Rounded { value: shown.into(), reach: furthest_in(from, to, shown) })
}

fn furthest_in(from: u64, to: u64, shown: u64) -> u128 {
    u128::from(shown.abs_diff(from).max(shown.abs_diff(to)))
}
