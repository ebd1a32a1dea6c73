//! The exposure meters of a project, kept beside its past: one for each sensitive column.
//!
//! What moved a meter is remembered by the ledger together with the answer; a meter is made anew of it when it is first
//! looked at. Must never know: values, SQL text, who asks within the project.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use tresor_disclosure::Profile;
use tresor_disclosure::exposure::{Cohort, Level, Meter, predicted_accuracy};
use tresor_disclosure::profile::Exposure;
use tresor_ledger::{Ledger, Remembered};

use super::made::lineage;
use super::open::Vault;
use super::past::Held;
use crate::extract::Snapshot;
use crate::guard::Guarded;
use crate::guard::conditions::Conditions;
use crate::ids::SnapshotId;
use crate::refusal::Refusal;

/// What the released numbers tell of persons about one sensitive column.
pub(super) struct ColumnMeter {
    snapshot: SnapshotId,
    meter: Meter,
    /// The query that each cohort is of, by the cohort's place.
    queries: BTreeMap<usize, String>,
    /// What it stood at when persons were numbered in another way.
    before: f64,
}

impl Held {
    /// How much of a person's secret the released numbers explain, by sensitive column.
    ///
    /// # Errors
    /// As [`Pasts::take`].
    pub(super) async fn gauge(&mut self, of: &Metered<'_>) -> Result<Gauge, String> {
        let meter = self.meter(of).await?;
        let share = meter.meter.most().max(meter.before);
        Ok(Gauge {
            column: of.column.to_owned(),
            share,
            told: in_steps(share, &of.profile.exposure),
            level: Level::of(share, meter.meter.is_full(), &of.profile.exposure),
            cohorts: meter.meter.cohorts(),
        })
    }

    /// The persons of whom most is known, and the queries that tell it: for the auditor.
    pub(super) async fn most_exposed(
        &mut self,
        of: &Metered<'_>,
        groups: usize,
    ) -> Result<Vec<MostExposed>, String> {
        let meter = self.meter(of).await?;
        let exposed = meter.meter.most_exposed(groups).into_iter().map(|exposed| {
            let query = |cohort: &usize| meter.queries.get(cohort).cloned();
            let mut queries: Vec<String> = exposed.cohorts.iter().filter_map(query).collect();
            queries.sort();
            queries.dedup();
            MostExposed { share: exposed.share, persons: exposed.persons, queries }
        });
        Ok(exposed.collect())
    }

    /// Takes in the cohorts of a query; what is new is to be remembered.
    pub(super) async fn expose(
        &mut self,
        of: &Metered<'_>,
        query: &str,
        cohorts: Vec<Cohort>,
    ) -> Result<Option<Remembered>, String> {
        let meter = self.meter(of).await?;
        let mut fresh = vec![];
        for cohort in cohorts {
            let (known, place) = (meter.meter.cohorts(), meter.meter.handed());
            let was_full = meter.meter.is_full();
            meter.meter.add([cohort.clone()]);
            // The first that there is no room for is remembered too: read back, it fills the meter again.
            if meter.meter.cohorts() > known || meter.meter.is_full() != was_full {
                meter.queries.insert(place, query.to_owned());
                fresh.push(cohort);
            }
        }
        if fresh.is_empty() {
            return Ok(None);
        }
        let mut body = of.snapshot.as_str().as_bytes().to_vec();
        body.extend(meter.meter.most().max(meter.before).to_le_bytes());
        body.extend(tresor_disclosure::exposure::to_bytes(&fresh));
        self.added = true;
        Ok(Some(Remembered { topic: exposure_topic(of), body }))
    }

    async fn meter(&mut self, of: &Metered<'_>) -> Result<&mut ColumnMeter, String> {
        let known =
            self.past.meters.get(of.column).is_some_and(|known| known.snapshot == *of.snapshot);
        if !known {
            let read = read_meter(of).await?;
            self.past.meters.insert(of.column.to_owned(), read);
        }
        self.past.meters.get_mut(of.column).ok_or_else(|| "a meter that was lost".to_owned())
    }
}

/// Which meter is meant, and where what it remembers lies.
pub(super) struct Metered<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) account: &'a str,
    pub(super) lineage: &'a str,
    pub(super) column: &'a str,
    /// Whose numbers of persons are meant, and how many persons it has.
    pub(super) snapshot: &'a SnapshotId,
    pub(super) persons: u32,
    pub(super) profile: &'a Profile,
}

/// How far a meter has moved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gauge {
    /// Dataset, table and column.
    pub column: String,
    /// The largest share of one person's secret that released numbers explain (R squared), 0 to 1.
    pub share: f64,
    /// The same as a researcher is told it.
    told: f64,
    /// What follows for further queries.
    pub level: Level,
    /// How many different groups of people were counted.
    pub cohorts: usize,
}

impl Gauge {
    /// A share in percent, rounded up to a tenth.
    pub(crate) fn percent(share: f64) -> f64 {
        (share * 1_000.0).ceil() / 10.0
    }

    /// As it is told to a researcher.
    pub(crate) fn told(&self) -> Value {
        self.with(self.told)
    }

    /// As it is told to an auditor.
    pub(crate) fn told_exactly(&self) -> Value {
        self.with(self.share)
    }

    fn with(&self, share: f64) -> Value {
        // A prediction that is right to seven digits must not be rounded up from a coin.
        let guess = if share > 0.0 { Self::percent(predicted_accuracy(share)) } else { 50.0 };
        json!({
            "column": self.column,
            "level": self.level.as_str(),
            "explained_percent": Self::percent(share),
            "best_guess_percent": guess,
        })
    }
}

/// In how many steps a researcher sees a meter move.
const STEPS: f64 = 4.0;

/// A share rounded up to a quarter of the last limit. Exactly, it would count people: a meter moves otherwise by nine
/// whose answers are known than by these and one more, who is in the cohort or not.
fn in_steps(share: f64, limits: &Exposure) -> f64 {
    let Exposure { warn, review, lock } = *limits;
    let last = [lock, review, warn].into_iter().find(|limit| *limit > 0.0).unwrap_or(1.0);
    let step = last / STEPS;
    ((share / step).ceil() * step).min(1.0)
}

/// Persons of whom the same is known. Who they are is not said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MostExposed {
    /// The share of their secret that released numbers explain.
    pub share: f64,
    /// How many they are.
    pub persons: u64,
    /// The queries in whose numbers they were counted.
    pub queries: Vec<String>,
}

fn exposure_topic(of: &Metered<'_>) -> String {
    format!("exposure {} {}", of.lineage, of.column)
}

/// Makes a meter of what is remembered. Where persons were numbered in another way, what the meter stood at stays.
async fn read_meter(of: &Metered<'_>) -> Result<ColumnMeter, String> {
    let damaged = || "a remembered cohort that cannot be read".to_owned();
    let mut meter = Meter::new(of.persons, of.profile.min_count.max(1));
    let (mut queries, mut before) = (BTreeMap::new(), 0.0_f64);
    let id = of.snapshot.as_str().as_bytes();
    let kept = of.ledger.remembered(of.account, &exposure_topic(of)).await;
    for (query, bytes) in kept.map_err(|error| error.to_string())? {
        let (snapshot, rest) = bytes.split_at_checked(id.len()).ok_or_else(damaged)?;
        let (share, rest) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
        if snapshot != id {
            before = before.max(f64::from_le_bytes(*share));
            continue;
        }
        let cohorts = tresor_disclosure::exposure::from_bytes(rest);
        let cohorts = cohorts.map_err(|error| error.to_string())?;
        let first = meter.handed();
        queries.extend((first..first + cohorts.len()).map(|place| (place, query.clone())));
        meter.add(cohorts);
    }
    Ok(ColumnMeter { snapshot: of.snapshot.clone(), meter, queries, before })
}

impl Vault {
    /// The meters that a query would move, where the profile looks at them.
    ///
    /// # Errors
    /// The ledger cannot be read (FAIL-CLOSED).
    pub(crate) async fn gauges(&self, guarded: &Guarded) -> Result<Vec<Gauge>, Refusal> {
        let Exposure { warn, review, lock } = guarded.grant.profile.exposure;
        let conditions = guarded.conditions.iter().flatten();
        let columns: BTreeSet<String> =
            conditions.flat_map(Conditions::sensitive).map(|sensitive| sensitive.column).collect();
        if (warn, review, lock) == (0.0, 0.0, 0.0) || columns.is_empty() {
            return Ok(vec![]);
        }
        let lineage = lineage(guarded, self);
        let unavailable = |why: String| Refusal::unavailable(why);
        let held = self.pasts.take(&self.ledger, guarded.project.as_str(), &lineage).await;
        let mut held = held.map_err(unavailable)?;
        let mut gauges = vec![];
        for column in columns {
            if let Some(of) = self.metered(guarded, &lineage, &column) {
                gauges.push(held.gauge(&of).await.map_err(unavailable)?);
            }
        }
        Ok(gauges)
    }

    /// The meters of a project that have moved, each with the people of whom most is known.
    ///
    /// # Errors
    /// As [`Self::gauges`].
    pub(crate) async fn exposed(
        &self,
        account: &str,
        profile: &Profile,
        groups: usize,
    ) -> Result<Vec<(Gauge, Vec<MostExposed>)>, Refusal> {
        let unavailable = |why: String| Refusal::unavailable(why);
        let mut all = vec![];
        for snapshot in self.snapshots.iter() {
            let lineage = snapshot.lineage();
            let held = self.pasts.take(&self.ledger, account, lineage).await;
            let mut held = held.map_err(unavailable)?;
            for column in sensitive_columns(snapshot) {
                let of = Metered {
                    ledger: &self.ledger,
                    account,
                    lineage,
                    column: &column,
                    snapshot: snapshot.id(),
                    persons: snapshot.persons(),
                    profile,
                };
                let gauge = held.gauge(&of).await.map_err(unavailable)?;
                if gauge.share > 0.0 || gauge.cohorts > 0 {
                    all.push((gauge, held.most_exposed(&of, groups).await.map_err(unavailable)?));
                }
            }
        }
        Ok(all)
    }

    /// The meter of a column, for the snapshot that the query reads.
    pub(super) fn metered<'a>(
        &'a self,
        guarded: &'a Guarded,
        lineage: &'a str,
        column: &'a str,
    ) -> Option<Metered<'a>> {
        let dataset = column.split('.').next()?;
        let read = |snapshot: &&Arc<Snapshot>| {
            guarded.snapshots.contains(snapshot.id())
                && snapshot.contract().dataset.as_str() == dataset
        };
        let snapshot = self.snapshots.iter().find(read)?;
        Some(Metered {
            ledger: &self.ledger,
            account: guarded.project.as_str(),
            lineage,
            column,
            snapshot: snapshot.id(),
            persons: snapshot.persons(),
            profile: &guarded.grant.profile,
        })
    }
}

fn sensitive_columns(snapshot: &Snapshot) -> Vec<String> {
    let contract = snapshot.contract();
    let columns = contract.tables.iter().flat_map(|table| {
        let sensitive = table.columns.iter().filter(|column| column.sensitive);
        sensitive.map(|column| format!("{}.{}.{}", contract.dataset, table.name, column.name))
    });
    columns.collect()
}
