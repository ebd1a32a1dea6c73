//! One group of people, chosen in many ways.

use std::collections::{BTreeMap, BTreeSet};

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let known: BTreeMap<&str, &Observed> = asked.iter().map(|one| (one.query(), *one)).collect();
    let mut signs = vec![];
    for one in asked {
        for given in one.effects.given_again.iter().filter(|given| given.is_of_the_same()) {
            let Some(earlier) = known.get(given.earlier.as_str()) else { continue };
            let group = format!("{} {} {}", given.earlier, given.measure, given.persons);
            signs.extend([*earlier, one].into_iter().filter_map(|asked| {
                let item = format!("{:?}", asked.texts()?);
                Some(Sign { group: group.clone(), item, asked })
            }));
        }
    }
    let mut found = peaks(signs, bounds.one_cohort, |number| {
        format!(
            "exactly the same people were chosen in {number} ways. Ordinary work has one way; several look for other noise \
             on the same number"
        )
    });
    once(&mut found);
    found
}

/// Cells of one table repeat one story: it is told of the cell that shows most.
fn once(found: &mut Vec<Peak<'_>>) {
    found.sort_by_key(|peak| std::cmp::Reverse(peak.number));
    let mut told = BTreeSet::new();
    found.retain(|peak| {
        let new = peak.asked.iter().all(|one| !told.contains(&one.question.seq));
        told.extend(peak.asked.iter().map(|one| one.question.seq));
        new
    });
}
