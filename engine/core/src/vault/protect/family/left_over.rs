//! What may be left over when shown numbers are subtracted from each other.
//!
//! Each table sorts the atoms: into its cells, and those that are in none; and so does each condition under which it
//! counts. What two or three of these sort into one heap is left over between them, however many further tables cut the
//! heap into smaller ones. So heaps are looked at under every choice of tables, or where these are too many, under few
//! of them and under nearly all.

use std::collections::{BTreeSet, HashMap};

/// How one table or condition sorts the atoms: a number for each, equal where it does not tell two apart.
pub(super) type View = Vec<u32>;

/// Up to how many views every choice of them is looked at.
const EVERY_CHOICE: usize = 8;

/// Most atoms in all heaps together.
const MOST_LOOKS: usize = 2_000_000;

/// Heaps of atoms that are small.
pub(super) fn small_heaps(
    mut views: Vec<View>,
    atoms: usize,
    small: &dyn Fn(&[u32]) -> bool,
) -> BTreeSet<Vec<u32>> {
    views.sort();
    views.dedup();
    let mut found = BTreeSet::new();
    for choice in choices(views.len(), atoms) {
        let chosen = choice.iter().filter_map(|at| views.get(*at));
        let sorted = chosen.fold(vec![0; atoms], |heaps, view| refined(&heaps, view));
        let mut heaps: HashMap<u32, Vec<u32>> = HashMap::new();
        for (number, heap) in (0..).zip(sorted) {
            heaps.entry(heap).or_default().push(number);
        }
        found.extend(heaps.into_values().filter(|heap| small(heap)));
    }
    found
}

/// Which views are looked at together. All of them always are.
fn choices(views: usize, atoms: usize) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..views).collect();
    let mut choices = if views <= EVERY_CHOICE {
        let chosen = |bits: usize| all.iter().copied().filter(|at| bits >> at & 1 == 1).collect();
        (1..1_usize << views).map(chosen).collect()
    } else {
        let mut few: Vec<Vec<usize>> = all.iter().map(|&at| vec![at]).collect();
        few.extend(all.iter().map(|&but| all.iter().copied().filter(|&at| at != but).collect()));
        few.extend(all.iter().flat_map(|&one| (0..one).map(move |other| vec![other, one])));
        few
    };
    choices.retain(|choice: &Vec<usize>| choice.len() < views);
    choices.truncate((MOST_LOOKS / atoms.max(1)).saturating_sub(1));
    choices.push(all);
    choices
}

/// Heaps, and within each what a view tells apart.
fn refined(heaps: &[u32], view: &View) -> Vec<u32> {
    let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
    let pairs = heaps.iter().zip(view);
    pairs
        .map(|(&heap, &seen)| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry((heap, seen)).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{choices, small_heaps};

    #[test]
    fn what_two_views_leave_over_is_found_though_others_cut_it() {
        // All, all but the first two, and two that cut them.
        let views = vec![vec![1; 4], vec![0, 0, 1, 1], vec![0, 1, 0, 1], vec![1, 1, 0, 0]];
        let found = small_heaps(views, 4, &|heap| heap.len() < 3);
        assert!(found.contains(&vec![0, 1]), "{found:?}");
        assert!(found.contains(&vec![0]), "{found:?}");
        assert!(!found.contains(&vec![0, 1, 2]), "{found:?}");
    }

    #[test]
    fn work_has_an_end() {
        assert_eq!(choices(8, 10).len(), 255);
        assert_eq!(choices(20, 10).len(), 20 + 20 + 190 + 1);
        assert_eq!(choices(20, 10_000_000), [(0..20).collect::<Vec<_>>()]);
    }
}
