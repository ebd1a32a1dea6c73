//! Intervals: no hidden cell can be bounded more narrowly than it needs.
//!
//! Elimination keeps exact values from being worked out. But nothing is below zero, so sums bound their parts, and
//! two hidden cells that sum to 2 are both 1. For every hidden cell with needs there must be a table in whole
//! numbers that agrees with all that is shown and in which the cell is larger by that much, and one in which it is
//! smaller: down to the least that it could be if this query showed nothing. Where there is none, the least wanted published cells
//! are withheld, as few as make room.

use microlp::OptimizationDirection::{Maximize, Minimize};

use super::cells::{Cell, Cells};
use super::view::{Sight, View};
use super::witness::{Witness, least, search};

/// Withholds more until every hidden cell has the room it needs; names one for which that is impossible.
pub(super) fn widen(
    cells: &Cells,
    offers: &[usize],
    mut published: Vec<bool>,
) -> Result<Vec<bool>, usize> {
    if cells.cells.iter().all(|cell| Goal::of(cells, cell).is_none()) {
        return Ok(published);
    }
    let mut room = Room::of(cells, &published);
    let mut bare = Room::of(cells, &cells.cells.iter().map(|cell| cell.known).collect::<Vec<_>>());
    let mut probes = 0_usize;
    for (at, cell) in cells.cells.iter().enumerate() {
        let Some(mut goal) = Goal::of(cells, cell) else { continue };
        if room.is_enough(cell, goal) {
            continue;
        }
        goal.low = bare.lowest(cell, goal.low);
        if !room.is_enough(cell, goal) {
            let sparing = probes < PROBES;
            let enough = |shown: &[bool]| {
                probes += 1;
                Room::of(cells, shown).is_enough(cell, goal)
            };
            published = withdraw(offers, &published, sparing, enough).ok_or(at)?;
            room = Room::of(cells, &published);
        }
    }
    Ok(published)
}

/// How far the bounds of a cell must lie apart.
#[derive(Debug, Clone, Copy)]
struct Goal {
    high: u128,
    low: u128,
}

impl Goal {
    /// The goal of a hidden cell that needs any room.
    fn of(cells: &Cells, cell: &Cell) -> Option<Self> {
        let needs = cell.secret.map(|secret| secret.needs).filter(|needs| *needs > 0)?;
        let least = u128::from(cells.zeros_shown && cell.size > 0);
        let high = cell.size.saturating_add(needs);
        Some(Self { high, low: cell.size.saturating_sub(needs).max(least) })
    }
}

/// How often it is tried to get by with less. After that, all cells up to the last one needed are withheld.
const PROBES: usize = 150;

/// Withholds the least wanted cells up to the last one needed; sparing, only a set of which none can be left out.
fn withdraw(
    offers: &[usize],
    published: &[bool],
    sparing: bool,
    mut enough: impl FnMut(&[bool]) -> bool,
) -> Option<Vec<bool>> {
    let shown = |at: &usize| published.get(*at).is_some_and(|shown| *shown);
    let least_wanted: Vec<usize> = offers.iter().rev().copied().filter(shown).collect();
    let without = |count: usize, fixed: &[bool]| {
        let mut next = fixed.to_vec();
        for at in least_wanted.iter().take(count) {
            if let Some(slot) = next.get_mut(*at) {
                *slot = false;
            }
        }
        next
    };
    let mut fixed = published.to_vec();
    let mut most = least_wanted.len();
    if !enough(&without(most, &fixed)) {
        return None;
    }
    // The last one that is needed, then, without it, the last one that is still needed, and so on.
    while most > 0 && !enough(&fixed) {
        let (mut too_few, mut plenty) = (0, most);
        while plenty - too_few > 1 {
            let half = too_few.midpoint(plenty);
            if enough(&without(half, &fixed)) {
                plenty = half;
            } else {
                too_few = half;
            }
        }
        if !sparing {
            return Some(without(plenty, &fixed));
        }
        most = plenty.saturating_sub(1);
        if let Some(slot) = least_wanted.get(most).and_then(|at| fixed.get_mut(*at)) {
            *slot = false;
        }
    }
    enough(&fixed).then_some(fixed)
}

/// What readers cannot tell apart, with the tables found so far that show it.
struct Room {
    view: Option<View>,
    witnesses: Vec<Witness>,
}

impl Room {
    fn of(cells: &Cells, published: &[bool]) -> Self {
        Self { view: View::of(cells, published), witnesses: Vec::new() }
    }

    /// Whether a cell can be as large and as small as asked.
    fn is_enough(&mut self, cell: &Cell, goal: Goal) -> bool {
        let Some(sight) = self.view.as_ref().map(|view| view.sight(cell)) else { return false };
        self.reaches_up(&sight, goal.high) && self.reaches_down(&sight, goal.low)
    }

    /// How small a cell can be, down to a goal; the goal itself where nothing else is proven.
    fn lowest(&mut self, cell: &Cell, goal: u128) -> u128 {
        let Some(sight) = self.view.as_ref().map(|view| view.sight(cell)) else { return goal };
        if self.reaches_down(&sight, goal) {
            return goal;
        }
        let least = self.view.as_ref().and_then(|view| least(view, &sight.whole));
        least.map_or(goal, |least| sight.least.saturating_add(least).max(goal))
    }

    fn reaches_up(&mut self, sight: &Sight, goal: u128) -> bool {
        let groups = &sight.touched;
        let Some(view) = &self.view else { return false };
        let good = |witness: &Witness| {
            total(witness, groups).is_some_and(|t| sight.least.saturating_add(t) >= goal)
        };
        sight.least >= goal
            || groups.iter().any(|group| view.is_free(*group))
            || self.witnesses.iter().any(good)
            || find(&mut self.witnesses, search(view, groups, Maximize), good)
    }

    fn reaches_down(&mut self, sight: &Sight, goal: u128) -> bool {
        let groups = &sight.whole;
        let Some(view) = &self.view else { return false };
        let good = |witness: &Witness| {
            total(witness, groups).is_some_and(|t| sight.least.saturating_add(t) <= goal)
        };
        (groups.is_empty() && sight.least <= goal)
            || self.witnesses.iter().any(good)
            || find(&mut self.witnesses, search(view, groups, Minimize), good)
    }
}

/// Whether a table that will do is found; it is kept for other cells.
fn find(
    kept: &mut Vec<Witness>,
    found: impl Iterator<Item = Witness>,
    good: impl Fn(&Witness) -> bool,
) -> bool {
    for witness in found {
        let will_do = good(&witness);
        kept.push(witness);
        if will_do {
            return true;
        }
    }
    false
}

/// What groups hold together in a table that says so.
fn total(witness: &Witness, groups: &[usize]) -> Option<u128> {
    let add = |sum: u128, group: &usize| sum.checked_add(witness.get(*group).copied().flatten()?);
    groups.iter().try_fold(0, add)
}
