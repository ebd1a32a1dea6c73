//! In which order cells are offered for publication: what is missed most comes first.
//!
//! The key is that of Langsrud's `GaussSuppression`: size plus one, and among equals the cell that
//! is built of atoms that many large cells are built of. The second part decides ties only, but it
//! matters: by size alone clearly more is hidden. Equal keys keep the order they were given in.

use std::cmp::Reverse;

use super::cells::{Cell, Cells};

/// The cells that may be published, as indices, in the order of the offer.
pub(super) fn offers(cells: &Cells) -> Vec<usize> {
    let weights = weights(cells);
    let mut offers: Vec<usize> = cells
        .cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.is_candidate())
        .map(|(at, _)| at)
        .collect();
    offers.sort_by_cached_key(|at| {
        cells.cells.get(*at).map(|cell| Reverse((cell.zero, cell.size, tie(cell, &weights))))
    });
    offers
}

/// By atom: what the cells that it is part of weigh together.
fn weights(cells: &Cells) -> Vec<u128> {
    let mut weights = vec![0_u128; cells.atoms];
    for cell in &cells.cells {
        for atom in &cell.atoms {
            if let Some(weight) = weights.get_mut(*atom as usize) {
                *weight = weight.saturating_add(cell.size).saturating_add(1);
            }
        }
    }
    weights
}

fn tie(cell: &Cell, weights: &[u128]) -> u128 {
    let of = |atom: &u32| weights.get(*atom as usize).copied().unwrap_or(0);
    cell.atoms.iter().map(of).fold(0, u128::saturating_add)
}
