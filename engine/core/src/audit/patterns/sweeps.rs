//! One template filled in again and again, so that the groups overlap: every answer is one equation more.
//!
//! Values one after the other, or ranges side by side, are a table that was asked for row by row: nobody is in two of
//! them, and that is no sweep.

use std::collections::{BTreeMap, BTreeSet};

use super::Bounds;
use super::bounds::Bound;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};
use super::template::Template;
use super::values::Values;

/// Questions before one that it is held against.
const HELD_AGAINST: usize = 400;

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let mut templates: BTreeMap<Template<'a>, Vec<&'a Observed>> = BTreeMap::new();
    for one in asked.iter().copied() {
        if let Some(template) = Template::of(one) {
            templates.entry(template).or_default().push(one);
        }
    }
    let mut found = vec![];
    for (template, filled) in templates {
        let (open, closed): (Vec<_>, Vec<_>) =
            filled.into_iter().partition(|one| one.texts().is_some());
        found.extend(overlapping(&open, bounds.sweep));
        if template.entangles() {
            found.extend(many(closed, bounds.sweep_closed));
        }
    }
    found
}

/// The question that overlaps most of those before it, and these.
fn overlapping<'a>(filled: &[&'a Observed], bound: Bound) -> Option<Peak<'a>> {
    if filled.len() < bound.at_least {
        return None;
    }
    let read = |one: &&'a Observed| (*one, Values::of(one.texts().unwrap_or_default()));
    let read: Vec<(&Observed, Values)> = filled.iter().map(read).collect();
    let mut best: Vec<&Observed> = vec![];
    for (at, (one, values)) in read.iter().enumerate() {
        let mut constants = BTreeSet::from([one.texts()]);
        let mut overlapping = vec![];
        let near = read.iter().take(at).rev().take(HELD_AGAINST);
        for (earlier, others) in near.take_while(|(earlier, _)| {
            one.question.at.0.saturating_sub(earlier.question.at.0) <= bound.micros()
        }) {
            if !values.exclude(others) && constants.insert(earlier.texts()) {
                overlapping.push(*earlier);
            }
        }
        if overlapping.len() >= best.len() {
            overlapping.reverse();
            overlapping.push(one);
            best = overlapping;
        }
    }
    let number = best.len();
    (number >= bound.at_least).then(|| Peak {
        number,
        bound,
        asked: best,
        says: format!(
            "one question was asked with {number} sets of constants, for groups that overlap. Each answer about a part of \
             the same people is one more equation about each of them"
        ),
    })
}

/// So many of one template that repeats do not explain it.
fn many(filled: Vec<&Observed>, bound: Bound) -> Option<Peak<'_>> {
    let signs = filled.into_iter().map(|asked| Sign {
        group: String::new(),
        item: asked.query().to_owned(),
        asked,
    });
    let found = peaks(signs.collect(), bound, |number| {
        format!(
            "one question was asked {number} times with constants that stay sealed, for groups that can overlap. Open the \
             constants to tell repeats from a sweep"
        )
    });
    found.into_iter().next()
}
