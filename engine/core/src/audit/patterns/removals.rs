//! Conditions that counted as absent because so few people told them from the rest, per hundred questions.
//!
//! A habit, for example a range that leaves out wrong values, is the same condition each time and counts once.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let mut signs = vec![];
    for one in asked {
        for removed in one.effects.cells.iter().flat_map(|cell| cell.narrow()) {
            let item = removed.condition.clone();
            signs.push(Sign { group: String::new(), item, asked: one });
        }
    }
    let mut found = peaks(signs, bounds.removals, |_| String::new());
    found.retain_mut(|peak| {
        let all = asked_meanwhile(peak, asked);
        let per_hundred = peak.number.saturating_mul(100) / all.max(1);
        peak.says = format!(
            "{} different conditions in {all} questions counted as absent, because too few people told them from the rest: \
             {per_hundred} in a hundred questions. In ordinary work they are rare; who subtracts two answers has one in \
             each pair",
            peak.number
        );
        per_hundred >= bounds.removals_per_hundred
    });
    found
}

/// How many questions were asked from the first query of a peak to its last.
fn asked_meanwhile(peak: &Peak<'_>, asked: &[&Observed]) -> usize {
    let moments = || peak.asked.iter().map(|one| one.question.at);
    let (Some(first), Some(last)) = (moments().min(), moments().max()) else { return 0 };
    asked.iter().filter(|one| (first..=last).contains(&one.question.at)).count()
}
