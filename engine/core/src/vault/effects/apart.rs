//! Conditions that can only be left out of the plan: the plan with and without each of them, person by person.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{Effect, LowEffect, Removed};

use super::lists::{Difference, Listing, Lists, difference};
use super::reduce::{Counts, Place, Reduction};
use super::row_by_row::waves;
use super::{Effects, Number, alike, in_order};
use crate::vault::execute::Ready;

/// What leaving out conditions does to one number.
#[derive(Clone, Copy, Default)]
struct Found {
    difference: Difference,
    /// Who is left: key and number.
    key: u64,
    persons: u64,
}

/// For each number: what leaving out each of some sets of conditions does to it. Sets that surely do enough are not there.
type Low = HashMap<Number, Vec<(Removed, Effect)>>;

impl Effects<'_> {
    /// Leaves out, for each number by itself, what has a low effect; again and again, because each removal changes what
    /// the others do.
    pub(super) async fn leave_out_of_the_plan(
        &self,
        keys: &[Vec<ScalarValue>],
        open: &mut HashMap<Number, Reduction>,
        rule: &LowEffect<'_>,
    ) -> Result<()> {
        let words = self.conditions.told();
        let mut by_words: Vec<u8> =
            self.conditions.inner().filter_map(|id| u8::try_from(id).ok()).collect();
        by_words.sort_by_key(|id| words.get(usize::from(*id)));
        if by_words.is_empty() {
            return Ok(());
        }
        let mut apart = Apart { of: self, keys, rule, by_words, plans: Plans::new() };
        let mut unsettled: Vec<Number> = open.keys().copied().collect();
        while !unsettled.is_empty() {
            for (removed, numbers) in alike(unsettled.drain(..), open) {
                unsettled.extend(apart.leave_out_further(open, removed, &numbers).await?);
            }
        }
        Ok(())
    }
}

/// What tries plans with and without conditions.
struct Apart<'a> {
    of: &'a Effects<'a>,
    keys: &'a [Vec<ScalarValue>],
    rule: &'a LowEffect<'a>,
    /// The numbers of what can only be left out of the plan, in the order of what it says.
    by_words: Vec<u8>,
    plans: Plans,
}

impl Apart<'_> {
    /// Leaves out what is low in numbers of which the same is left out so far; says which have changed.
    ///
    /// Every plan that is tried is another reading of the data, so which are tried must not tell who meets a condition.
    /// Everything low goes at once where that is low together; whether each of them concerns nobody or one person is then
    /// all the same. Where it is not, because some of them say the same, one goes, chosen by its words.
    async fn leave_out_further(
        &mut self,
        open: &mut HashMap<Number, Reduction>,
        removed: Removed,
        numbers: &[Number],
    ) -> Result<Vec<Number>> {
        let (keys, rule) = (self.keys, self.rule);
        let layers = self.of.layers(removed)?;
        let rule_of = |(cell, place): Number, without| {
            let keys = keys.get(cell).map(Vec::as_slice).unwrap_or_default();
            rule.asked(layers.name(place.column, keys, without))
        };
        let each = self.by_words.iter().filter(|id| !removed.contains(**id));
        let each: Vec<Removed> = each.map(|id| Removed::default().with(*id)).collect();
        let mut alone = self.effects(numbers, removed, &each).await?;
        for (number, effects) in &mut alone {
            let rule = rule_of(*number, removed);
            effects.retain(|(_, effect)| rule.is_low(effect));
        }
        let mut changed = vec![];
        for (all, numbers) in together(&alone) {
            // Of one condition it is known already.
            let sets = if each.contains(&all) { vec![] } else { vec![all] };
            let at_once = self.effects(&numbers, removed, &sets).await?;
            for number in numbers {
                let Some(known) = open.get_mut(&number) else { continue };
                let (rule, low) =
                    (rule_of(number, removed), alone.remove(&number).unwrap_or_default());
                let at_once = at_once.get(&number).and_then(|effects| effects.first());
                let at_once = at_once.filter(|(_, effect)| rule.is_low(effect));
                let Some(next) = at_once.or(low.first()) else { continue };
                known.leave_out(*next, &low);
                let meant = rule_of(number, known.nothing);
                known.too_far =
                    known.changed > 0 && meant.too_far(known.changed, known.key, known.persons);
                changed.push(number);
            }
        }
        Ok(changed)
    }

    /// What each of these sets does to each number when it is left out as well. The plan is held against the plan without
    /// one set more, until all effects are known to be large.
    async fn effects(
        &mut self,
        numbers: &[Number],
        removed: Removed,
        sets: &[Removed],
    ) -> Result<Low> {
        let (keys, rule) = (self.keys, self.rule);
        let with = self.ready(removed)?;
        let record_key = self.of.ground.record_keys.all(with.snapshot())?;
        let mut sites = vec![];
        for set in sets {
            let without = self.ready(removed.and(*set))?;
            let found = numbers.iter().map(|number| (*number, Found::default())).collect();
            sites.push(Site { set: *set, without, found, sure: false });
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
        let mut all = Low::new();
        for site in sites.iter().filter(|site| !site.sure) {
            for (number, found) in &site.found {
                let persons = found.effect(number.1);
                if persons < rule.surely() {
                    let (reduced_key, reduced_persons) = (found.key, found.persons);
                    let effect = Effect { persons, reduced_key, reduced_persons };
                    all.entry(*number).or_default().push((site.set, effect));
                }
            }
        }
        Ok(all)
    }

    fn ready(&mut self, removed: Removed) -> Result<Arc<Ready>> {
        if let Some(known) = self.plans.get(&removed) {
            return Ok(Arc::clone(known));
        }
        let Effects { release, conditions, earlier, ground, .. } = *self.of;
        let ready = Arc::new(Ready::of(conditions.without(release, removed)?, earlier, ground)?);
        self.plans.insert(removed, Arc::clone(&ready));
        Ok(ready)
    }
}

/// Plans by what is left out of them: each is made once.
type Plans = HashMap<Removed, Arc<Ready>>;

async fn listed(ready: &Arc<Ready>, shards: Range<usize>) -> Result<Lists> {
    Listing::together(ready.run(shards, || Listing::of(&ready.release)).await?)
}

/// Numbers by what is low in each of them, all of it together. Nothing where nothing is low.
fn together(low: &Low) -> BTreeMap<Removed, Vec<Number>> {
    let mut together: BTreeMap<Removed, Vec<Number>> = BTreeMap::new();
    for (number, sets) in low.iter().filter(|(_, sets)| !sets.is_empty()) {
        let all = sets.iter().fold(Removed::default(), |all, (set, _)| all.and(*set));
        together.entry(all).or_default().push(*number);
    }
    together.values_mut().for_each(|numbers| numbers.sort_unstable_by_key(in_order));
    together
}

impl Reduction {
    /// Leaves out what does this, of which each by itself does that.
    fn leave_out(&mut self, (gone, effect): (Removed, Effect), each: &[(Removed, Effect)]) {
        for (one, alone) in each.iter().filter(|(one, _)| one.within(gone) == *one) {
            self.steps.extend(one.ids().map(|id| (id, alone.persons)));
            if alone.persons == 0 {
                self.nothing = self.nothing.and(*one);
            }
        }
        self.removed = self.removed.and(gone);
        self.changed = self.changed.saturating_add(effect.persons);
        self.touched |= effect.persons > 0;
        (self.persons, self.key) = (effect.reduced_persons, effect.reduced_key);
    }
}

/// What can only be left out of the plan, one condition or several.
struct Site {
    set: Removed,
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
