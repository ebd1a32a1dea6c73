//! Conditions that can be asked of each row: whom each of them keeps out of a cell, person by person.
//!
//! A few rows come first, then ever more, until each condition is known to change enough people in each number. What is
//! known of all numbers need not be looked at again: such conditions are pushed down into the plan, and cells without open
//! questions are left out. Where a condition changes few, all shards are looked at.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{LowEffect, Removed};

use super::members::{Looking, Table};
use super::reduce::{By, Counts, Look, Place, Reduction};
use super::{Effects, Number, alike};
use crate::guard::conditions::Only;
use crate::vault::execute::Ready;

/// How many rows are looked at first.
const FIRST_ROWS: usize = 16_384;

/// How many shards are looked at then.
const FIRST_SHARDS: usize = 2;

/// Of how many numbers one is unsure, where many are.
const MANY: usize = 4;

/// How many numbers are looked at without a break.
const AT_ONCE: usize = 256;

/// Most values of a key to which rows are confined.
const MOST_VALUES: usize = 64;

/// A number, and the conditions that are not known to change enough people in it.
type Unsure = (Number, Vec<u8>);

impl Effects<'_> {
    /// Leaves out what can be left out row by row. What is left out of the plan stays so.
    pub(super) async fn leave_out_row_by_row(
        &self,
        keys: &[Vec<ScalarValue>],
        open: &mut HashMap<Number, Reduction>,
        rule: &LowEffect<'_>,
    ) -> Result<()> {
        for (start, numbers) in alike(open.keys().copied(), open) {
            let ready = self.ready_open(start, &Only::default())?;
            let (table, unsure) = self.looked_at(keys, numbers, start, rule, &ready).await?;
            if unsure.is_empty() {
                continue;
            }
            let record_key = self.ground.record_keys.all(ready.snapshot())?;
            let mut look = Look::new(self.conditions, &table, self.release.one_row);
            let layers = self.layers(self.conditions.inside(start))?;
            let by = By { rule, layers: &layers, record_key: &record_key };
            for (at, ((cell, place), ids)) in unsure.into_iter().enumerate() {
                breathe(at).await;
                let Some(keys) = keys.get(cell) else { continue };
                let Some(known) = open.get_mut(&(cell, place)) else { continue };
                let among = if self.stays_sure(place) { Some(ids.as_slice()) } else { None };
                let found = look.reduced(keys, place, known, among, &by);
                known.and(found);
            }
        }
        Ok(())
    }

    /// Looks at rows until nothing is unsure, or at all of them.
    async fn looked_at(
        &self,
        keys: &[Vec<ScalarValue>],
        numbers: Vec<Number>,
        start: Removed,
        rule: &LowEffect<'_>,
        ready: &Arc<Ready>,
    ) -> Result<(Table, Vec<Unsure>)> {
        let new = || Looking::of(&ready.release, self.conditions.leaves());
        let mut table = Table::default();
        table.add(ready.run_first(FIRST_ROWS, new()?).await?)?;
        let candidates =
            |number: Number| (number, self.conditions.candidates(number.1.column, start));
        let mut unsure: Vec<Unsure> = numbers.into_iter().map(candidates).collect();
        let all = unsure.len();
        self.drop_sure(keys, &mut unsure, start, rule, &table).await;
        // Of the shards before this one the table has every row.
        let mut whole = 0;
        let mut confined = (Only::default(), Arc::clone(ready));
        let mut waves = waves(ready.shards(), FIRST_SHARDS).into_iter();
        while !unsure.is_empty()
            && let Some(mut shards) = waves.next()
        {
            if shards.start > 0 && unsure.len() > all / MANY {
                // Where many are unsure, few become sure before the end.
                shards.end = waves.by_ref().last().map_or(shards.end, |last| last.end);
            }
            let only = self.still_open(keys, &unsure);
            // A plan that cannot be proven is not run; the one before it gives the same rows and more.
            if only != confined.0
                && let Ok(ready) = self.ready_open(start, &only)
            {
                confined = (only, ready);
            }
            if confined.0 == Only::default() {
                whole = shards.end;
            }
            // Who was looked at before comes again and counts once.
            for lane in confined.1.run(shards, new).await? {
                table.add(lane)?;
            }
            self.drop_sure(keys, &mut unsure, start, rule, &table).await;
        }
        if unsure.iter().any(|((_, place), _)| !self.stays_sure(*place)) {
            for lane in ready.run(whole..ready.shards(), new).await? {
                table.add(lane)?;
            }
        }
        Ok((table, unsure))
    }

    /// Whether a condition that changes enough people in a number does so whatever else is left out. So it is where every
    /// condition keeps rows out and each row counts by itself: without a condition more rows come in. Persons who come in
    /// with one row can be there with another already.
    fn stays_sure(&self, place: Place) -> bool {
        let by_row = self.release.one_row || place.counts == Counts::Rows;
        by_row && !self.conditions.has_alternatives(place.column)
    }

    fn ready_open(&self, start: Removed, only: &Only) -> Result<Arc<Ready>> {
        let release = self.conditions.open(self.release, start, only)?;
        Ok(Arc::new(Ready::of(release, self.earlier, self.ground)?))
    }

    async fn drop_sure(
        &self,
        keys: &[Vec<ScalarValue>],
        unsure: &mut Vec<Unsure>,
        start: Removed,
        rule: &LowEffect<'_>,
        table: &Table,
    ) {
        let mut look = Look::new(self.conditions, table, self.release.one_row);
        for (at, ((cell, place), ids)) in unsure.iter_mut().enumerate() {
            breathe(at).await;
            if let Some(keys) = keys.get(*cell) {
                look.drop_sure(keys, *place, start, rule.surely(), ids);
            }
        }
        unsure.retain(|(_, ids)| !ids.is_empty());
    }

    /// The rows that can answer what is open: those that meet every condition which is known to change enough people in
    /// all open numbers, in the cells of those numbers unless their labels are open too.
    fn still_open(&self, keys: &[Vec<ScalarValue>], unsure: &[Unsure]) -> Only {
        let open: HashSet<u8> = unsure.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
        let pieces = self.conditions.pieces_of_rows();
        let closed = pieces.filter(|ids| ids.iter().all(|id| !open.contains(id)));
        let kept = closed.filter_map(|ids| ids.first().copied());
        let kept = kept.fold(Removed::default(), Removed::with);
        let mut labels = self.conditions.labels().filter_map(|id| u8::try_from(id).ok());
        if labels.any(|id| open.contains(&id)) {
            return Only { kept, keys: vec![] };
        }
        let values = |at: usize, cells: &mut dyn Iterator<Item = usize>| -> HashSet<ScalarValue> {
            cells.filter_map(|cell| keys.get(cell)?.get(at).cloned()).collect()
        };
        let of_key = |at: usize| {
            let open = values(at, &mut unsure.iter().map(|((cell, _), _)| *cell));
            let all = values(at, &mut (0..keys.len()));
            (open.len() < all.len() && open.len() <= MOST_VALUES).then_some(open)
        };
        let keys: Vec<_> = (0..self.release.keys.len()).map(of_key).collect();
        Only { kept, keys: if keys.iter().any(Option::is_some) { keys } else { vec![] } }
    }
}

/// Lets others go on now and then, and the limit on time take effect.
async fn breathe(at: usize) {
    if at % AT_ONCE == AT_ONCE - 1 {
        tokio::task::yield_now().await;
    }
}

/// Shards in ever larger parts, so that few are read where few suffice.
pub(super) fn waves(shards: usize, first_shards: usize) -> Vec<Range<usize>> {
    let (mut all, mut first, mut size) = (vec![], 0, first_shards);
    while first < shards {
        let end = shards.min(first + size);
        all.push(first..end);
        (first, size) = (end, size * 2);
    }
    all
}
