//! Dominance: a magnitude that one or two persons make up is withheld.
//!
//! Whoever knows a total can bound its largest contributor; the second largest, who knows an own
//! value, even better. Both rules of the SDC handbook (2nd ed.) are here, on person totals x1, x2,
//! ... from large to small, that add up to X:
//! - (n,k): unsafe when the n largest hold more than (or at least) k % of X;
//! - p%: unsafe when X - x1 - x2 is less than p % of x1. Always strict.
//!
//! An exact p tells whoever pads a person with people of known totals, time and again, how much that person has. So where a
//! profile draws its minimum for each set of people and measure, p is drawn for them too, from that of the profile upwards.
//!
//! Edge cases, decided: a single contributor is unsafe under every rule; two contributors leave no
//! remainder and are unsafe under p%; totals that are all zero have no largest contributor and are
//! safe, although 0 is "at least" k % of 0 (ACRO gets 0/0 there and does not flag it either). Ties
//! need no rule. Comparisons are exact: percentages become whole thousandths and products are
//! compared in 256 bits.

#[cfg(test)]
mod tests;

use rand_distr::{Distribution, StandardNormal};

use crate::contribution::Contribution;
use crate::noise::{NoiseSecret, generator_for};
use crate::profile::{Compare, Dominance, Profile};

/// A drawn p lies so much of itself further up for each standard deviation: twice p on average, never less than p.
const SPREAD: f64 = 0.5;

/// The rules that hold for one set of people and one measure.
#[must_use]
pub fn of_set(
    profile: &Profile,
    secret: &NoiseSecret,
    measure: &str,
    c: &Contribution,
) -> Dominance {
    let rules = profile.dominance.clone();
    if profile.min_count_sd == 0.0 || rules.p == 0.0 {
        return rules;
    }
    let p = match generator_for(secret, "dominance", measure, &c.only_persons()) {
        Some(mut generator) => {
            let standard: f64 = StandardNormal.sample(&mut generator);
            let drawn = rules.p * SPREAD.mul_add((2.0 + standard).max(0.0), 1.0);
            // As many decimals as the rule compares.
            ((drawn * 1000.0).round() / 1000.0).min(100.0)
        }
        None => 100.0, // FAIL-CLOSED
    };
    Dominance { p, ..rules }
}

/// Whether any rule finds the magnitude unsafe. Shares are of absolute person totals.
#[must_use]
pub fn is_dominated(rules: &Dominance, c: &Contribution) -> bool {
    if rules.is_off() || c.absolute == 0 {
        return false;
    }
    let concentrated = |&(n, k): &(u8, f64)| exceeds_nk(n, k, rules.compare, c);
    rules.nk.iter().any(concentrated) || exceeds_p(rules.p, c)
}

/// The (n,k) rule alone. An n or k that is not allowed counts as unsafe (FAIL-CLOSED).
#[must_use]
pub fn exceeds_nk(n: u8, k_percent: f64, compare: Compare, c: &Contribution) -> bool {
    let Some(k) = thousandths(k_percent) else { return true };
    let top = match n {
        1 => c.largest(),
        2 => c.largest().saturating_add(c.second()),
        _ => return true,
    };
    let (share, limit) = (product(top, WHOLE), product(c.absolute, k));
    match compare {
        Compare::MoreThan => share > limit,
        Compare::AtLeast => share >= limit,
    }
}

/// The p% rule alone; 0 is never exceeded. A p that is not allowed counts as unsafe (FAIL-CLOSED).
#[must_use]
pub fn exceeds_p(p_percent: f64, c: &Contribution) -> bool {
    let Some(p) = thousandths(p_percent) else { return true };
    let remainder = c.absolute.saturating_sub(c.largest()).saturating_sub(c.second());
    product(remainder, WHOLE) < product(c.largest(), p)
}

/// How far above the truth every bound on an unsafe magnitude must stay (SDC handbook 2nd ed., upper protection
/// level): p/100 x1 - (X - x1 - x2) under p%, 100/k (x1 + .. + xn) - X under (n,k); the largest of all rules, rounded
/// up; 0 where no rule finds it unsafe.
#[must_use]
pub fn protection(rules: &Dominance, c: &Contribution) -> u128 {
    let of_nk = |&(n, k): &(u8, f64)| {
        let top = if n == 1 { c.largest() } else { c.largest().saturating_add(c.second()) };
        match thousandths(k) {
            Some(k) if k > 0 => top.saturating_mul(WHOLE).div_ceil(k).saturating_sub(c.absolute),
            _ => top,
        }
    };
    let remainder = c.absolute.saturating_sub(c.largest()).saturating_sub(c.second());
    let of_p = thousandths(rules.p).map_or(c.largest(), |p| {
        c.largest().saturating_mul(p).div_ceil(WHOLE).saturating_sub(remainder)
    });
    rules.nk.iter().map(of_nk).chain([of_p]).max().unwrap_or(0)
}

/// A percentage as whole thousandths of a percent; `None` outside 0 to 100 or with more than three
/// decimals.
#[must_use]
pub fn thousandths(percent: f64) -> Option<u128> {
    let scaled = percent * 1000.0;
    let whole = scaled.round();
    let allowed = (0.0..=100.0).contains(&percent) && (scaled - whole).abs() < 1e-6;
    allowed.then_some(whole as u128)
}

/// 100 % in thousandths of a percent.
const WHOLE: u128 = 100_000;

/// The product as (high, low) halves, which compare like one number of 256 bits.
fn product(a: u128, b: u128) -> (u128, u128) {
    let (low, high) = a.carrying_mul(b, 0);
    (high, low)
}
