//! Scopes: what moves together with a group, so that another table can be looked for near it.
//!
//! A group can only move if in every exact tie that holds it another one moves the other way. So a scope grows by
//! whatever adds the fewest ties to those that it touches already: that closes cycles, and finds the corners of a cube,
//! where growing in rings would fill up with one long row. Then everything is left out again that is alone in one of
//! its ties.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// Groups, or atoms, and the ties between them.
pub(super) trait Web {
    /// The ties that hold one.
    fn ties_of(&self, one: usize) -> impl Iterator<Item = usize>;
    /// What a tie holds.
    fn held_by(&self, tie: usize) -> impl Iterator<Item = usize>;
    /// Whether what a tie holds must stay the same in all.
    fn is_exact(&self, tie: usize) -> bool;
    /// Whether it may move at all.
    fn can_move(&self, one: usize) -> bool;
    /// What is taken first among equals: the smallest.
    fn rank(&self, one: usize) -> u128;
}

/// Of a longer tie only so many are looked at, those that are taken first.
const LONG: usize = 500;

/// Up to `most` of what moves together with `start`, itself first.
pub(super) fn around(web: &impl Web, start: &[usize], most: usize) -> Vec<usize> {
    let mut growing = Growing { web, found: vec![], ties: BTreeSet::new(), next: Next::default() };
    for one in start {
        growing.add(*one);
    }
    while growing.found.len() < most
        && let Some(one) = growing.next.take()
    {
        growing.add(one);
    }
    growing.found
}

struct Growing<'a, W> {
    web: &'a W,
    found: Vec<usize>,
    ties: BTreeSet<usize>,
    next: Next,
}

impl<W: Web> Growing<'_, W> {
    fn add(&mut self, one: usize) {
        self.next.fresh.insert(one, None);
        self.found.push(one);
        for tie in self.web.ties_of(one) {
            if !self.ties.insert(tie) {
                continue;
            }
            let held = self.web.held_by(tie).filter(|other| self.web.can_move(*other));
            let mut held: Vec<(u128, usize)> =
                held.map(|other| (self.web.rank(other), other)).collect();
            if held.len() > LONG {
                held.select_nth_unstable(LONG);
                held.truncate(LONG);
            }
            for (rank, other) in held {
                let all = || Some(self.web.ties_of(other).count());
                self.next.nearer(other, all, rank);
            }
        }
    }
}

/// What could be taken next, by how many ties it would add.
#[derive(Default)]
struct Next {
    /// How many ties each would add; nothing for what was taken.
    fresh: BTreeMap<usize, Option<usize>>,
    heap: BinaryHeap<Reverse<(usize, u128, usize)>>,
}

impl Next {
    /// One of its ties is touched now.
    fn nearer(&mut self, one: usize, all: impl FnOnce() -> Option<usize>, rank: u128) {
        if let Some(left) = self.fresh.entry(one).or_insert_with(all) {
            *left = left.saturating_sub(1);
            self.heap.push(Reverse((*left, rank, one)));
        }
    }

    fn take(&mut self) -> Option<usize> {
        loop {
            let Reverse((left, _, one)) = self.heap.pop()?;
            if self.fresh.get(&one) == Some(&Some(left)) {
                return Some(one);
            }
        }
    }
}

/// What is left of a scope without all that is alone in one of its ties.
pub(super) fn closed(web: &impl Web, scope: &[usize]) -> BTreeSet<usize> {
    let mut left: BTreeSet<usize> = scope.iter().copied().collect();
    let mut held: BTreeMap<usize, usize> = BTreeMap::new();
    let exact = |one: usize| web.ties_of(one).filter(|tie| web.is_exact(*tie));
    for tie in left.iter().flat_map(|one| exact(*one)) {
        *held.entry(tie).or_default() += 1;
    }
    let lonely = |held: &BTreeMap<usize, usize>, one: usize| {
        exact(one).any(|tie| held.get(&tie) == Some(&1))
    };
    let mut queue: Vec<usize> = left.iter().copied().filter(|one| lonely(&held, *one)).collect();
    while let Some(one) = queue.pop() {
        if !left.remove(&one) {
            continue;
        }
        for tie in exact(one) {
            let Some(count) = held.get_mut(&tie) else { continue };
            *count = count.saturating_sub(1);
            if *count == 1 {
                queue.extend(web.held_by(tie).filter(|one| left.contains(one)));
            }
        }
    }
    left
}
