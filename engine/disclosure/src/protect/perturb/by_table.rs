//! Noise from a perturbation table.
//!
//! Published methods take the sum of the record keys itself as the key. Here 64 bits take its place that are made of
//! it, of the measure and of everything that sets value and scale, under the noise secret, as the seeds of drawn noise
//! are. They are as evenly spread, and equal cells have equal ones. But who learns the key of one cell learns nothing
//! of a cell with one person more; who reads the file of record keys cannot undo noise; and two sums over the same
//! persons, which differ by one row of somebody, do not carry the same noise.

use super::Noisy;
use super::layers::Layers;
use super::scale::mean_part;
use crate::contribution::Contribution;
use crate::grid;
use crate::noise::gaussian::INSIDE;
use crate::noise::table::magnitude::{Contributor, Scaling, stretched};
use crate::noise::table::{CellKey, PerturbationTable, Selector};
use crate::noise::{NoiseSecret, bits};
use crate::profile::{Noise, Profile, TopContributors};
use crate::protect::ByPlan;

/// The profile's table, where it is the one that the profile names and the two fit (FAIL-CLOSED).
fn table(profile: &Profile) -> Option<(&PerturbationTable, Selector)> {
    let Noise::CellKeyTable { ptable, .. } = &profile.noise else { return None };
    let selector = Selector::of(&profile.noise)?;
    let table = profile.table.as_deref().filter(|table| table.id() == ptable)?;
    table.suits(selector).is_ok().then_some((table, selector))
}

/// A number of persons with its entry and the noise of its conditions. The interval is by the number with both: it must
/// not tell them apart.
pub(super) fn persons(
    profile: &Profile,
    secret: &NoiseSecret,
    c: &Contribution,
    layers: &Layers<'_>,
) -> Option<Noisy> {
    let (table, selector) = table(profile)?;
    let key = selector.key(bits(secret, &purpose(table), super::PERSONS, c)?);
    let value = i128::from(c.persons) + i128::from(table.noise(selector, c.persons, key));
    let value = value.saturating_add(layers.noise(secret, super::PERSONS)?);
    let half_width = widened(table.half_width(selector, value), layers);
    Some(Noisy { value, half_width, sd: 0.0 })
}

/// A half width with that of the conditions: the two are independent, so their squares add. The table's own stays as it
/// is where there are none.
fn widened(half_width: u128, layers: &Layers<'_>) -> u128 {
    match INSIDE * layers.with_own(0.0) {
        0.0 => half_width,
        conditions => (half_width as f64).hypot(conditions).ceil() as u128,
    }
}

/// Half of the interval around a number of persons that is shown; `None` without a table.
pub(super) fn half_width(profile: &Profile, shown: i128) -> Option<u128> {
    let (table, selector) = table(profile)?;
    Some(table.half_width(selector, shown))
}

/// A sum or a number of rows with noise in proportion to the largest contributors of `whole`, which is the cell or
/// what the cell is a part of.
///
/// The noise of the largest one is never scaled by less than the mean contribution: a count that is dressed as a sum of
/// ones carries at least the noise of a count. That is more than the published form asks for. `None` where the table
/// adds nothing to large numbers, or by the same rule to everybody: such a table protects no sum.
pub(super) fn magnitude(
    profile: &Profile,
    secret: &NoiseSecret,
    top: &TopContributors,
    measure: &str,
    [c, whole]: [&Contribution; 2],
    plan: ByPlan<'_>,
) -> Option<Noisy> {
    let (table, _) = table(profile)?;
    let table_sd = table.last_variance().filter(|variance| *variance > 0.0)?.sqrt();
    let scaling = Scaling {
        small: top.small,
        large: top.large,
        flex_point: top.flex_point * 10_f64.powi(i32::try_from(plan.decimals).ok()?),
        exponent: top.exponent,
    };
    let contributors = contributors(top.top, whole)?;
    let key = bits(secret, &scaled_purpose(table, &scaling, &contributors), measure, c)?;
    let key = CellKey::first_digits(key);
    let noise = stretched(table, &scaling, None, c.total as f64, &contributors, key);
    // From the contributors alone: what noise did must not be seen in the interval or in the step of rounding.
    let scales = || contributors.iter().map(|contributor| scaling.of(contributor));
    let (scale, squares): (f64, f64) = (scales().sum(), scales().map(|scale| scale * scale).sum());
    if !noise.is_finite() || !squares.is_finite() {
        return None;
    }
    let band = grid::up(scale.ceil() as u128);
    // By the band, so that cells whose contributors are nearly as large share the noise of their conditions.
    let layers = Layers::new(profile, plan, band as f64);
    let moved = c.total.saturating_add(noise.round() as i128);
    let moved = moved.saturating_add(layers.noise(secret, measure)?);
    // Cut at zero once more, exactly.
    let value = if c.total < 0 { moved.min(0) } else { moved.max(0) };
    let half_width = widened(band.saturating_mul(table.furthest().into()), &layers);
    Some(Noisy { value, half_width, sd: layers.with_own(squares.sqrt() * table_sd) })
}

fn contributors(top: u8, whole: &Contribution) -> Option<Vec<Contributor>> {
    let least = mean_part(whole) as f64;
    let first = Contributor { size: whole.largest() as f64, weight: 1.0, least };
    let second = Contributor { size: whole.second() as f64, weight: 1.0, least: 0.0 };
    match top {
        1 => Some(vec![first]),
        2 => Some(vec![first, second]),
        _ => None, // no more are known
    }
}

/// What the key is for: this table, so that two tables for the same cell are two draws.
fn purpose(table: &PerturbationTable) -> String {
    format!("table {}", table.id())
}

/// The same for a magnitude: with all that scales its noise.
fn scaled_purpose(table: &PerturbationTable, scaling: &Scaling, of: &[Contributor]) -> String {
    let Scaling { small, large, flex_point, exponent } = *scaling;
    let sizes = of.iter().flat_map(|of| [of.size, of.weight, of.least]);
    let numbers = [small, large, flex_point, exponent].into_iter().chain(sizes);
    let exact: Vec<String> = numbers.map(|number| format!("{:x}", number.to_bits())).collect();
    format!("{} by {}", purpose(table), exact.join(" "))
}
