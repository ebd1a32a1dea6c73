//! Questions that got the answer of an earlier, different one, because hardly anybody lies between the two.

use std::collections::BTreeMap;

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};
use super::singled::Singled;

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let known: BTreeMap<&str, &Observed> = asked.iter().map(|one| (one.query(), *one)).collect();
    let singled = Singled::of(asked, bounds.few);
    let mut signs = vec![];
    for one in asked {
        let given = one.effects.given_again.iter().filter(|given| given.is_of_many());
        let mut given = given.filter_map(|given| known.get(given.earlier.as_str()));
        // The same people as before is a repeat: that it gets the same answer says nothing.
        if given.any(|earlier| differ(earlier, one, &singled)) {
            let item = format!("{:?}", one.conditions());
            signs.push(Sign { group: String::new(), item, asked: one });
        }
    }
    peaks(signs, bounds.earlier_answers, |number| {
        format!(
            "{number} questions got the answer of an earlier one with other conditions, because hardly anybody lies \
             between the two. Each is half of a pair whose difference would be about those few"
        )
    })
}

/// Whether the people of two questions differ in more than a habit, or a group of a table that the other asked for alone.
fn differ(earlier: &Observed, later: &Observed, singled: &Singled<'_>) -> bool {
    let more_in = |one: &Observed, other: &Observed| {
        let (Some(its), Some(others)) = (one.conditions(), other.conditions()) else {
            return false;
        };
        let mut more = its.iter().filter(|condition| !others.contains(condition));
        more.any(|condition| !singled.is_habit(condition) && !other.groups_by(condition))
    };
    more_in(earlier, later) || more_in(later, earlier)
}
