//! Rows and columns of a table with any number of keys.

use std::collections::{BTreeMap, BTreeSet};

use super::Cell;

/// One row or column: the cells that have all keys but one in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Listed cells, by their place in the table.
    pub cells: Vec<usize>,
    /// Further groups that a reader knows to be possible here and does not see. Whether nobody is in them or too few
    /// is not said: counted from what is visible, so that nothing that follows from a line tells more.
    pub absent: usize,
}

/// Every line of a table. `keys` are the keys of each cell as numbers that stand for values; `public` says of each key
/// how many values its public list has. Without one, a reader knows those that listed cells show.
#[must_use]
pub fn lines(cells: &[Cell], keys: &[Vec<u32>], public: &[Option<usize>]) -> Vec<Line> {
    let listed: Vec<(usize, &Vec<u32>)> = keys
        .iter()
        .enumerate()
        .filter(|(at, _)| cells.get(*at).is_some_and(|c| c.listed))
        .collect();
    let of_key = |(free, count): (usize, &Option<usize>)| {
        let count = count.unwrap_or_else(|| {
            listed.iter().filter_map(|(_, key)| key.get(free)).collect::<BTreeSet<_>>().len()
        });
        along(&listed, free, count)
    };
    public.iter().enumerate().flat_map(of_key).collect()
}

/// The lines on which only the key `free` varies.
fn along(listed: &[(usize, &Vec<u32>)], free: usize, values: usize) -> Vec<Line> {
    let mut lines: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for (at, key) in listed {
        let others = key.iter().enumerate().filter(|(place, _)| *place != free);
        lines.entry(others.map(|(_, value)| *value).collect()).or_default().push(*at);
    }
    let line = |cells: Vec<usize>| Line { absent: values.saturating_sub(cells.len()), cells };
    lines.into_values().map(line).collect()
}
