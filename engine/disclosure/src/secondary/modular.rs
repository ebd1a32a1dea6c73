//! Elimination modulo a prime, in rows of full length: the same decisions as `gauss.rs`, for large tables.
//!
//! Modulo a prime no number grows, and rows of full length need no merging. What follows from what is shown is
//! kept as one expression per published sum: a *pivot* atom as a combination of *open* atoms. So whoever assigns
//! numbers to the open atoms has a table in which all that is shown is zero, and a hidden cell is safe while some
//! such table is not zero in it. A dependence among integers is one modulo the prime, unless the prime divides its
//! denominator; that none was missed is confirmed afterwards (`certificate.rs`).

use std::collections::BTreeMap;

use super::cells::{Cell, Cells};
use super::gauss::{Decided, ranks};
use super::number::Residue;
use super::print::Print;
use super::singles::Singles;

/// Decides on every cell; what is left to a reader is handed over for confirmation.
pub(super) fn decide<const P: u64>(cells: &Cells, offers: &[usize]) -> (Decided, Modular<P>) {
    let mut state = Modular::new(cells, offers);
    if let Some(told) = state.publish_all(cells, |_, cell| cell.known) {
        return (Err(told), state);
    }
    let mut published: Vec<bool> = cells.cells.iter().map(|cell| cell.known).collect();
    for at in offers {
        let Some(cell) = cells.cells.get(*at) else { continue };
        if state.offer(cell)
            && let Some(slot) = published.get_mut(*at)
        {
            *slot = true;
        }
    }
    (Ok(published), state)
}

/// Whether nothing hidden is told by what is published.
pub(super) fn holds<const P: u64>(cells: &Cells, published: &[bool]) -> bool {
    let mut state = Modular::<P>::new(cells, &[]);
    state.publish_all(cells, |at, _| published.get(at).is_some_and(|shown| *shown)).is_none()
}

/// What an atom is, modulo all that is published.
#[derive(Debug, Clone, Copy)]
enum Owner {
    /// It can be anything.
    Open,
    /// What the row with this number says.
    Row(usize),
    /// Nothing.
    Known,
}

/// One pivot as a combination of open atoms.
#[derive(Debug)]
struct Row<const P: u64> {
    pivot: usize,
    of: Vec<Residue<P>>,
}

/// A hidden cell.
#[derive(Debug)]
struct Hidden<const P: u64> {
    /// Its place among all cells.
    cell: usize,
    print: Print<P>,
    direction: Residue<P>,
}

/// All atoms and all hidden cells modulo what is published.
#[derive(Debug)]
pub(super) struct Modular<const P: u64> {
    rows: Vec<Row<P>>,
    owners: Vec<Owner>,
    /// By atom: the print of what it is.
    prints: Vec<Print<P>>,
    /// By atom: how many rows hold it.
    counts: Vec<usize>,
    /// By atom: how late it is wanted as a pivot; the latest is taken.
    ranks: Vec<usize>,
    hidden: Vec<Hidden<P>>,
    /// By atom: the hidden cells that hold it, by their number.
    holders: Vec<Vec<usize>>,
    singles: Singles,
    /// Hidden cells by the direction of their print; kept where a person is alone in a cell.
    places: BTreeMap<Residue<P>, Vec<usize>>,
}

/// A sum that could be published: what it is, and the hidden cells in which its pivot is left, with how much of it.
struct Step<const P: u64> {
    pivot: usize,
    /// What the pivot would be.
    of: Vec<Residue<P>>,
    print: Print<P>,
    touched: Vec<(usize, Residue<P>)>,
}

impl<const P: u64> Modular<P> {
    fn new(cells: &Cells, offers: &[usize]) -> Self {
        let secret = |(at, cell): (usize, &Cell)| cell.secret.map(|_| at);
        let hidden: Vec<usize> = cells.cells.iter().enumerate().filter_map(secret).collect();
        let mut holders = vec![Vec::new(); cells.atoms];
        for (number, at) in hidden.iter().enumerate() {
            for atom in cells.cells.get(*at).into_iter().flat_map(|cell| &cell.atoms) {
                if let Some(slot) = holders.get_mut(*atom as usize) {
                    slot.push(number);
                }
            }
        }
        let singles = Singles::of(cells, &hidden);
        let mut state = Self {
            rows: Vec::new(),
            owners: vec![Owner::Open; cells.atoms],
            prints: (0_u32..).take(cells.atoms).map(Print::of_atom).collect(),
            counts: vec![0; cells.atoms],
            ranks: ranks(cells, offers),
            hidden: Vec::new(),
            holders,
            singles,
            places: BTreeMap::new(),
        };
        for at in hidden {
            let print = state.print_of(cells, at, &state.prints);
            state.hidden.push(Hidden { cell: at, print, direction: Residue(0) });
        }
        state.look_again();
        state
    }

    /// Publishes cells whatever they tell; names one that is told then.
    fn publish_all(
        &mut self,
        cells: &Cells,
        which: impl Fn(usize, &Cell) -> bool,
    ) -> Option<usize> {
        let mut shown: Vec<&Cell> = cells
            .cells
            .iter()
            .enumerate()
            .filter(|(at, cell)| which(*at, cell))
            .map(|(_, cell)| cell)
            .collect();
        shown.sort_by_key(|cell| (cell.size > 0, cell.atoms.len())); // short ones keep the others short
        for cell in shown {
            for atoms in parts(cell) {
                if let Some(step) = self.step(atoms) {
                    self.publish(step);
                }
            }
        }
        self.look_again();
        let told = |hidden: &&Hidden<P>| hidden.print.is_zero();
        let told = self.hidden.iter().find(told).map(|hidden| hidden.cell);
        told.or_else(|| {
            let places = self.places.values();
            let pair = |of: &&Vec<usize>| self.singles.has_pair(of.iter().copied());
            let first = places.filter(pair).find_map(|of| of.first());
            first.and_then(|at| self.hidden.get(*at)).map(|hidden| hidden.cell)
        })
    }

    /// Publishes a cell unless that would tell a hidden one; says whether it did. An empty cell says of each of its
    /// atoms that it is empty. Where one of them must not be told, the others count as told: their own cells say it.
    fn offer(&mut self, cell: &Cell) -> bool {
        let mut all = true;
        for atoms in parts(cell) {
            let Some(step) = self.step(atoms) else { continue };
            if self.would_tell(&step) {
                all = false;
            } else {
                self.publish(step);
            }
        }
        all
    }

    /// What publishing a sum would mean; nothing if it follows already.
    fn step(&self, atoms: &[u32]) -> Option<Step<P>> {
        let mut of = self.residual(atoms);
        let pivot = self.pivot(&of)?;
        let lead = std::mem::replace(of.get_mut(pivot)?, Residue(0));
        let factor = lead.inverse().negative();
        let mut print = Print::nothing();
        for (n, atom) in of.iter_mut().zip(0_u32..).filter(|(n, _)| n.0 != 0) {
            *n = n.times(factor);
            print = print.plus(Print::of_atom(atom).times(*n));
        }
        Some(Step { pivot, of, print, touched: self.touched(pivot) })
    }

    /// What is left of a sum.
    fn residual(&self, atoms: &[u32]) -> Vec<Residue<P>> {
        let mut left = vec![Residue(0); self.owners.len()];
        for atom in atoms {
            match self.owners.get(*atom as usize) {
                Some(Owner::Open) => {
                    if let Some(slot) = left.get_mut(*atom as usize) {
                        *slot = slot.plus(Residue(1));
                    }
                }
                Some(Owner::Row(row)) => {
                    let row = self.rows.get(*row).into_iter().flat_map(|row| &row.of);
                    for (slot, n) in left.iter_mut().zip(row) {
                        *slot = slot.plus(*n);
                    }
                }
                Some(Owner::Known) | None => {}
            }
        }
        left
    }

    /// The atom that few rows hold and that is needed latest.
    fn pivot(&self, residual: &[Residue<P>]) -> Option<usize> {
        let left = residual.iter().enumerate().filter(|(_, n)| n.0 != 0).map(|(atom, _)| atom);
        left.min_by_key(|atom| {
            let rank = self.ranks.get(*atom).copied().unwrap_or(0);
            (self.counts.get(*atom).copied().unwrap_or(0), std::cmp::Reverse(rank))
        })
    }

    /// The hidden cells in which an open atom is left, with how much of it.
    fn touched(&self, pivot: usize) -> Vec<(usize, Residue<P>)> {
        let mut all: Vec<(usize, Residue<P>)> = Vec::new();
        let holders = |atom: usize| self.holders.get(atom).into_iter().flatten().copied();
        all.extend(holders(pivot).map(|hidden| (hidden, Residue(1))));
        if self.counts.get(pivot).is_some_and(|count| *count > 0) {
            for row in &self.rows {
                let Some(n) = row.of.get(pivot).filter(|n| n.0 != 0) else { continue };
                all.extend(holders(row.pivot).map(|hidden| (hidden, *n)));
            }
        }
        all.sort_unstable_by_key(|(hidden, _)| *hidden);
        let mut touched: Vec<(usize, Residue<P>)> = Vec::with_capacity(all.len());
        for (hidden, n) in all {
            match touched.last_mut().filter(|(last, _)| *last == hidden) {
                Some((_, sum)) => *sum = sum.plus(n),
                None => touched.push((hidden, n)),
            }
        }
        touched.retain(|(_, n)| n.0 != 0);
        touched
    }

    /// Whether a step would leave nothing of a hidden cell, or tell one to whoever is alone in another.
    fn would_tell(&self, step: &Step<P>) -> bool {
        let change = step.print.minus(Print::of_atom(number(step.pivot)));
        let mut after = Vec::with_capacity(step.touched.len());
        for (at, n) in &step.touched {
            let Some(hidden) = self.hidden.get(*at) else { continue };
            let print = hidden.print.plus(change.times(*n));
            if print.is_zero() {
                return true;
            }
            after.push(print);
        }
        if self.singles.is_idle() {
            return false;
        }
        let directions = Print::directions(&after);
        let mut mates: BTreeMap<Residue<P>, Vec<usize>> = BTreeMap::new();
        for (direction, (at, _)) in directions.iter().zip(&step.touched) {
            mates.entry(*direction).or_default().push(*at);
        }
        let is_touched =
            |at: &&usize| step.touched.binary_search_by_key(*at, |(at, _)| *at).is_ok();
        mates.iter().any(|(direction, mates)| {
            let there = self.places.get(direction).into_iter().flatten();
            let unchanged = there.filter(|at| !is_touched(at));
            self.singles.has_pair(mates.iter().chain(unchanged).copied())
        })
    }

    fn publish(&mut self, step: Step<P>) {
        let Step { pivot, of, print, touched } = step;
        let support: Vec<(usize, Residue<P>)> =
            of.iter().copied().enumerate().filter(|(_, n)| n.0 != 0).collect();
        let change = print.minus(Print::of_atom(number(pivot)));
        if self.counts.get(pivot).is_some_and(|count| *count > 0) {
            for row in &mut self.rows {
                let Some(slot) = row.of.get_mut(pivot).filter(|n| n.0 != 0) else { continue };
                let times = std::mem::replace(slot, Residue(0));
                for (atom, n) in &support {
                    let (Some(slot), Some(count)) =
                        (row.of.get_mut(*atom), self.counts.get_mut(*atom))
                    else {
                        continue;
                    };
                    let before = usize::from(slot.0 != 0);
                    *slot = slot.plus(n.times(times));
                    *count = count.wrapping_add(usize::from(slot.0 != 0)).wrapping_sub(before);
                }
                if let Some(slot) = self.prints.get_mut(row.pivot) {
                    *slot = slot.plus(change.times(times));
                }
            }
        }
        for (atom, _) in &support {
            if let Some(count) = self.counts.get_mut(*atom) {
                *count = count.saturating_add(1);
            }
        }
        if let Some(slot) = self.prints.get_mut(pivot) {
            *slot = print;
        }
        if let Some(slot) = self.counts.get_mut(pivot) {
            *slot = 0;
        }
        if let Some(slot) = self.owners.get_mut(pivot) {
            *slot = if support.is_empty() { Owner::Known } else { Owner::Row(self.rows.len()) };
        }
        if !support.is_empty() {
            self.rows.push(Row { pivot, of });
        }
        self.look_at(&touched, change);
    }

    /// Notes what a step has made of hidden cells.
    fn look_at(&mut self, touched: &[(usize, Residue<P>)], change: Print<P>) {
        let mut after = Vec::with_capacity(touched.len());
        for (at, n) in touched {
            let Some(hidden) = self.hidden.get_mut(*at) else { continue };
            hidden.print = hidden.print.plus(change.times(*n));
            after.push(hidden.print);
        }
        if self.singles.is_idle() {
            return;
        }
        for (direction, (at, _)) in Print::directions(&after).into_iter().zip(touched) {
            let Some(hidden) = self.hidden.get_mut(*at) else { continue };
            if let Some(place) = self.places.get_mut(&hidden.direction) {
                place.retain(|other| other != at);
                if place.is_empty() {
                    self.places.remove(&hidden.direction);
                }
            }
            hidden.direction = direction;
            self.places.entry(direction).or_default().push(*at);
        }
    }

    /// Notes the directions of all hidden cells.
    fn look_again(&mut self) {
        self.places.clear();
        if self.singles.is_idle() {
            return;
        }
        let prints: Vec<Print<P>> = self.hidden.iter().map(|hidden| hidden.print).collect();
        let directions = Print::directions(&prints);
        for (at, (hidden, direction)) in self.hidden.iter_mut().zip(directions).enumerate() {
            hidden.direction = direction;
            self.places.entry(direction).or_default().push(at);
        }
    }

    fn print_of(&self, cells: &Cells, at: usize, prints: &[Print<P>]) -> Print<P> {
        let atoms = cells.cells.get(at).into_iter().flat_map(|cell| &cell.atoms);
        let prints = atoms.filter_map(|atom| prints.get(*atom as usize));
        prints.fold(Print::nothing(), |sum, print| sum.plus(*print))
    }

    /// The open atoms that some hidden cell is left with.
    pub(super) fn open(&self) -> Vec<usize> {
        let mut open = vec![false; self.owners.len()];
        let mut mark = |atom: usize| {
            if let Some(slot) = open.get_mut(atom) {
                *slot = true;
            }
        };
        let is_held = |atom: usize| self.holders.get(atom).is_some_and(|of| !of.is_empty());
        for (atom, owner) in self.owners.iter().enumerate().filter(|(atom, _)| is_held(*atom)) {
            match owner {
                Owner::Open => mark(atom),
                Owner::Row(row) => {
                    let row = self.rows.get(*row).into_iter().flat_map(|row| row.of.iter());
                    row.enumerate().filter(|(_, n)| n.0 != 0).for_each(|(atom, _)| mark(atom));
                }
                Owner::Known => {}
            }
        }
        open.into_iter().enumerate().filter_map(|(atom, open)| open.then_some(atom)).collect()
    }

    /// The table in which an open atom is one, the other open ones are nothing, and so is all that is shown.
    pub(super) fn null(&self, open: usize) -> Vec<(usize, Residue<P>)> {
        let of = |row: &Row<P>| Some((row.pivot, *row.of.get(open)?)).filter(|(_, n)| n.0 != 0);
        std::iter::once((open, Residue(1))).chain(self.rows.iter().filter_map(of)).collect()
    }

    /// Whether nothing hidden is told as far as the tables of these open atoms show.
    pub(super) fn is_safe_by(&self, cells: &Cells, open: &[bool]) -> bool {
        let counts = |atom: usize| open.get(atom).is_some_and(|open| *open);
        let mut prints = vec![Print::nothing(); self.owners.len()];
        for (atom, slot) in prints.iter_mut().enumerate() {
            match self.owners.get(atom) {
                Some(Owner::Open) if counts(atom) => *slot = Print::of_atom(number(atom)),
                Some(Owner::Row(row)) => {
                    let row = self.rows.get(*row).into_iter().flat_map(|row| row.of.iter());
                    for (atom, n) in row.enumerate().filter(|(atom, n)| n.0 != 0 && counts(*atom)) {
                        *slot = slot.plus(Print::of_atom(number(atom)).times(*n));
                    }
                }
                Some(Owner::Open | Owner::Known) | None => {}
            }
        }
        let hidden: Vec<Print<P>> =
            self.hidden.iter().map(|hidden| self.print_of(cells, hidden.cell, &prints)).collect();
        if hidden.iter().any(|print| print.is_zero()) {
            return false;
        }
        if self.singles.is_idle() {
            return true;
        }
        let mut places: BTreeMap<Residue<P>, Vec<usize>> = BTreeMap::new();
        for (at, direction) in Print::directions(&hidden).into_iter().enumerate() {
            places.entry(direction).or_default().push(at);
        }
        !places.values().any(|mates| self.singles.has_pair(mates.iter().copied()))
    }
}

/// What a cell says: its sum, or of each atom that it is empty.
fn parts(cell: &Cell) -> std::slice::Chunks<'_, u32> {
    let most = if cell.size == 0 { 1 } else { cell.atoms.len() };
    cell.atoms.chunks(most.max(1))
}

fn number(atom: usize) -> u32 {
    u32::try_from(atom).unwrap_or(u32::MAX)
}
