//! What a project was answered before: a number whose cell hardly differs from an earlier one gets the earlier answer.
//!
//! Two answers about nearly the same persons tell of those in whom the cells differ, if only by being equal or not. So
//! a cell that differs from an earlier one in too few persons is answered as the earlier one was, exactly as one that
//! does not differ at all: whoever asks cannot tell the two. Withholding it instead would tell. How many are too few
//! is drawn for the earlier cell, and for the conditions of the new number where whoever asks names them.
//!
//! A new cell is compared only with answers that were a cell's own, never with one that was itself taken from another:
//! else an answer could be handed on from cell to cell, to where it is about other persons. The first that is near
//! wins, so that asking again gives the same.
//!
//! Whether a cell is shown at all is part of its answer. Else a minimum that is known to be low for some people would tell
//! whether they are asked for once more, or with one person more. But a cell of few people must not be near a large one
//! that nobody is far from: where one of the two is withheld for its few people, less is too few
//! ([`Nearness::is_near_few`]).
//!
//! Must never know: SQL text, the researcher, the time.

mod known;
mod sketch;
#[cfg(test)]
mod tests;

pub use known::{Known, from_bytes, to_bytes};
pub use sketch::{Share, Sketch};

use std::collections::{BTreeMap, HashMap};

use crate::low_effect::{Effect, LowEffect};
use crate::outcome::Protected;
pub use crate::packed::Damaged;

/// The rule that says in how few persons two cells must differ to be answered as one.
pub trait Nearness {
    /// Cells that differ in so many persons are never near.
    fn surely(&self) -> u64;

    /// Whether `differing` persons are too few beside an earlier cell of this key and number of persons.
    fn is_near(&self, differing: u64, earlier_key: u64, earlier_persons: u64) -> bool;

    /// The same where one of the two has too few people for its number to be shown.
    fn is_near_few(&self, differing: u64, earlier_key: u64, earlier_persons: u64) -> bool;
}

/// Nearly the same rule as for a condition: two cells are near where a condition that makes the one of the other would be
/// removed, and they have enough people in common. The earlier cell is the one that is left.
impl Nearness for LowEffect<'_> {
    fn surely(&self) -> u64 {
        LowEffect::surely(self)
    }

    fn is_near(&self, differing: u64, earlier_key: u64, earlier_persons: u64) -> bool {
        self.is_low_between_cells(&effect(differing, earlier_key, earlier_persons))
    }

    fn is_near_few(&self, differing: u64, earlier_key: u64, earlier_persons: u64) -> bool {
        self.is_low_beside_few(&effect(differing, earlier_key, earlier_persons))
    }
}

const fn effect(differing: u64, earlier_key: u64, earlier_persons: u64) -> Effect {
    Effect { persons: differing, reduced_key: earlier_key, reduced_persons: earlier_persons }
}

/// The numbers that a project was answered about one universe of persons, each its cell's own.
#[derive(Default)]
pub struct History {
    numbers: Vec<Known>,
    /// By measure and number of persons: places in `numbers`.
    by_persons: HashMap<String, BTreeMap<u64, Vec<usize>>>,
}

impl History {
    /// Remembers a number that was its cell's own answer. Numbers are handed over in the order in which they were answered.
    pub fn insert(&mut self, known: Known) {
        let sizes = self.by_persons.entry(known.measure.clone()).or_default();
        sizes.entry(known.persons).or_default().push(self.numbers.len());
        self.numbers.push(known);
    }

    /// The earliest number of this measure whose cell is the given one or near it.
    ///
    /// `persons` is how many persons the sketch holds, `own` what the answer would be without an earlier one.
    #[must_use]
    pub fn find(
        &self,
        measure: &str,
        persons: u64,
        sketch: &Sketch,
        own: Protected,
        rule: &impl Nearness,
    ) -> Option<&Known> {
        let near = |known: &&Known| are_near(known, persons, sketch, own, rule);
        let places = self.of_about(measure, persons, rule.surely());
        let known = places.filter_map(|place| Some((place, self.numbers.get(place)?)));
        known
            .filter(|(_, known)| near(known))
            .min_by_key(|(place, _)| *place)
            .map(|(_, known)| known)
    }

    /// Places of the numbers of this measure with about so many persons: no others can be near.
    fn of_about(&self, measure: &str, persons: u64, surely: u64) -> impl Iterator<Item = usize> {
        let reach = surely.saturating_sub(1);
        let about = persons.saturating_sub(reach)..=persons.saturating_add(reach);
        let sizes = self.by_persons.get(measure);
        sizes
            .into_iter()
            .flat_map(move |sizes| sizes.range(about.clone()))
            .flat_map(|(_, places)| places.iter().copied())
    }

    /// How many numbers are remembered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// Small cells that share nobody differ in few persons, too; but neither tells anything of the other, so they are not
/// near.
fn are_near(
    earlier: &Known,
    persons: u64,
    sketch: &Sketch,
    own: Protected,
    rule: &impl Nearness,
) -> bool {
    if earlier.persons == persons && earlier.sketch == *sketch {
        return true;
    }
    if earlier.sketch.differs_by(sketch, rule.surely()) {
        return false;
    }
    let differing = u64::from(earlier.sketch.differing(sketch));
    let differing = differing.max(earlier.persons.abs_diff(persons));
    let few = own.is_of_few() || earlier.answer.is_of_few();
    let near = || match few {
        true => rule.is_near_few(differing, earlier.key, earlier.persons),
        false => rule.is_near(differing, earlier.key, earlier.persons),
    };
    differing < rule.surely() && earlier.sketch.shares_somebody(sketch) && near()
}
