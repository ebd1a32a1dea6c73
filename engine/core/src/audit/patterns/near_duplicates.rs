//! Pairs of questions that differ in one condition, and that condition is about very few people.
//!
//! Subtract the answers, and what is left is about somebody (A23 to A26). That a condition is on few people shows in its
//! shape, where it denies or adds a combination of values; or in the sealed texts, where it counted as absent.

use std::collections::BTreeSet;

use super::Bounds;
use super::formula::{fixed_together, of_aggregate};
use super::observed::Observed;
use super::peaks::{Peak, Sign, peaks};
use super::singled::Singled;
use super::template::without_constants;
use crate::audit::overlaps::shape;

/// Columns that a condition has to fix together to be one on very few people.
const FIXED: usize = 2;

/// Tables and conditions: the people of a question, as far as it is known.
type People<'a> = (&'a BTreeSet<String>, Vec<&'a str>);

pub(super) fn find<'a>(asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
    let populations: BTreeSet<People<'_>> = asked.iter().filter_map(|one| people(one)).collect();
    let singled = Singled::of(asked, bounds.few);
    let mut signs = vec![];
    for one in asked {
        if has_other_half(one, &populations, &singled) {
            let item = match one.texts() {
                Some(texts) => format!("{:?}{texts:?}", one.question.tables),
                // Whether two have the same constants cannot be seen: each counts.
                None => one.query().to_owned(),
            };
            signs.push(Sign { group: String::new(), item, asked: one });
        }
    }
    peaks(signs, bounds.near_duplicates, |number| {
        format!(
            "{number} pairs of questions about the same people, but for one condition that takes out or adds very few. \
             The difference of the two answers would be about those few"
        )
    })
}

fn people(one: &Observed) -> Option<People<'_>> {
    Some((&one.question.tables, one.conditions()?.iter().map(String::as_str).collect()))
}

/// Whether the same was asked without one condition that is on very few people.
fn has_other_half(
    one: &Observed,
    populations: &BTreeSet<People<'_>>,
    singled: &Singled<'_>,
) -> bool {
    let Some((tables, conditions)) = people(one) else { return false };
    conditions.iter().enumerate().any(|(at, condition)| {
        let written = without_constants(&shape(condition));
        if fixed_together(&written) < FIXED && !singled.has(condition) {
            return false;
        }
        let without: Vec<&str> = conditions
            .iter()
            .enumerate()
            .filter_map(|(other, condition)| (other != at).then_some(*condition))
            .collect();
        // With FILTER one query tells both numbers.
        (of_aggregate(&written) && fixed_together(&written) >= FIXED)
            || populations.contains(&(tables, without))
    })
}
