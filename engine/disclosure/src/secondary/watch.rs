//! The watch over hidden cells: would publishing this tell any of them?
//!
//! Two things must not happen to the residuals of hidden cells: that nothing is left of one, and that two of
//! different cells get one direction while a person is alone in either. Both are looked for by prints and
//! confirmed on the residuals themselves.

use std::collections::BTreeMap;

use super::cells::Cells;
use super::number::{Number, Overflow, Residue};
use super::print::Print;
use super::residual::{Changes, Residuals};
use super::singles::Singles;
use super::vector::Vector;

/// What the residuals of hidden cells look like.
#[derive(Debug)]
pub(super) struct Watch {
    singles: Singles,
    prints: Vec<Print>,
    /// Hidden cells by the direction of their print; kept where a person is alone in a cell.
    places: BTreeMap<Residue, Vec<usize>>,
}

impl Watch {
    /// Watches `hidden` cells, in the order of their residuals.
    pub(super) fn over<N: Number>(
        cells: &Cells,
        hidden: &[usize],
        residuals: &Residuals<N>,
    ) -> Self {
        let singles = Singles::of(cells, hidden);
        let mut watch = Self { singles, prints: Vec::new(), places: BTreeMap::new() };
        watch.look_again(residuals);
        watch
    }

    /// A hidden cell that is told already.
    pub(super) fn told<N: Number>(
        &self,
        residuals: &Residuals<N>,
    ) -> Result<Option<usize>, Overflow> {
        let all = residuals.all_hidden();
        match all.iter().find(|(_, residual)| residual.is_zero()) {
            Some((at, _)) => Ok(Some(*at)),
            None => self.pair(&all, residuals),
        }
    }

    /// Whether a residual would tell a hidden cell if it were published by `pivot`.
    pub(super) fn would_tell<N: Number>(
        &self,
        residual: &Vector<N>,
        pivot: u32,
        touched: &[usize],
        residuals: &Residuals<N>,
    ) -> Result<bool, Overflow> {
        let Some(lead) = residual.at(pivot) else { return Ok(false) };
        let print = Print::of(residual);
        let mut changed: BTreeMap<Residue, Vec<usize>> = BTreeMap::new();
        for at in touched {
            let (Some(before), Some(hidden)) = (self.prints.get(*at), residuals.hidden(*at)) else {
                continue;
            };
            let Some(mine) = hidden.at(pivot) else { continue };
            let after = before.cross(lead, print, mine);
            if after.is_zero() && hidden.is_parallel(residual) {
                return Ok(true);
            }
            if self.singles.is_idle() {
                continue;
            }
            let direction = after.direction();
            let next = || residuals.forecast(*at, residual, pivot);
            let unchanged = self.places.get(&direction).into_iter().flatten();
            let unchanged = unchanged.filter(|other| touched.binary_search(other).is_err());
            let mates = changed.entry(direction).or_default();
            for other in unchanged.chain(mates.iter()) {
                if self.singles.is_pair(*at, *other)
                    && let (Some(one), Some(two)) =
                        (next()?, residuals.forecast(*other, residual, pivot)?)
                    && one.is_parallel(&two)
                {
                    return Ok(true);
                }
            }
            mates.push(*at);
        }
        Ok(false)
    }

    /// Whether hidden residuals would be told if they became these.
    pub(super) fn would_tell_after<N: Number>(
        &self,
        changes: &Changes<N>,
        residuals: &Residuals<N>,
    ) -> Result<bool, Overflow> {
        let told = changes.values().any(Vector::is_zero);
        Ok(told || self.pair(changes, residuals)?.is_some())
    }

    /// Notes that these residuals have changed.
    pub(super) fn look_at<N: Number>(&mut self, touched: &[usize], residuals: &Residuals<N>) {
        for at in touched {
            let (Some(slot), Some(residual)) = (self.prints.get_mut(*at), residuals.hidden(*at))
            else {
                continue;
            };
            let (before, after) = (*slot, Print::of(residual));
            *slot = after;
            if !self.singles.is_idle() {
                if let Some(places) = self.places.get_mut(&before.direction()) {
                    places.retain(|other| other != at);
                }
                self.places.entry(after.direction()).or_default().push(*at);
            }
        }
    }

    /// Notes that all residuals may have changed.
    pub(super) fn look_again<N: Number>(&mut self, residuals: &Residuals<N>) {
        self.prints = residuals.all_hidden().values().map(Print::of).collect();
        self.places.clear();
        for (at, print) in self.prints.iter().enumerate().filter(|_| !self.singles.is_idle()) {
            self.places.entry(print.direction()).or_default().push(at);
        }
    }

    /// A cell that would make a pair with another one after `changes`.
    fn pair<N: Number>(
        &self,
        changes: &Changes<N>,
        residuals: &Residuals<N>,
    ) -> Result<Option<usize>, Overflow> {
        let mut changed: BTreeMap<Residue, Vec<(usize, &Vector<N>)>> = BTreeMap::new();
        for (at, residual) in changes.iter().filter(|_| !self.singles.is_idle()) {
            let direction = Print::of(residual).direction();
            let unchanged = self.places.get(&direction).into_iter().flatten();
            let unchanged = unchanged.filter(|other| !changes.contains_key(other));
            let unchanged = unchanged.filter_map(|other| Some((*other, residuals.hidden(*other)?)));
            let mates = changed.entry(direction).or_default();
            if mates
                .iter()
                .copied()
                .chain(unchanged)
                .any(|(other, mate)| self.singles.is_pair(*at, other) && residual.is_parallel(mate))
            {
                return Ok(Some(*at));
            }
            mates.push((*at, residual));
        }
        Ok(None)
    }
}
