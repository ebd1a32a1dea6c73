//! What is left of a cell when conditions that concern too few people are left out, one after the other.

use datafusion::scalar::ScalarValue;
use roaring::RoaringBitmap;
use tresor_disclosure::low_effect::{Effect, LowEffect, Node, Removed};

use super::holding::Holding;
use super::layers::Layers;
use super::members::Table;
use crate::guard::conditions::Conditions;

/// In what a condition's effect is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Counts {
    /// Persons that come in or go out: for numbers of persons.
    Persons,
    /// Persons with a row that comes in or goes out: for rows and sums.
    Rows,
}

/// One number of a cell: the cell itself (column 0) or an argument, as persons or as rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) column: usize,
    pub(super) counts: Counts,
}

/// What was left out for one number, and what that did.
#[derive(Clone, Default)]
pub(super) struct Reduction {
    pub(super) removed: Removed,
    /// Of that, what changed nothing: no part of what was meant.
    pub(super) nothing: Removed,
    /// What each removal changed in the context in which it was decided, in persons: for the auditor.
    pub(super) steps: Vec<(u8, u64)>,
    /// Persons by which what is left differs from what was asked.
    pub(super) changed: u64,
    /// Whether any row comes in or goes out.
    pub(super) touched: bool,
    /// Persons who are left.
    pub(super) persons: u64,
    /// Their key.
    pub(super) key: u64,
    /// Who they are, where anything was left out last.
    pub(super) members: Option<RoaringBitmap>,
    /// Whether this no longer stands for what was asked.
    pub(super) too_far: bool,
}

/// The members of all cells, and the conditions that chose them.
pub(super) struct Look<'a> {
    conditions: &'a Conditions,
    /// Whether each person has at most one row.
    one_row: bool,
    holding: Holding<'a>,
}

/// What decides what is left out.
pub(super) struct By<'a> {
    pub(super) rule: &'a LowEffect<'a>,
    pub(super) layers: &'a Layers<'a>,
    pub(super) record_key: &'a (dyn Fn(u32) -> u64 + Sync),
}

impl<'a> Look<'a> {
    pub(super) fn new(conditions: &'a Conditions, table: &'a Table, one_row: bool) -> Self {
        Self { conditions, one_row, holding: Holding::of(conditions, table) }
    }

    /// Of these conditions keeps those that are not known to change enough people. Members of some persons suffice.
    pub(super) fn drop_sure(
        &mut self,
        keys: &'a [ScalarValue],
        place: Place,
        removed: Removed,
        surely: u64,
        ids: &mut Vec<u8>,
    ) {
        let tree = self.conditions.tree(place.column);
        ids.retain(|id| self.effect(keys, place, &tree, removed, *id, surely) < surely);
    }

    /// Leaves out what has a low effect, as long as there is such a thing; `among` these, if any are given.
    pub(super) fn reduced(
        &mut self,
        keys: &'a [ScalarValue],
        place: Place,
        before: &Reduction,
        among: Option<&[u8]>,
        by: &By<'_>,
    ) -> Reduction {
        let By { rule, layers, record_key } = by;
        let (start, mut nothing) = (before.removed, before.nothing);
        let name = |removed| layers.name(place.column, keys, removed);
        let tree = self.conditions.tree(place.column);
        let mut removed = start;
        let mut steps = vec![];
        loop {
            let mut effects = vec![];
            let candidates = self.conditions.candidates(place.column, removed);
            for id in candidates.into_iter().filter(|id| among.is_none_or(|ids| ids.contains(id))) {
                let persons = self.effect(keys, place, &tree, removed, id, rule.surely());
                if persons < rule.surely() {
                    let left = self.members(keys, place, &tree, removed.with(id));
                    let (reduced_key, reduced_persons) = (key_of(&left, record_key), left.len());
                    effects.push((id, Effect { persons, reduced_key, reduced_persons }));
                }
            }
            if effects.is_empty() {
                break;
            }
            let Some(next) = rule.asked(name(removed)).next(&effects) else { break };
            let changed = effects.iter().find(|(id, _)| *id == next);
            let changed = changed.map_or(0, |(_, effect)| effect.persons);
            steps.push((next, changed));
            removed = removed.with(next);
            if changed == 0 {
                nothing = nothing.with(next);
            }
        }
        let left = self.members(keys, place, &tree, removed);
        let (changed, touched) = match removed == start {
            true => (0, false),
            false => {
                let rows = self.flipped(keys, place, &tree, start, removed);
                (self.changed(keys, place, &tree, (start, removed), &rows), !rows.is_empty())
            }
        };
        let key = key_of(&left, record_key);
        let meant = rule.asked(name(nothing));
        let together = before.changed.saturating_add(changed);
        let too_far = changed > 0 && meant.too_far(together, key, left.len());
        let persons = left.len();
        let members = (removed != start).then_some(left);
        Reduction { removed, nothing, steps, changed, touched, persons, key, members, too_far }
    }

    /// How many persons one condition more changes; at least `enough` where it is known to be as many.
    fn effect(
        &mut self,
        keys: &'a [ScalarValue],
        place: Place,
        tree: &Node,
        removed: Removed,
        id: u8,
        enough: u64,
    ) -> u64 {
        let more = removed.with(id);
        match place.counts {
            // Nobody is in two parts where each has one row.
            _ if self.one_row => {
                let mut found = 0;
                self.each_flipped(keys, place, tree, (removed, more), &mut |persons| {
                    found += persons.len();
                    found < enough
                });
                found
            }
            Counts::Rows => {
                let mut found = RoaringBitmap::new();
                self.each_flipped(keys, place, tree, (removed, more), &mut |persons| {
                    found |= persons;
                    found.len() < enough
                });
                found.len()
            }
            Counts::Persons => {
                let before = self.members(keys, place, tree, removed);
                let mut coming = RoaringBitmap::new();
                self.each_flipped(keys, place, tree, (removed, more), &mut |persons| {
                    coming |= persons - &before;
                    coming.len() < enough
                });
                if coming.len() >= enough {
                    return coming.len();
                }
                before.symmetric_difference_len(&self.members(keys, place, tree, more))
            }
        }
    }

    /// Persons by which two cohorts differ, of which `rows` have a row that comes in or goes out.
    fn changed(
        &mut self,
        keys: &'a [ScalarValue],
        place: Place,
        tree: &Node,
        (before, after): (Removed, Removed),
        rows: &RoaringBitmap,
    ) -> u64 {
        match place.counts {
            Counts::Rows => rows.len(),
            Counts::Persons if self.one_row || rows.is_empty() => rows.len(),
            Counts::Persons => {
                let before = self.members(keys, place, tree, before);
                before.symmetric_difference_len(&self.members(keys, place, tree, after))
            }
        }
    }

    /// Persons with a row that is in one of the two cohorts and not in the other.
    fn flipped(
        &mut self,
        keys: &'a [ScalarValue],
        place: Place,
        tree: &Node,
        before: Removed,
        after: Removed,
    ) -> RoaringBitmap {
        let mut found = RoaringBitmap::new();
        self.each_flipped(keys, place, tree, (before, after), &mut |persons| {
            found |= persons;
            true
        });
        found
    }

    /// Goes through the parts that are in one of the two cohorts only, as long as it is told to.
    fn each_flipped(
        &mut self,
        keys: &'a [ScalarValue],
        place: Place,
        tree: &Node,
        (before, after): (Removed, Removed),
        go_on: &mut dyn FnMut(&RoaringBitmap) -> bool,
    ) {
        let (narrow, own) = self.holding.grouping(keys, before);
        let (_, wide) = self.holding.grouping(keys, after);
        let coming = self.holding.parts(keys, place.column, tree, after);
        for part in wide.and_then(|wide| coming.get(&wide)).into_iter().flatten() {
            // Cells that come in with a label had none of their rows before.
            let was = narrow.of_cell(part.cell) == own && tree.holds(part.mask, before);
            if !was && !go_on(part.persons) {
                return;
            }
        }
        let going = self.holding.parts(keys, place.column, tree, before);
        for part in own.and_then(|own| going.get(&own)).into_iter().flatten() {
            if !tree.holds(part.mask, after) && !go_on(part.persons) {
                return;
            }
        }
    }

    fn members(
        &mut self,
        keys: &'a [ScalarValue],
        place: Place,
        tree: &Node,
        removed: Removed,
    ) -> RoaringBitmap {
        let (_, group) = self.holding.grouping(keys, removed);
        let parts = self.holding.parts(keys, place.column, tree, removed);
        let parts = group.and_then(|group| parts.get(&group));
        parts.into_iter().flatten().fold(RoaringBitmap::new(), |all, part| all | part.persons)
    }
}

fn key_of(persons: &RoaringBitmap, record_key: &dyn Fn(u32) -> u64) -> u64 {
    persons.iter().fold(0, |sum, person| sum.wrapping_add(record_key(person)))
}
