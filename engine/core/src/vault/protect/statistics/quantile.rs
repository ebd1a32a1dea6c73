//! A quantile of a cell, beside those that were answered before.
//!
//! All shares that may be asked for are answered at once and remembered together. Otherwise a share a little beside one that was
//! answered would be a new number, drawn from other people's noise where one person lies between the two cells.

use datafusion::common::{Result, internal_err};
use tresor_disclosure::profile::millionths;
use tresor_disclosure::{Estimate, Place, Protected};

use super::{Cell, Fixed, Number, affine, exactly, told};
use crate::guard::release::{Argument, Quantile};
use crate::vault::cells::Measured;
use crate::vault::past::Answer;

impl Cell<'_> {
    pub(super) fn quantile(&self, quantile: &Quantile) -> Result<Number> {
        let Quantile { argument, share, scale, offset, extreme: _ } = quantile;
        let Some(Argument::Positions { name, decimals, bins }) =
            self.release.arguments.get(*argument)
        else {
            return internal_err!("a position of something that has none");
        };
        let measured = self.measured(Some(*argument))?;
        let Measured { contribution, distribution: Some(spread), .. } = measured else {
            return internal_err!("positions that were not measured");
        };
        let plan = told::plan(self.release, measured, &measured.asked, *decimals);
        let (profile, secret) = (self.rules.profile, self.rules.secret);
        let measure = format!("quantile of {name} to {decimals} places in {bins:?}");
        let at = |share| {
            let one_row = self.release.one_row;
            let place = Place { share, measure: &measure, one_row, plan };
            tresor_disclosure::quantile_in(profile, secret, contribution, spread, *bins, place)
                .map_or_else(Protected::Withheld, in_halves)
        };
        let own = Answer { protected: at(*share), step: 0 };
        let Answer { protected, .. } = match self.rules.beside {
            Some(beside) => {
                let extremes = profile.min_max.percentiles.into_iter().filter_map(millionths);
                let shares = || profile.quantile.percentiles().chain(extremes).chain([*share]);
                beside.answer_at(told::of_totals(&measure, measured), own, *share, || {
                    along(shares(), at)
                })
            }
            None => own,
        };
        let halves = Fixed { protected, decimals: *decimals, step: 0 };
        Ok(affine(halves.as_number(), scale / 2.0, *offset, Number::Shown(exactly(1.0))))
    }
}

/// The answers at these shares, each where it differs from that before.
fn along(
    shares: impl Iterator<Item = u32>,
    at: impl Fn(u32) -> Protected,
) -> Vec<(u32, Protected)> {
    let mut shares: Vec<u32> = shares.collect();
    shares.sort_unstable();
    let mut found: Vec<(u32, Protected)> = vec![];
    for share in shares {
        let answer = at(share);
        if found.last().is_none_or(|(_, before)| *before != answer) {
            found.push((share, answer));
        }
    }
    found
}

/// A position in halves of the smallest unit: the middle of two whole numbers is one.
fn in_halves(position: Estimate) -> Protected {
    let Estimate { value, half_width } = position;
    Protected::Shown {
        value: (value * 2.0).round() as i128,
        half_width: (half_width * 2.0).ceil() as u128, // a conversion from f64 stops at the end of the range
    }
}
