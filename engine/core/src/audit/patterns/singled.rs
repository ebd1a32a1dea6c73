//! Conditions that single people out, told from habits.
//!
//! A habit, for example a range that leaves out wrong values, means something in a large table and hardly anything in a
//! small one. A condition on one person is on one person wherever it stands.

use std::collections::BTreeMap;

use super::effects::are_of;
use super::observed::Observed;

/// What conditions do, over all questions that have them.
pub(super) struct Singled<'a>(BTreeMap<&'a str, Known>);

#[derive(Debug, Clone, Copy)]
struct Known {
    /// How many people it reaches at most.
    reach: Reach,
    /// Whether it counted as absent somewhere.
    absent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Nobody: it is true for everybody.
    Nobody,
    /// Very few of many.
    Few,
    /// More.
    Many,
}

impl<'a> Singled<'a> {
    /// Among these questions; so many people are very few.
    pub(super) fn of(asked: &[&'a Observed], few: u64) -> Self {
        let mut all: BTreeMap<&str, Known> = BTreeMap::new();
        for one in asked {
            for condition in one.texts().unwrap_or_default() {
                let absence = one.effects.absence_of(condition);
                let reach = match absence {
                    None => Reach::Many,
                    Some(absence) if absence.most > few => Reach::Many,
                    Some(absence) if absence.few_of_many => Reach::Few,
                    Some(_) => Reach::Nobody,
                };
                let absent = absence.is_some();
                let known = all.entry(condition.as_str()).or_insert(Known { reach, absent });
                known.reach = known.reach.max(reach);
                known.absent |= absent;
            }
        }
        Self(all)
    }

    /// Whether a condition reaches very few, wherever it stands.
    pub(super) fn has(&self, condition: &str) -> bool {
        self.0.get(condition).is_some_and(|known| known.reach == Reach::Few)
    }

    /// Whether a condition counted as absent somewhere and is none of those.
    pub(super) fn is_habit(&self, condition: &str) -> bool {
        self.0.get(condition).is_some_and(|known| known.absent && known.reach != Reach::Few)
    }

    /// Whether a condition that counted as absent in a question is one of those, or a part of one; or none of the question:
    /// the label of a group, for example.
    pub(super) fn has_removed(&self, removed: &str, one: &Observed) -> bool {
        let texts = one.texts().unwrap_or_default();
        let mut its = texts.iter().filter(|condition| are_of(removed, condition)).peekable();
        its.peek().is_none() || its.any(|condition| self.has(condition))
    }
}
