//! Conditions that can only be left out of the plan: the plan with and without each of them, person by person.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{Effect, Layer, LowEffect, Removed};

use super::layers::Layers;
use super::lists::{Difference, Listing, Lists, difference};
use super::reduce::{Counts, Place, Reduction};
use super::row_by_row::waves;
use super::{Effects, Number, alike};
use crate::vault::execute::Ready;

/// What leaving out one condition does to one number.
#[derive(Clone, Copy, Default)]
struct Found {
    difference: Difference,
    /// Who is left: key and number.
    key: u64,
    persons: u64,
}

impl Effects<'_> {
    /// Leaves out, for each number by itself, what has a low effect; again and again, because each removal changes what
    /// the others do.
    pub(super) async fn leave_out_of_the_plan(
        &self,
        keys: &[Vec<ScalarValue>],
        open: &mut HashMap<Number, Reduction>,
        rule: &LowEffect<'_>,
    ) -> Result<()> {
        if self.conditions.inner().is_empty() {
            return Ok(());
        }
        let mut plans = Plans::new();
        let mut unsettled: Vec<Number> = open.keys().copied().collect();
        while !unsettled.is_empty() {
            for (removed, numbers) in alike(unsettled.drain(..), open) {
                let effects = self.effects_apart(keys, &numbers, removed, rule, &mut plans).await?;
                let layers = Layers::of(self.conditions, removed)?;
                for (number, effects) in effects {
                    let Some(keys) = keys.get(number.0) else { continue };
                    let name =
                        |removed| Layer::name(&layers.of_cell(number.1.column, keys, removed));
                    let Some(next) = rule.asked(name(removed)).next(&effects) else { continue };
                    let Some(known) = open.get_mut(&number) else { continue };
                    let effect = effects.iter().find(|effect| effect.id == next);
                    let changed = effect.map_or(0, |effect| effect.persons);
                    known.steps.push((next, changed));
                    known.removed = known.removed.with(next);
                    known.changed = known.changed.saturating_add(changed);
                    known.touched |= changed > 0;
                    if changed == 0 {
                        known.nothing = known.nothing.with(next);
                    }
                    if let Some(effect) = effect {
                        (known.persons, known.key) = (effect.reduced_persons, effect.reduced_key);
                        known.too_far = known.changed > 0
                            && rule.asked(name(known.nothing)).too_far(
                                known.changed,
                                effect.reduced_key,
                                effect.reduced_persons,
                            );
                    }
                    unsettled.push(number);
                }
            }
        }
        Ok(())
    }

    /// The low ones among the effects of everything that can only be left out of the plan. The plan is held against the
    /// plan without one condition more, until all effects are known to be large.
    async fn effects_apart(
        &self,
        keys: &[Vec<ScalarValue>],
        numbers: &[Number],
        removed: Removed,
        rule: &LowEffect<'_>,
        plans: &mut Plans,
    ) -> Result<HashMap<Number, Vec<Effect>>> {
        let with = self.ready(removed, plans)?;
        let record_key = self.ground.record_keys.all(with.snapshot())?;
        let ids = self.conditions.inner().filter_map(|id| u8::try_from(id).ok());
        let mut sites = vec![];
        for id in ids.filter(|id| !removed.contains(*id)) {
            let without = self.ready(removed.with(id), plans)?;
            let found = numbers.iter().map(|number| (*number, Found::default())).collect();
            sites.push(Site { id, without, found, sure: false });
        }
        for shards in waves(with.shards(), 1) {
            let open = sites.iter_mut().filter(|site| !site.sure);
            let mut open: Vec<&mut Site> = open.collect();
            let Some((first, rest)) = open.split_first_mut() else { break };
            // The first two side by side: one shard keeps one core busy.
            let (asked, left) = futures::try_join!(
                listed(&with, shards.clone()),
                listed(&first.without, shards.clone())
            )?;
            first.hold(keys, &asked, &left, rule, &record_key);
            for site in rest {
                let left = listed(&site.without, shards.clone()).await?;
                site.hold(keys, &asked, &left, rule, &record_key);
            }
        }
        let mut all: HashMap<Number, Vec<Effect>> = HashMap::new();
        for site in sites.iter().filter(|site| !site.sure) {
            for (number, found) in &site.found {
                let persons = found.effect(number.1);
                if persons < rule.surely() {
                    let (reduced_key, reduced_persons) = (found.key, found.persons);
                    let effect = Effect { id: site.id, persons, reduced_key, reduced_persons };
                    all.entry(*number).or_default().push(effect);
                }
            }
        }
        Ok(all)
    }

    fn ready(&self, removed: Removed, plans: &mut Plans) -> Result<Arc<Ready>> {
        if let Some(known) = plans.get(&removed) {
            return Ok(Arc::clone(known));
        }
        let release = self.conditions.without(self.release, removed)?;
        let ready = Arc::new(Ready::of(release, self.earlier, self.ground)?);
        plans.insert(removed, Arc::clone(&ready));
        Ok(ready)
    }
}

/// Plans by what is left out of them: each is made once.
type Plans = HashMap<Removed, Arc<Ready>>;

async fn listed(ready: &Arc<Ready>, shards: Range<usize>) -> Result<Lists> {
    Listing::together(ready.run(shards, || Listing::of(&ready.release)).await?)
}

/// A condition that can only be left out of the plan.
struct Site {
    id: u8,
    without: Arc<Ready>,
    found: HashMap<Number, Found>,
    /// Whether nobody need look further.
    sure: bool,
}

impl Site {
    /// Holds a part of the persons with the condition against the same part without it.
    fn hold(
        &mut self,
        keys: &[Vec<ScalarValue>],
        asked: &Lists,
        left: &Lists,
        rule: &LowEffect<'_>,
        record_key: &dyn Fn(u32) -> u64,
    ) {
        self.sure = true;
        for ((cell, place), found) in &mut self.found {
            let Some(keys) = keys.get(*cell) else { continue };
            let (asked, left) = (of_place(asked, keys, *place), of_place(left, keys, *place));
            let more = difference(asked, left);
            found.difference.persons += more.persons;
            found.difference.parts += more.parts;
            found.persons += left.len() as u64;
            let add = |sum: u64, (person, _): &(u32, u64)| sum.wrapping_add(record_key(*person));
            found.key = left.iter().fold(found.key, add);
            self.sure &= found.effect(*place) >= rule.surely();
        }
    }
}

fn of_place<'a>(lists: &'a Lists, keys: &[ScalarValue], place: Place) -> &'a [(u32, u64)] {
    let list = lists.get(keys).and_then(|columns| columns.get(place.column));
    list.map(Vec::as_slice).unwrap_or_default()
}

impl Found {
    /// How many persons the condition changes, as this number counts them.
    const fn effect(&self, place: Place) -> u64 {
        match place.counts {
            Counts::Persons => self.difference.persons,
            Counts::Rows => self.difference.parts,
        }
    }
}
