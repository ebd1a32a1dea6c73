//! Suppression by Gaussian elimination (Langsrud 2024): nothing hidden follows from what is shown.
//!
//! Cells are offered one after the other, what is missed most first. A cell that follows from those
//! already published is published too; one whose publication would tell a hidden cell is withheld;
//! every other one is published and taken out of all residuals. What holds at the end: no hidden
//! cell is a linear combination of published ones, nor of published ones and one cell that a person
//! is alone in.

use super::cells::{Cell, Cells};
use super::number::{Number, Overflow};
use super::residual::Residuals;
use super::watch::Watch;

/// What the elimination decides: by cell whether it is published, or the hidden cell that is told by
/// what is known anyway.
pub(super) type Decided = Result<Vec<bool>, usize>;

/// Decides on every cell.
pub(super) fn decide<N: Number>(cells: &Cells, offers: &[usize]) -> Result<Decided, Overflow> {
    let mut gauss = Gauss::<N>::new(cells, offers);
    if let Some(told) = gauss.publish_known()? {
        return Ok(Err(told));
    }
    let mut published: Vec<bool> = cells.cells.iter().map(|cell| cell.known).collect();
    for at in offers {
        let Some(cell) = cells.cells.get(*at) else { continue };
        if gauss.offer(cell)?
            && let Some(slot) = published.get_mut(*at)
        {
            *slot = true;
        }
    }
    Ok(Ok(published))
}

/// The state between two offers.
struct Gauss<'a, N> {
    cells: &'a Cells,
    hidden: Vec<usize>,
    residuals: Residuals<N>,
    watch: Watch,
}

impl<'a, N: Number> Gauss<'a, N> {
    fn new(cells: &'a Cells, offers: &[usize]) -> Self {
        let secret = |(at, cell): (usize, &Cell)| cell.secret.map(|_| at);
        let hidden: Vec<usize> = cells.cells.iter().enumerate().filter_map(secret).collect();
        let atoms = hidden.iter().filter_map(|at| cells.cells.get(*at)).map(|c| c.atoms.as_slice());
        let residuals = Residuals::new(cells.atoms, atoms, ranks(cells, offers));
        let watch = Watch::over(cells, &hidden, &residuals);
        Self { cells, hidden, residuals, watch }
    }

    /// Takes out what is known anyway; names a hidden cell that it tells.
    fn publish_known(&mut self) -> Result<Option<usize>, Overflow> {
        for cell in self.cells.cells.iter().filter(|cell| cell.known) {
            self.publish(cell)?;
        }
        self.watch.look_again(&self.residuals);
        let told = self.watch.told(&self.residuals)?;
        Ok(told.and_then(|at| self.hidden.get(at).copied()))
    }

    /// Publishes a cell whatever it tells.
    fn publish(&mut self, cell: &Cell) -> Result<(), Overflow> {
        if cell.size == 0 {
            return self.publish_empty(&cell.atoms);
        }
        let residual = self.residuals.residual(&cell.atoms)?;
        match self.residuals.pivot(&residual) {
            Some(pivot) => self.residuals.publish(residual, pivot),
            None => Ok(()),
        }
    }

    /// Publishes a cell unless that would tell a hidden one; says whether it did.
    fn offer(&mut self, cell: &Cell) -> Result<bool, Overflow> {
        if cell.size == 0 {
            return self.offer_empty(cell);
        }
        let residual = self.residuals.residual(&cell.atoms)?;
        let Some(pivot) = self.residuals.pivot(&residual) else { return Ok(true) };
        let touched = self.residuals.hidden_at(pivot);
        if self.watch.would_tell(&residual, pivot, &touched, &self.residuals)? {
            return Ok(false);
        }
        self.residuals.publish(residual, pivot)?;
        self.watch.look_at(&touched, &self.residuals);
        Ok(true)
    }

    /// An empty cell says of each of its atoms that it is empty: nothing is below zero.
    fn offer_empty(&mut self, cell: &Cell) -> Result<bool, Overflow> {
        if self.residuals.vacate(&cell.atoms)? {
            self.watch.look_again(&self.residuals);
        }
        let changes = self.residuals.changes_without(&cell.atoms);
        if self.watch.would_tell_after(&changes, &self.residuals)? {
            return Ok(false);
        }
        self.publish_empty(&cell.atoms)?;
        self.watch.look_at(&changes.into_keys().collect::<Vec<_>>(), &self.residuals);
        Ok(true)
    }

    fn publish_empty(&mut self, atoms: &[u32]) -> Result<(), Overflow> {
        self.residuals.vacate(atoms)?;
        for atom in atoms {
            if self.residuals.is_open(*atom) {
                self.residuals.publish_atom(*atom);
            }
        }
        Ok(())
    }
}

/// By atom: how late it is published by a cell that is offered, for the choice of pivots.
pub(super) fn ranks(cells: &Cells, offers: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; cells.atoms];
    for (rank, at) in offers.iter().enumerate() {
        for atom in cells.cells.get(*at).into_iter().flat_map(|cell| &cell.atoms) {
            if let Some(slot) = ranks.get_mut(*atom as usize) {
                *slot = rank;
            }
        }
    }
    ranks
}
