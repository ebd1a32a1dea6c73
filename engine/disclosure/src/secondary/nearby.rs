//! Room for the hidden cells of large tables, made before anything is published.
//!
//! For every hidden cell a move is looked for that leaves all that is shown as it is. Where there is none, shown
//! cells may change, too, the smallest first, and those that do are withheld. A move stays possible whatever is
//! withheld later, so each cell is looked at once, and every move serves all cells that it gives room.

use std::collections::BTreeMap;

use super::cells::Cells;
use super::moves::{Field, Move, Wish};

/// What is given up, and whose room was not found.
pub(super) struct Made {
    /// By cell: whether it may still be shown.
    pub(super) shown: Vec<bool>,
    /// Wishes that no short move fulfils.
    pub(super) open: Vec<Wish>,
}

/// Makes room for every wish. Everything that is not hidden is shown at first.
pub(super) fn make(cells: &Cells, truth: Vec<i128>, wishes: Vec<Wish>) -> Made {
    let shown = cells.cells.iter().map(|cell| cell.secret.is_none() || cell.known).collect();
    let mut field = Field::of(cells, shown, truth);
    let levels = levels(cells);
    let mut rooms = Rooms::of(wishes);
    for at in 0..rooms.wishes.len() {
        rooms.look(&mut field, at, &[0]);
    }
    if std::env::var("DBG").is_ok() {
        eprintln!("{} wishes, {} open", rooms.wishes.len(), rooms.open().len());
    }
    for at in 0..rooms.wishes.len() {
        rooms.look(&mut field, at, &levels);
    }
    if std::env::var("DBG").is_ok() {
        eprintln!("{} stuck, {} moves", rooms.open().len(), rooms.moves.len());
    }
    Made { shown: field.shown().to_vec(), open: rooms.open() }
}

/// Sizes up to which shown cells may be given up: nothing, and powers of two.
fn levels(cells: &Cells) -> Vec<u128> {
    let most = cells.cells.iter().filter(|c| c.is_candidate()).map(|c| c.size).max().unwrap_or(0);
    let powers = (0..127).map(|power| 1_u128 << power);
    let mut levels = vec![0];
    levels.extend(powers.take_while(|level| *level / 2 <= most));
    levels
}

/// Wishes, and the moves that show that they can come true.
struct Rooms {
    wishes: Vec<Wish>,
    /// By cell: its wishes.
    of_cell: BTreeMap<usize, Vec<usize>>,
    /// By wish: its move.
    by: Vec<Option<usize>>,
    moves: Vec<BTreeMap<usize, i128>>,
}

impl Rooms {
    fn of(wishes: Vec<Wish>) -> Self {
        let mut of_cell: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, wish) in wishes.iter().enumerate() {
            of_cell.entry(wish.cell).or_default().push(at);
        }
        Self { by: vec![None; wishes.len()], wishes, of_cell, moves: Vec::new() }
    }

    fn is_open(&self, at: usize) -> bool {
        self.by.get(at).is_some_and(Option::is_none)
    }

    fn open(&self) -> Vec<Wish> {
        let open = self.wishes.iter().zip(&self.by).filter(|(_, by)| by.is_none());
        open.map(|(wish, _)| *wish).collect()
    }

    /// Looks for the move that costs least, gives up what it changes, and notes whom it serves, also in the other
    /// direction.
    fn look(&mut self, field: &mut Field<'_>, at: usize, levels: &[u128]) {
        let Some(wish) = self.wishes.get(at).copied().filter(|_| self.is_open(at)) else { return };
        let mut best: Option<(u32, Move, BTreeMap<usize, i128>)> = None;
        for spare in levels {
            let Some(by) = field.find(wish, *spare) else { continue };
            let Some(changes) = field.changes(&by) else { continue };
            let cost = field.cost(&changes);
            if field.is_possible(&by, &changes, *spare) && best.as_ref().is_none_or(|b| cost < b.0)
            {
                best = Some((cost, by, changes));
                if cost == 0 {
                    break;
                }
            }
        }
        let Some((_, by, changes)) = best else { return };
        for cell in changes.keys() {
            field.show(*cell, false);
        }
        self.serve(changes);
        let back: Move = by.iter().map(|(atom, change)| (*atom, -*change)).collect();
        if let Some(changes) = field.changes(&back)
            && field.is_possible(&back, &changes, 0)
        {
            self.serve(changes);
        }
    }

    fn serve(&mut self, changes: BTreeMap<usize, i128>) {
        for (cell, change) in &changes {
            for at in self.of_cell.get(cell).into_iter().flatten() {
                let fulfils = |wish: &Wish| match wish.change {
                    wanted if wanted > 0 => *change >= wanted,
                    wanted => *change <= wanted,
                };
                if let Some(slot) = self.by.get_mut(*at).filter(|by| by.is_none())
                    && self.wishes.get(*at).is_some_and(fulfils)
                {
                    *slot = Some(self.moves.len());
                }
            }
        }
        self.moves.push(changes);
    }
}
