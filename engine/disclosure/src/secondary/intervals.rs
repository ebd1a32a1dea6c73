//! Intervals: no hidden cell can be bounded more narrowly than it needs.
//!
//! Elimination keeps exact values from being worked out. But nothing is below zero, so sums bound their parts, and
//! two hidden cells that sum to 2 are both 1. For every hidden cell with needs there must be a table in whole
//! numbers that agrees with all that is shown and in which the cell is larger by that much, and one in which it is
//! smaller: down to the least that it could be if this query showed nothing. Where there is none, the least wanted published cells
//! are withheld, as few as make room.

use std::collections::BTreeMap;

use microlp::OptimizationDirection::{Maximize, Minimize};

use super::cells::{Cell, Cells};
use super::loosen::loosen;
use super::view::{Sight, View, truth};
use super::witness::{Witness, least, search, total};

/// Withholds more until every hidden cell has the room it needs; names one for which that is impossible.
pub(super) fn widen(
    cells: &Cells,
    offers: &[usize],
    published: Vec<bool>,
) -> Result<Vec<bool>, usize> {
    if cells.cells.iter().all(|cell| Goal::of(cells, cell).is_none()) {
        return Ok(published);
    }
    let mut widening = Widening::new(cells, offers, published);
    let small = cells.cells.len() <= SMALL;
    for round in 0..ROUNDS {
        let how = match round {
            0 if small => How::Sparing,
            round if round + 1 < ROUNDS => How::Near,
            _ => How::Surely,
        };
        if widening.pass(how)? {
            break;
        }
    }
    Ok(widening.published)
}

/// Up to how many cells it is tried to get by with as little as possible.
const SMALL: usize = 1_000;

/// How often all hidden cells are gone through, at most. In the last round whatever is needed is withheld.
const ROUNDS: usize = 5;

/// Every so many cells it is looked at what is left to do, at the latest.
const PATIENCE: usize = 16;

/// How more is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// As little as possible, until [`PROBES`] are spent; then as [`How::Near`].
    Sparing,
    /// What is cheapest near the cell.
    Near,
    /// What is wanted least, up to the last cell that is needed.
    Surely,
}

/// Cells, and what is still published.
struct Widening<'a> {
    cells: &'a Cells,
    offers: &'a [usize],
    published: Vec<bool>,
    truth: Vec<Option<u128>>,
    room: Room,
    /// With nothing published that need not be.
    bare: Room,
    /// Hidden cells that have not all the room they need.
    narrow: Vec<usize>,
    probes: usize,
    /// How often more was withheld since `room` was looked at, and how often that may be before it is looked at anew.
    stale: usize,
    patience: usize,
}

impl<'a> Widening<'a> {
    fn new(cells: &'a Cells, offers: &'a [usize], published: Vec<bool>) -> Self {
        let known: Vec<bool> = cells.cells.iter().map(|cell| cell.known).collect();
        Self {
            room: Room::of(cells, &published),
            bare: Room::of(cells, &known),
            truth: truth(cells),
            narrow: (0..cells.cells.len()).collect(),
            probes: 0,
            stale: 0,
            patience: 1,
            cells,
            offers,
            published,
        }
    }

    /// Makes room for every cell that has too little; says whether all are known to have enough.
    fn pass(&mut self, how: How) -> Result<bool, usize> {
        self.look_again();
        for at in std::mem::take(&mut self.narrow) {
            let Some(cell) = self.cells.cells.get(at) else { continue };
            let Some(mut goal) = Goal::of(self.cells, cell) else { continue };
            if self.room.is_enough(cell, goal) {
                continue;
            }
            goal.low = self.bare.lowest(cell, goal.low);
            if self.room.is_enough(cell, goal) {
                continue;
            }
            if self.stale >= self.patience {
                self.look_again();
                self.patience = PATIENCE.min(self.patience * 2);
                if self.room.is_enough(cell, goal) {
                    continue;
                }
            }
            match how {
                How::Sparing if self.probes < PROBES => self.withdraw(at, cell, goal, true)?,
                How::Surely => self.withdraw(at, cell, goal, false)?,
                How::Sparing | How::Near => {
                    self.stale += 1;
                    for lost in loosen(self.cells, &self.truth, &self.published, cell, goal) {
                        if let Some(slot) = self.published.get_mut(lost) {
                            *slot = false;
                        }
                    }
                    self.narrow.push(at);
                }
            }
        }
        Ok(self.narrow.is_empty())
    }

    fn withdraw(&mut self, at: usize, cell: &Cell, goal: Goal, sparing: bool) -> Result<(), usize> {
        let enough = |shown: &[bool]| {
            self.probes += 1;
            Room::of(self.cells, shown).is_enough(cell, goal)
        };
        self.published = withdraw(self.offers, &self.published, sparing, enough).ok_or(at)?;
        self.look_again();
        Ok(())
    }

    fn look_again(&mut self) {
        self.room = Room::of(self.cells, &self.published);
        self.stale = 0;
    }
}

/// How far the bounds of a cell must lie apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    /// As large as this.
    pub(super) high: u128,
    /// And as small as this.
    pub(super) low: u128,
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
    kept: Kept,
}

/// Tables that were found, by the groups that they name.
#[derive(Default)]
struct Kept {
    tables: Vec<Witness>,
    naming: BTreeMap<usize, Vec<usize>>,
}

impl Kept {
    fn add(&mut self, witness: Witness) {
        for group in witness.keys() {
            self.naming.entry(*group).or_default().push(self.tables.len());
        }
        self.tables.push(witness);
    }

    /// Those that name one of these groups; others say nothing new of them.
    fn of(&self, groups: &[usize]) -> impl Iterator<Item = &Witness> {
        let naming = groups.iter().filter_map(|group| self.naming.get(group)).flatten();
        naming.rev().filter_map(|at| self.tables.get(*at))
    }
}

impl Room {
    fn of(cells: &Cells, published: &[bool]) -> Self {
        Self { view: View::of(cells, published), kept: Kept::default() }
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
            total(view, witness, groups).is_some_and(|t| sight.least.saturating_add(t) >= goal)
        };
        sight.least >= goal
            || groups.iter().any(|group| view.is_free(*group))
            || (view.truth.is_some() && good(&Witness::new()))
            || self.kept.of(groups).any(good)
            || find(&mut self.kept, search(view, groups, Maximize), good)
    }

    fn reaches_down(&mut self, sight: &Sight, goal: u128) -> bool {
        let groups = &sight.whole;
        let Some(view) = &self.view else { return false };
        let good = |witness: &Witness| {
            total(view, witness, groups).is_some_and(|t| sight.least.saturating_add(t) <= goal)
        };
        (groups.is_empty() && sight.least <= goal)
            || (view.truth.is_some() && good(&Witness::new()))
            || self.kept.of(groups).any(good)
            || find(&mut self.kept, search(view, groups, Minimize), good)
    }
}

/// Whether a table that will do is found; it is kept for other cells.
fn find(
    kept: &mut Kept,
    found: impl Iterator<Item = Witness>,
    good: impl Fn(&Witness) -> bool,
) -> bool {
    for witness in found {
        let will_do = good(&witness);
        kept.add(witness);
        if will_do {
            return true;
        }
    }
    false
}
