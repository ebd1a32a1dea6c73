//! Sparse vectors over atoms, in exact integers, up to a factor: only their direction means anything.

use super::number::{Number, Overflow};

/// Coefficients by atom, ascending. Zeros may lie between them until the next clean-up.
#[derive(Debug, Clone)]
pub(super) struct Vector<N> {
    entries: Vec<(u32, N)>,
    live: usize,
}

/// What a step of elimination leaves.
#[derive(Debug, Clone)]
pub(super) struct Reduced<N> {
    /// The direction that is left.
    pub(super) vector: Vector<N>,
    /// Atoms that take part now and did not before.
    pub(super) gained: Vec<u32>,
    /// Atoms that took part before.
    pub(super) lost: Vec<u32>,
}

impl<N: Number> Vector<N> {
    /// The sum of atoms, which come ascending and once each.
    pub(super) fn sum_of(atoms: impl Iterator<Item = u32>) -> Self {
        let entries: Vec<_> = atoms.map(|atom| (atom, N::one())).collect();
        Self { live: entries.len(), entries }
    }

    /// How many atoms take part.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// Whether nothing is left.
    pub(super) fn is_zero(&self) -> bool {
        self.live == 0
    }

    /// The atoms that take part, with their coefficients.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, &N)> {
        self.entries.iter().filter(|(_, n)| !n.is_zero()).map(|(atom, n)| (*atom, n))
    }

    /// The atoms that take part.
    pub(super) fn atoms(&self) -> impl Iterator<Item = u32> {
        self.entries().map(|(atom, _)| atom)
    }

    /// The coefficient of an atom that takes part.
    pub(super) fn at(&self, atom: u32) -> Option<&N> {
        let place = self.place(atom)?;
        self.entries.get(place).map(|(_, n)| n).filter(|n| !n.is_zero())
    }

    /// Takes one atom out.
    pub(super) fn remove(&mut self, atom: u32) {
        let found = self.place(atom).and_then(|place| self.entries.get_mut(place));
        if let Some((_, n)) = found
            && !n.is_zero()
        {
            *n = N::zero();
            self.live = self.live.saturating_sub(1);
            if self.live < self.entries.len() / 2 {
                self.entries.retain(|(_, n)| !n.is_zero());
            }
        }
    }

    /// What is left when `row` takes `pivot` out of this one. `None` for a pivot that does not take part
    /// in both.
    pub(super) fn reduced(&self, row: &Self, pivot: u32) -> Result<Option<Reduced<N>>, Overflow> {
        let (Some(mine), Some(theirs)) = (self.at(pivot), row.at(pivot)) else { return Ok(None) };
        let common = mine.gcd(theirs);
        let (mine, theirs) = (mine.divided(&common), theirs.divided(&common));
        let mut entries = Vec::with_capacity(self.live.saturating_add(row.live));
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        let (mut left, mut right) = (self.entries().peekable(), row.entries().peekable());
        let zero = N::zero();
        loop {
            let next = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some((a, _)), Some((b, _))) => *a.min(b),
                (Some((a, _)), None) | (None, Some((a, _))) => *a,
            };
            let of_left = left.next_if(|(atom, _)| *atom == next).map(|(_, n)| n);
            let of_right = right.next_if(|(atom, _)| *atom == next).map_or(&zero, |(_, n)| n);
            let n = of_left.unwrap_or(&zero).cross(&theirs, of_right, &mine)?;
            match (of_left.is_some(), n.is_zero()) {
                (false, false) => gained.push(next),
                (true, true) => lost.push(next),
                (true, false) | (false, true) => {}
            }
            if !n.is_zero() {
                entries.push((next, n));
            }
        }
        let mut vector = Self { live: entries.len(), entries };
        vector.shorten();
        Ok(Some(Reduced { vector, gained, lost }))
    }

    /// Whether the two have one direction, or opposite ones.
    pub(super) fn is_parallel(&self, other: &Self) -> bool {
        if self.live != other.live {
            return false;
        }
        let (Some((_, a)), Some((_, b))) = (self.entries().next(), other.entries().next()) else {
            return true;
        };
        // A difference that does not fit is not zero.
        self.entries().zip(other.entries()).all(|((i, x), (j, y))| {
            i == j && x.cross(b, y, a).is_ok_and(|difference| difference.is_zero())
        })
    }

    /// What all coefficients share.
    fn common(&self) -> N {
        let mut common = N::zero();
        for (_, n) in self.entries() {
            common = common.gcd(n);
            if common.is_unit() {
                break;
            }
        }
        common
    }

    /// Divides by what all coefficients share, so that they stay small.
    fn shorten(&mut self) {
        let common = self.common();
        if !common.is_unit() {
            for (_, n) in &mut self.entries {
                *n = n.divided(&common);
            }
        }
    }

    fn place(&self, atom: u32) -> Option<usize> {
        self.entries.binary_search_by_key(&atom, |(atom, _)| *atom).ok()
    }
}
