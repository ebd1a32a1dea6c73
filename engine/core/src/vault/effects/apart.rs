//! Conditions that can only be left out of the plan: the plan with and without each of them, person by person.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{Effect, Layer, LowEffect, Removed};

use super::layers::Layers;
use super::lists::{Difference, Listing, Lists, difference};
use super::reduce::{Counts, Reduction};
use super::{Effects, Number, waves};
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
        let mut unsettled: Vec<Number> = open.keys().copied().collect();
        while !unsettled.is_empty() {
            let mut classes: BTreeMap<Removed, Vec<Number>> = BTreeMap::new();
            for number in unsettled.drain(..) {
                let removed = open.get(&number).map(|known| known.removed).unwrap_or_default();
                classes.entry(removed).or_default().push(number);
            }
            for (removed, numbers) in classes {
                let effects = self.effects_apart(keys, &numbers, removed, rule).await?;
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

    /// The low ones among the effects of everything that can only be left out of the plan.
    async fn effects_apart(
        &self,
        keys: &[Vec<ScalarValue>],
        numbers: &[Number],
        removed: Removed,
        rule: &LowEffect<'_>,
    ) -> Result<HashMap<Number, Vec<Effect>>> {
        let mut all: HashMap<Number, Vec<Effect>> = HashMap::new();
        let ids = self.conditions.inner().filter_map(|id| u8::try_from(id).ok());
        for id in ids.filter(|id| !removed.contains(*id)) {
            for (number, found) in self.apart(keys, numbers, removed, id, rule).await? {
                let Found { difference, key, persons } = found;
                let effect = match number.1.counts {
                    Counts::Persons => difference.persons,
                    Counts::Rows => difference.parts,
                };
                if effect < rule.surely() {
                    let effect =
                        Effect { id, persons: effect, reduced_key: key, reduced_persons: persons };
                    all.entry(number).or_default().push(effect);
                }
            }
        }
        Ok(all)
    }

    /// Holds the plan against the plan without one condition more, until all effects are known to be large.
    async fn apart(
        &self,
        keys: &[Vec<ScalarValue>],
        numbers: &[Number],
        removed: Removed,
        id: u8,
        rule: &LowEffect<'_>,
    ) -> Result<HashMap<Number, Found>> {
        let with = self.ready(removed)?;
        let without = self.ready(removed.with(id))?;
        let record_key = self.ground.record_keys.all(with.snapshot())?;
        let mut found: HashMap<Number, Found> =
            numbers.iter().map(|number| (*number, Found::default())).collect();
        for shards in waves(with.shards()) {
            let lists = async |ready: &Arc<Ready>| -> Result<Lists> {
                Listing::together(ready.run(shards.clone(), || Listing::of(&ready.release)).await?)
            };
            let (asked, left) = (lists(&with).await?, lists(&without).await?);
            let mut sure = true;
            for ((cell, place), found) in &mut found {
                let Some(keys) = keys.get(*cell) else { continue };
                let of = |lists: &'_ Lists| -> Vec<(u32, u64)> {
                    let list = lists.get(keys).and_then(|columns| columns.get(place.column));
                    list.cloned().unwrap_or_default()
                };
                let (asked, left) = (of(&asked), of(&left));
                let more = difference(&asked, &left);
                found.difference.persons += more.persons;
                found.difference.parts += more.parts;
                found.persons += left.len() as u64;
                found.key = left
                    .iter()
                    .fold(found.key, |sum, (person, _)| sum.wrapping_add(record_key(*person)));
                let effect = match place.counts {
                    Counts::Persons => found.difference.persons,
                    Counts::Rows => found.difference.parts,
                };
                sure &= effect >= rule.surely();
            }
            if sure {
                break;
            }
        }
        Ok(found)
    }

    fn ready(&self, removed: Removed) -> Result<Arc<Ready>> {
        let release = self.conditions.without(self.release, removed)?;
        Ok(Arc::new(Ready::of(release, self.earlier, self.ground)?))
    }
}
