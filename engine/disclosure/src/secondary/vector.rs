//! Sparse vectors over atoms, in exact integers, up to a factor: only their direction means anything.

use super::number::{Number, Overflow};

/// Coefficients by atom, ascending. Zeros may lie between them until the next clean-up.
#[derive(Debug, Clone)]
pub(super) struct Vector<N> {
    entries: Vec<(u32, N)>,
    live: usize,
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

    /// The direction that is left when `row` takes `pivot` out of this one. `None` for a pivot that
    /// does not take part in both.
    pub(super) fn reduced(&self, row: &Self, pivot: u32) -> Result<Option<Self>, Overflow> {
        let (Some(mine), Some(theirs)) = (self.at(pivot), row.at(pivot)) else { return Ok(None) };
        let common = mine.gcd(theirs);
        let (mine, theirs) = (mine.divided(&common), theirs.divided(&common));
        let mut entries = Vec::with_capacity(self.live.saturating_add(row.live));
        let (mut left, mut right) = (self.entries().peekable(), row.entries().peekable());
        let zero = N::zero();
        loop {
            let next = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some((a, _)), Some((b, _))) => *a.min(b),
                (Some((a, _)), None) | (None, Some((a, _))) => *a,
            };
            let of_left = left.next_if(|(atom, _)| *atom == next).map_or(&zero, |(_, n)| n);
            let of_right = right.next_if(|(atom, _)| *atom == next).map_or(&zero, |(_, n)| n);
            let n = of_left.cross(&theirs, of_right, &mine)?;
            if !n.is_zero() {
                entries.push((next, n));
            }
        }
        let mut result = Self { live: entries.len(), entries };
        result.shorten();
        Ok(Some(result))
    }

    /// Whether the two have one direction, or opposite ones.
    pub(super) fn is_parallel(&self, other: &Self) -> bool {
        if self.live != other.live {
            return false;
        }
        let (Some((_, a)), Some((_, b))) = (self.entries().next(), other.entries().next()) else {
            return true;
        };
        self.entries().zip(other.entries()).all(|((i, x), (j, y))| {
            i == j && x.cross(b, y, a).is_ok_and(|difference| difference.is_zero())
        })
    }

    /// Divides by what all coefficients share, so that they stay small.
    fn shorten(&mut self) {
        let mut common = N::zero();
        for (_, n) in &self.entries {
            common = common.gcd(n);
            if common.is_unit() {
                return;
            }
        }
        for (_, n) in &mut self.entries {
            *n = n.divided(&common);
        }
    }

    /// The same direction written in the one way that equals can be found by sorting.
    pub(super) fn canonical(&self) -> Result<Vec<(u32, N)>, Overflow> {
        let mut clean = Self { entries: self.entries.clone(), live: self.live };
        clean.entries.retain(|(_, n)| !n.is_zero());
        clean.shorten();
        if clean.entries.first().is_some_and(|(_, n)| n.is_negative()) {
            let (zero, one) = (N::zero(), N::one());
            for (_, n) in &mut clean.entries {
                *n = zero.cross(&zero, n, &one)?;
            }
        }
        Ok(clean.entries)
    }

    fn place(&self, atom: u32) -> Option<usize> {
        self.entries.binary_search_by_key(&atom, |(atom, _)| *atom).ok()
    }
}
