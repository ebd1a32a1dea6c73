//! Conditions that are true for everybody.
//!
//! Where every condition had noise of its own, such a condition would change the noise and nothing else, and so measure it.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let mut signs = vec![];
    for one in asked {
        let removed = one.effects.cells.iter().flat_map(|cell| &cell.removed);
        for chaff in removed.filter(|removed| removed.persons == 0) {
            let item = chaff.condition.clone();
            signs.push(Sign { group: String::new(), item, asked: one });
        }
    }
    peaks(signs, bounds.chaff, |number| {
        format!(
            "{number} different conditions that changed nothing for anybody. One or two are habits; many try to change \
             the noise and leave the people"
        )
    })
}
