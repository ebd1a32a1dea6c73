//! Conditions that are true for everybody.
//!
//! Where every condition had noise of its own, such a condition would change the noise and nothing else, and so measure it.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let mut signs = vec![];
    for one in asked {
        for (condition, absence) in one.effects.absences() {
            // In a small cell a condition may happen to be true for everybody.
            if absence.idle && absence.most == 0 {
                signs.push(Sign { group: String::new(), item: condition.to_owned(), asked: one });
            }
        }
    }
    peaks(signs, bounds.chaff, |number| {
        format!(
            "{number} different conditions that changed nothing for anybody. One or two are habits; many try to change \
             the noise and leave the people"
        )
    })
}
