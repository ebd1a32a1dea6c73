//! One group of people, chosen in many ways.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let mut signs = vec![];
    for one in asked {
        let Some(texts) = one.texts() else { continue };
        // Small cells lose one condition after the other, until loops over them end at the same people.
        let cells = one.effects.cells.iter().filter(|cell| cell.is_nearly_what_was_asked());
        let cohorts = cells.map(|cell| cell.cohort.as_str());
        for cohort in cohorts.filter(|cohort| !cohort.is_empty()) {
            signs.push(Sign { group: cohort.to_owned(), item: format!("{texts:?}"), asked: one });
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
    let mut told = std::collections::BTreeSet::new();
    found.retain(|peak| {
        let new = peak.asked.iter().all(|one| !told.contains(&one.question.seq));
        told.extend(peak.asked.iter().map(|one| one.question.seq));
        new
    });
}
