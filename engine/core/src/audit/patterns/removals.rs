//! Conditions that counted as absent because so few people told them from the rest, per hundred questions.
//!
//! Each condition counts once, however often it stands there.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};
use super::singled::Singled;

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    // However many people the profile takes for too few.
    let singled = Singled::of(asked, u64::MAX);
    let mut signs = vec![];
    for one in asked {
        for (condition, absence) in one.effects.absences() {
            if absence.few_of_many && singled.has_removed(condition, one) {
                let item = condition.to_owned();
                signs.push(Sign { group: String::new(), item, asked: one });
            }
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
