//! A reader who solves for everything: dense elimination in fractions, with nothing taken from the rule itself.

use crate::secondary::{Column, Kind};

/// A fraction in lowest terms.
#[derive(Clone, Copy, PartialEq)]
struct Fraction(i128, i128);

impl Fraction {
    const ZERO: Self = Self(0, 1);

    fn new(above: i128, below: i128) -> Self {
        let (mut a, mut b) = (above.abs(), below.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let sign = if below < 0 { -1 } else { 1 };
        Self(sign * above / a.max(1), sign * below / a.max(1))
    }

    fn times(self, other: Self) -> Self {
        Self::new(self.0 * other.0, self.1 * other.1)
    }

    fn minus(self, other: Self) -> Self {
        Self::new(self.0 * other.1 - other.0 * self.1, self.1 * other.1)
    }

    fn over(self, other: Self) -> Self {
        Self::new(self.0 * other.1, self.1 * other.0)
    }
}

/// What a reader knows: a basis of all that is shown.
#[derive(Clone)]
pub struct Reader {
    rows: Vec<(usize, Vec<Fraction>)>,
    atoms: usize,
}

impl Reader {
    pub fn new(atoms: usize) -> Self {
        Self { rows: Vec::new(), atoms }
    }

    /// Who reads everything that is neither hidden nor withheld. An empty cell says that all in it is empty.
    pub fn of(columns: &[Column], withheld: &[bool]) -> Self {
        let atoms = columns.iter().flat_map(|c| &c.atoms).max().map_or(0, |max| *max as usize + 1);
        let mut reader = Self::new(atoms);
        for (column, withheld) in columns.iter().zip(withheld) {
            if !withheld && !matches!(column.kind, Kind::Hidden { .. }) {
                reader.learn(&column.atoms);
                if column.size == 0 {
                    column.atoms.iter().for_each(|atom| reader.learn(&[*atom]));
                }
            }
        }
        reader
    }

    /// Reads one more sum.
    pub fn learn(&mut self, atoms: &[u32]) {
        let rest = self.rest(atoms);
        if let Some(pivot) = rest.iter().position(|n| *n != Fraction::ZERO) {
            let lead = rest[pivot];
            self.rows.push((pivot, rest.into_iter().map(|n| n.over(lead)).collect()));
        }
    }

    /// Whether a sum follows from what was read.
    pub fn knows(&self, atoms: &[u32]) -> bool {
        self.rest(atoms).iter().all(|n| *n == Fraction::ZERO)
    }

    fn rest(&self, atoms: &[u32]) -> Vec<Fraction> {
        let mut rest = vec![Fraction::ZERO; self.atoms];
        atoms.iter().for_each(|atom| rest[*atom as usize] = Fraction(1, 1));
        for (pivot, row) in &self.rows {
            let times = rest[*pivot];
            if times != Fraction::ZERO {
                for (n, by) in rest.iter_mut().zip(row) {
                    *n = n.minus(by.times(times));
                }
            }
        }
        rest
    }
}

/// Hidden columns that a reader can work out, and pairs of which one is told to who is alone in the other.
pub fn told(columns: &[Column], withheld: &[bool]) -> (Vec<usize>, Vec<(usize, usize)>) {
    let reader = Reader::of(columns, withheld);
    let full = |column: &Column| -> Vec<u32> {
        let empty = |atom: &u32| {
            columns.iter().any(|c| matches!(c.kind, Kind::Zero) && c.atoms.contains(atom))
        };
        column.atoms.iter().copied().filter(|atom| !empty(atom)).collect()
    };
    let hidden = |kind: &Kind| matches!(kind, Kind::Hidden { .. });
    let hidden: Vec<usize> = (0..columns.len()).filter(|at| hidden(&columns[*at].kind)).collect();
    let open = hidden.iter().copied().filter(|at| reader.knows(&columns[*at].atoms)).collect();
    let mut pairs = Vec::new();
    for single in &hidden {
        if matches!(columns[*single].kind, Kind::Hidden { single: true, .. }) {
            let mut reader = reader.clone();
            reader.learn(&columns[*single].atoms);
            pairs.extend(
                hidden
                    .iter()
                    .filter(|other| full(&columns[**other]) != full(&columns[*single]))
                    .filter(|other| reader.knows(&columns[**other].atoms))
                    .map(|other| (*single, *other)),
            );
        }
    }
    (open, pairs)
}
