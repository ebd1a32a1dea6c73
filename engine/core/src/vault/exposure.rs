//! The exposure meter: who was counted in which released number that says something of a sensitive column.
//!
//! A number's cohort is taken as it would be without any condition about that column, and whether the number was shown
//! or withheld makes no difference: so the meter, and all that follows from it, says nothing of the column. It is moved
//! by an answer and looked at by later queries.
//!
//! Must never know: values, SQL text, who asks within the project.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use roaring::RoaringBitmap;
use tresor_disclosure::Profile;
use tresor_disclosure::exposure::Cohort;
use tresor_disclosure::profile::{Exposure, Noise};

use super::effects::{Looking, Table};
use super::execute::{Ground, Ready};
use crate::guard::conditions::Conditions;
use crate::guard::release::PersonalRelease;

/// Cohorts of numbers about one sensitive column.
pub(super) struct Exposing {
    /// Dataset, table and column.
    pub(super) column: String,
    pub(super) cohorts: Vec<Cohort>,
}

/// The cohorts of a release, by sensitive column.
pub(super) async fn cohorts(
    release: &PersonalRelease,
    conditions: &Conditions,
    earlier: &[Vec<RecordBatch>],
    ground: &Ground,
    profile: &Profile,
) -> Result<Vec<Exposing>> {
    let mut found = vec![];
    // Who was counted is kept only where something follows from it.
    let Exposure { warn, review, lock } = profile.exposure;
    if (warn, review, lock) == (0.0, 0.0, 0.0) {
        return Ok(found);
    }
    for sensitive in conditions.sensitive() {
        let open = conditions.without(release, sensitive.removed)?;
        let ready = Arc::new(Ready::of(open, earlier, ground)?);
        let mut table = Table::default();
        for lane in ready.run(0..ready.shards(), || Looking::of(&ready.release, 0)).await? {
            table.add(lane)?;
        }
        let mut cohorts = vec![];
        for (_, members) in table.iter() {
            for number in &sensitive.numbers {
                // Who adds to a sum of the sensitive values depends on them: everybody in the cell is counted.
                let argument = number.checked_sub(1).filter(|_| !sensitive.values.contains(number));
                let adds = argument.map_or(0, |at| 1_u64 << at);
                let persons = members.iter().filter(|(mask, _)| **mask & adds == adds);
                let members = persons.fold(RoaringBitmap::new(), |all, (_, more)| all | more);
                if members.len() >= profile.min_count.max(1) {
                    cohorts.push(Cohort { members, variance: variance(profile) });
                }
            }
        }
        cohorts.sort_by_cached_key(|cohort| (cohort.members.min(), cohort.members.len()));
        found.push(Exposing { column: sensitive.column, cohorts });
    }
    Ok(found)
}

/// Variance of a released number of persons, in persons squared: what the noise of the cell draws and what rounding adds.
/// The noise of conditions is left out: numbers that share a condition share it.
fn variance(profile: &Profile) -> f64 {
    let drawn = match &profile.noise {
        Noise::None {} => 0.0,
        Noise::CellKeyGeometric { count_sd, .. } => count_sd * count_sd,
        Noise::CellKeyGaussian { count_sd, breakdown_sd, .. } => {
            let least = count_sd.min(*breakdown_sd);
            least * least
        }
        Noise::CellKeyTable { .. } => {
            profile.table.as_ref().and_then(|table| table.last_variance()).unwrap_or(0.0)
        }
    };
    let step = profile.rounding.step() as f64;
    (step * step - 1.0).mul_add(1.0 / 12.0, drawn)
}
