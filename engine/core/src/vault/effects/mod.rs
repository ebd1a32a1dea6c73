//! Low-effect removal: what a cell would be without the conditions that concern too few people.
//!
//! First everything is measured as it was asked. Then some persons are looked at, until each condition is known to
//! change enough of them in every cell: with ordinary questions a first part of the rows suffices, and what was measured
//! stands. Where a condition changes few, everybody is looked at, the rules say what is left out
//! ([`tresor_disclosure::low_effect`]), and what is left is measured anew.
//!
//! Conditions that can only be left out of the plan ([`apart`]) come first, the others ([`row_by_row`]) after them. Must
//! never know: SQL text, who asks.

mod anew;
mod apart;
mod holding;
mod layers;
mod lists;
mod members;
mod possible;
mod reduce;
mod row_by_row;
mod told;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{LowEffect, Removed};
use tresor_disclosure::{NoiseSecret, Profile};

use self::layers::Layers;
pub(super) use self::members::{Looking, Table};
use self::reduce::{Counts, Place, Reduction};
pub(super) use self::told::{Told, cohort};
use super::cells::{Asked, Cells};
use super::execute::Ground;
use crate::guard::conditions::Conditions;
use crate::guard::release::PersonalRelease;

/// A release, its conditions, and what its plan is run on.
pub(super) struct Effects<'a> {
    pub(super) release: &'a PersonalRelease,
    pub(super) conditions: &'a Conditions,
    pub(super) earlier: &'a [Vec<RecordBatch>],
    pub(super) ground: &'a Ground,
    pub(super) profile: &'a Profile,
    pub(super) secret: &'a NoiseSecret,
}

/// What was left out of the cells of a release: for the auditor.
pub(super) type Left = Vec<LeftOut>;

/// What was left out for one number.
pub(super) struct LeftOut {
    pub(super) keys: Vec<ScalarValue>,
    pub(super) column: usize,
    pub(super) steps: Vec<(u8, u64)>,
    pub(super) persons: u64,
    pub(super) key: u64,
    pub(super) too_far: bool,
}

/// A number of a cell: the cell by its place in a list.
type Number = (usize, Place);

impl Effects<'_> {
    /// The cells without the conditions that concern too few people.
    ///
    /// A cell that nobody is in is looked at like any other: whether one person is in it must make no difference.
    pub(super) async fn removed(&self, cells: &mut Cells) -> Result<Left> {
        let Some(rule) = LowEffect::new(self.profile, self.secret) else { return Ok(vec![]) };
        let mut keys: Vec<Vec<ScalarValue>> = cells.iter().map(|(keys, _)| keys.to_vec()).collect();
        let further = self.possible().await?;
        keys.extend(further.into_iter().filter(|keys| cells.get(keys).is_none()));
        let mut open: HashMap<Number, Reduction> = HashMap::new();
        for at in 0..keys.len() {
            open.extend(self.places().map(|place| ((at, place), Reduction::default())));
        }
        if !self.conditions.is_empty() {
            self.leave_out_of_the_plan(&keys, &mut open, &rule).await?;
            self.leave_out_row_by_row(&keys, &mut open, &rule).await?;
            self.measure_anew(cells, &keys, &open).await?;
        }
        self.name_what_is_asked(cells, &keys, &open)?;
        Ok(self.told(&keys, open))
    }

    /// What conditions say without what is removed inside of expressions.
    fn layers(&self, removed: Removed) -> Result<Layers<'_>> {
        Layers::of(self.conditions, self.earlier, removed)
    }

    /// The numbers of a cell: of the cell itself and of each argument.
    fn places(&self) -> impl Iterator<Item = Place> + use<> {
        let kinds: &'static [Counts] = match self.release.one_row {
            true => &[Counts::Rows],
            false => &[Counts::Persons, Counts::Rows],
        };
        let columns = 0..=self.release.arguments.len();
        columns.flat_map(move |column| kinds.iter().map(move |&counts| Place { column, counts }))
    }

    /// Names what each number is still asked with.
    fn name_what_is_asked(
        &self,
        cells: &mut Cells,
        keys: &[Vec<ScalarValue>],
        open: &HashMap<Number, Reduction>,
    ) -> Result<()> {
        let mut said: HashMap<Removed, Layers<'_>> = HashMap::new();
        for (at, keys) in keys.iter().enumerate() {
            let Some(measured) = cells.get_mut(keys) else { continue };
            for (column, measured) in measured.iter_mut().enumerate() {
                let mut asked = |counts| -> Result<Asked> {
                    let known = open.get(&(at, Place { column, counts }));
                    let removed = known.map(|reduction| reduction.removed).unwrap_or_default();
                    let inside = self.conditions.inside(removed);
                    let said = match said.entry(inside) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(slot) => slot.insert(self.layers(inside)?),
                    };
                    let layers = said.of_cell(column, keys, removed);
                    let name = said.name_with(column, removed, &layers);
                    Ok(Asked { layers: layers.into(), name })
                };
                measured.conditions = self.conditions.most(column);
                measured.asked = asked(Counts::Rows)?;
                measured.asked_of_persons = match self.release.one_row {
                    true => measured.asked.clone(),
                    false => asked(Counts::Persons)?,
                };
            }
        }
        Ok(())
    }

    fn told(&self, keys: &[Vec<ScalarValue>], open: HashMap<Number, Reduction>) -> Left {
        let left = open.into_iter().filter(|(_, reduction)| !reduction.steps.is_empty());
        let left = left.map(|((cell, place), reduction)| LeftOut {
            keys: keys.get(cell).cloned().unwrap_or_default(),
            column: place.column,
            steps: reduction.steps,
            persons: reduction.persons,
            key: reduction.key,
            too_far: reduction.too_far,
        });
        let mut left: Vec<LeftOut> = left.collect();
        left.sort_by_cached_key(|one| {
            let keys: Vec<String> = one.keys.iter().map(ToString::to_string).collect();
            (keys, one.column)
        });
        left
    }
}

/// Numbers of which the same is left out so far.
fn alike(
    numbers: impl IntoIterator<Item = Number>,
    open: &HashMap<Number, Reduction>,
) -> BTreeMap<Removed, Vec<Number>> {
    let mut alike: BTreeMap<Removed, Vec<Number>> = BTreeMap::new();
    for number in numbers {
        let removed = open.get(&number).map(|known| known.removed).unwrap_or_default();
        alike.entry(removed).or_default().push(number);
    }
    alike.values_mut().for_each(|numbers| numbers.sort_unstable_by_key(in_order));
    alike
}

/// What was worked out for a column is kept for a while: its numbers come one after the other.
const fn in_order((cell, place): &Number) -> (usize, u8, usize) {
    (place.column, place.counts as u8, *cell)
}

impl Reduction {
    /// What is left out further.
    fn and(&mut self, more: Self) {
        self.steps.extend(more.steps);
        (self.removed, self.nothing) = (more.removed, more.nothing);
        self.changed = self.changed.saturating_add(more.changed);
        self.touched |= more.touched;
        (self.persons, self.key) = (more.persons, more.key);
        self.members = more.members;
        self.too_far |= more.too_far;
    }
}
