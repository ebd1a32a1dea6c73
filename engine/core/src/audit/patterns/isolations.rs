//! Conditions on one, two or three people out of many.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let mut signs = vec![];
    for one in asked {
        for removed in one.effects.cells.iter().flat_map(|cell| cell.narrow()) {
            if removed.persons <= bounds.few {
                signs.push(Sign {
                    group: String::new(),
                    item: removed.condition.clone(),
                    asked: one,
                });
            }
        }
    }
    let few = bounds.few;
    peaks(signs, bounds.isolations, |number| {
        format!(
            "{number} conditions that picked out at most {few} people from a large group. They counted as absent; whoever \
             writes them has somebody in mind, or tries combinations until one fits"
        )
    })
}
