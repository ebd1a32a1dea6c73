//! Where most signs stand close together.

use std::collections::{BTreeMap, BTreeSet};

use super::bounds::Bound;
use super::observed::Observed;

/// Something that an indicator counts.
pub(super) struct Sign<'a> {
    /// Only signs of one group are counted together.
    pub(super) group: String,
    /// Equal signs count once.
    pub(super) item: String,
    /// The query that shows it.
    pub(super) asked: &'a Observed,
}

/// Signs within the days of a bound that are at least as many as it says.
pub(super) struct Peak<'a> {
    pub(super) number: usize,
    pub(super) bound: Bound,
    /// The queries that show them, in the order of the log.
    pub(super) asked: Vec<&'a Observed>,
    /// What it means, in a sentence.
    pub(super) says: String,
}

impl Peak<'_> {
    /// Whether it is above its bound for each of its people: several people ask more than one.
    pub(super) fn is_high_for_its_people(&self) -> bool {
        let people: BTreeSet<&str> =
            self.asked.iter().map(|one| one.question.person.as_str()).collect();
        self.number >= self.bound.at_least.saturating_mul(people.len())
    }
}

/// For each group the days with the most different signs, if they are enough.
pub(super) fn peaks<'a>(
    signs: Vec<Sign<'a>>,
    bound: Bound,
    says: impl Fn(usize) -> String,
) -> Vec<Peak<'a>> {
    let mut groups: BTreeMap<String, Vec<(String, &'a Observed)>> = BTreeMap::new();
    for Sign { group, item, asked } in signs {
        groups.entry(group).or_default().push((item, asked));
    }
    let peaks = groups.into_values().filter_map(|signs| {
        let (number, asked) = highest(signs, bound)?;
        Some(Peak { number, bound, asked, says: says(number) })
    });
    peaks.collect()
}

/// The days with the most different signs, and the queries in them.
fn highest(mut signs: Vec<(String, &Observed)>, bound: Bound) -> Option<(usize, Vec<&Observed>)> {
    signs.sort_by_key(|(_, asked)| (asked.question.at, asked.question.seq));
    let mut inside: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut first, mut best) = (0, (0, 0, 0));
    for (last, (item, asked)) in signs.iter().enumerate() {
        *inside.entry(item).or_default() += 1;
        while let Some((old, early)) = signs.get(first)
            && asked.question.at.0.saturating_sub(early.question.at.0) > bound.micros()
        {
            first += 1;
            if let Some(left) = inside.get_mut(old.as_str()) {
                *left -= 1;
                if *left == 0 {
                    inside.remove(old.as_str());
                }
            }
        }
        if inside.len() > best.0 {
            best = (inside.len(), first, last);
        }
    }
    let (number, first, last) = best;
    if number < bound.at_least.max(1) {
        return None;
    }
    let mut asked: Vec<&Observed> =
        signs.get(first..=last)?.iter().map(|(_, asked)| *asked).collect();
    asked.dedup_by_key(|one| one.question.seq);
    Some((number, asked))
}
