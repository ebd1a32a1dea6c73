//! Conditions on one, two or three people out of many.

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};
use super::singled::Singled;

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let singled = Singled::of(asked, bounds.few);
    let mut signs = vec![];
    for one in asked {
        for (condition, absence) in one.effects.absences() {
            if absence.few_of_many
                && absence.most <= bounds.few
                && singled.has_removed(condition, one)
            {
                let item = condition.to_owned();
                signs.push(Sign { group: String::new(), item, asked: one });
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
