//! Tables to suppress: cubes with all their margins, written down as sums of inner cells.

use crate::secondary::{Column, Kind};

/// Sum of some atoms.
pub fn column(atoms: &[u32], size: u128, kind: Kind) -> Column {
    Column { atoms: atoms.to_vec(), size, kind }
}

/// A hidden sum of which only the exact value is forbidden.
pub fn hidden(atoms: &[u32], size: u128) -> Column {
    column(atoms, size, HIDDEN)
}

/// A sum to be published.
pub fn shown(atoms: &[u32], size: u128) -> Column {
    column(atoms, size, Kind::Candidate)
}

pub const HIDDEN: Kind = Kind::Hidden { single: false, needs: 0 };

/// Every cell of every margin of a cube over `sizes`, by the true values of its inner cells. Counts of 1
/// to `small` are hidden, with a person alone where the count is 1, and so is what is in `needs`.
pub fn cube(sizes: &[usize], inner: &[u128], small: u128, needs: u128) -> Vec<Column> {
    let mut columns = Vec::new();
    for margin in 0..1_usize << sizes.len() {
        let mut cells: std::collections::BTreeMap<Vec<usize>, Vec<u32>> = Default::default();
        for atom in 0..inner.len() {
            let key = coordinates(sizes, atom)
                .into_iter()
                .enumerate()
                .map(|(d, at)| if margin >> d & 1 == 1 { at } else { usize::MAX })
                .collect();
            cells.entry(key).or_default().push(u32::try_from(atom).unwrap());
        }
        columns.extend(cells.into_values().map(|atoms| {
            let size = atoms.iter().map(|atom| inner[*atom as usize]).sum();
            Column { kind: kind(size, small, needs), atoms, size }
        }));
    }
    columns
}

/// What a threshold makes of a count.
pub fn kind(size: u128, small: u128, needs: u128) -> Kind {
    match size {
        0 => Kind::Zero,
        n if n <= small => Kind::Hidden { single: n == 1, needs },
        _ => Kind::Candidate,
    }
}

fn coordinates(sizes: &[usize], mut atom: usize) -> Vec<usize> {
    let mut at = |size: &usize| {
        let here = atom % size;
        atom /= size;
        here
    };
    sizes.iter().map(&mut at).collect()
}
