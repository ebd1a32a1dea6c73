//! Questions that got the answer of an earlier, different one, because hardly anybody lies between the two.

use std::collections::BTreeMap;

use super::Bounds;
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let known: BTreeMap<&str, &Observed> = asked.iter().map(|one| (one.query(), *one)).collect();
    let mut signs = vec![];
    for one in asked {
        let given = one.effects.cells.iter().filter_map(|cell| cell.earlier.as_deref());
        let mut given = given.filter_map(|query| known.get(query));
        // The same people as before is a repeat: that it gets the same answer says nothing.
        if given.any(|earlier| are_others(earlier, one)) {
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

fn are_others(earlier: &Observed, later: &Observed) -> bool {
    let both = earlier.conditions().zip(later.conditions());
    both.is_some_and(|(earlier, later)| earlier != later)
}
