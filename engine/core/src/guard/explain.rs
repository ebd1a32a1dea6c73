//! What a guarded query would do, in data for programs and in words for people. Touches no rows.

mod criteria;
mod statistics;

use serde_json::{Value, json};
use tresor_disclosure::Profile;
use tresor_disclosure::profile::Noise;

pub(crate) use criteria::Reader;

use super::guarded::{Guarded, Named, TableRead};
use super::release::{PersonalRelease, Quantile, Release, Statistic};
use super::result_columns::ResultColumn;

impl Guarded {
    /// The verdict, the price, the protection: what `queries:check` answers.
    #[must_use]
    pub fn explain(&self) -> Value {
        json!({
            "verdict": "allowed",
            "cost": { "points": self.cost() },
            "columns": self.columns.iter().map(|column| self.explain_column(column)).collect::<Vec<_>>(),
            "tables": self.tables.iter().map(TableRead::explain).collect::<Vec<_>>(),
            "protected_tables": self.explain_releases(),
            "person_flow": self.flow.lines(),
            "protection": self.explain_protection(),
            "allowed_by": self.grant.allowed_by.iter().map(allowed_by).collect::<Vec<_>>(),
            "policy": {
                "revision": self.grant.policy_revision,
                "digest": self.grant.policy_digest,
                "profile": self.grant.profile.id,
            },
            "snapshots": self.snapshots.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        })
    }

    fn explain_protection(&self) -> Value {
        let mut told = protection(&self.grant.profile);
        let Some(object) = told.as_object_mut() else { return told };
        if let Some(note) = self.reach.note() {
            object.insert("scope".to_owned(), json!(note));
        }
        if self.grant.profile.release.review {
            let review =
                "the answer is held until two output checkers have decided whether it leaves";
            object.insert("review".to_owned(), json!(review));
        }
        told
    }

    /// A column of the result, and the protected columns it is computed from: number of the protected table and of its
    /// statistic, both from 1.
    fn explain_column(&self, column: &ResultColumn) -> Value {
        if column.made_of.is_empty() {
            return json!({ "name": column.name, "role": "dimension" });
        }
        let part = |(scan, output): &(usize, usize)| {
            let table = self.scans.get(*scan).map(|table| table.saturating_add(1));
            json!({ "protected_table": table, "statistic": output.saturating_add(1) })
        };
        let parts: Vec<Value> = column.made_of.iter().map(part).collect();
        json!({ "name": column.name, "role": "measure", "made_of": parts })
    }

    fn explain_releases(&self) -> Vec<Value> {
        let all = self.releases.iter().zip(&self.named);
        all.map(|(release, named)| self.explain_release(release, named)).collect()
    }

    /// What a reader of the numbers must know of how they were made. Depends on the plan only.
    pub(crate) fn notes(&self) -> Vec<String> {
        let personal = self.releases.iter().filter_map(|release| match release {
            Release::Personal(release) => Some(release),
            Release::Public(_) | Release::Earlier(_) => None,
        });
        let mut notes: Vec<String> =
            personal.flat_map(|release| release_notes(release, &self.grant.profile)).collect();
        notes.extend(self.reach.note().map(str::to_owned));
        notes.sort();
        notes.dedup();
        notes
    }

    fn explain_release(&self, release: &Release, named: &Named) -> Value {
        match release {
            Release::Public(_) => json!({
                "about": "nobody",
                "text": "rows of tables without people are copied as they are",
            }),
            Release::Earlier(_) => json!({
                "about": "nobody",
                "text": "an earlier protected result, used as a table",
            }),
            Release::Personal(release) => {
                let profile = &self.grant.profile;
                let statistics = release.outputs.iter().enumerate().map(|(at, output)| {
                    statistics::explained(
                        &output.statistic,
                        release,
                        named.columns.get(at),
                        profile,
                    )
                });
                json!({
                    "about": "people",
                    "groups": named.keys,
                    "rows": rows(release),
                    "statistics": statistics.collect::<Vec<_>>(),
                    "points": release.base_measures(),
                    "one_row_per_person": release.one_row,
                })
            }
        }
    }
}

impl TableRead {
    fn explain(&self) -> Value {
        let rows = match self.one_row_per_person {
            Some(true) => "one per person",
            Some(false) => "many per person",
            None => "about nobody",
        };
        json!({ "name": self.name, "rows": rows })
    }
}

/// A use of a column, and the lines of the policy that allow it.
fn allowed_by((read, lines): &(String, Vec<String>)) -> Value {
    let (column, kind) = read.rsplit_once(':').unwrap_or((read, ""));
    json!({ "column": column, "use": kind, "rules": lines })
}

const fn rows(release: &PersonalRelease) -> &'static str {
    if release.only_counted {
        "only groups with enough people, and they are only counted"
    } else if release.keys.is_empty() {
        "one cell over all rows"
    } else if release.all_listed {
        "every combination of the groups is listed; small and empty ones are withheld alike"
    } else {
        "only groups with enough people are listed, because the list of groups is not public"
    }
}

/// The numbers of the profile that a researcher may know.
pub(crate) fn protection(profile: &Profile) -> Value {
    json!({
        "minimum_persons": profile.min_count,
        "minimum_persons_per_measure": profile.min_count_measure,
        "rounding_of_counts": profile.rounding.step() as u64,
        "noise": noise(profile),
    })
}

fn noise(profile: &Profile) -> Value {
    let magnitudes = |sd: f64| {
        format!(
            "{sd} times the largest contributor, rounded up to 1, 2 or 5 times a power of ten, \
             and at least that of a count of the same people"
        )
    };
    match &profile.noise {
        Noise::None {} => Value::Null,
        Noise::CellKeyGeometric { count_sd, magnitude_sd } => json!({
            "distribution": "two-sided geometric",
            "sd_of_person_counts": count_sd,
            "sd_of_rows_and_sums": magnitudes(*magnitude_sd),
        }),
        Noise::CellKeyGaussian { count_sd, breakdown_sd, magnitude_sd } => json!({
            "distribution": "normal, rounded to whole numbers",
            "sd_of_person_counts": count_sd,
            "sd_of_person_counts_in_groups": breakdown_sd,
            "sd_of_rows_and_sums": magnitudes(*magnitude_sd),
        }),
        // Its parameters help whoever wants to undo it (SDC handbook).
        Noise::CellKeyTable { .. } => json!({ "distribution": "perturbation table" }),
    }
}

fn release_notes(release: &PersonalRelease, profile: &Profile) -> Vec<String> {
    let note = |statistic: &Statistic| match statistic {
        Statistic::DistinctValues => Some(format!(
            "count(distinct ..) tells how many values at least {} people share",
            profile.min_count
        )),
        Statistic::Quantile(Quantile { extreme: true, .. }) => {
            let [low, high] = profile.min_max.percentiles;
            Some(format!("min and max are the percentiles {low} and {high}"))
        }
        Statistic::Quantile(Quantile { extreme: false, .. }) => Some(format!(
            "a quantile is the middle of a range that at least {} people share",
            profile.min_count_measure
        )),
        Statistic::Count(_)
        | Statistic::Sum { .. }
        | Statistic::Mean { .. }
        | Statistic::SumOf(_)
        | Statistic::MeanOf(_)
        | Statistic::Spread { .. }
        | Statistic::Pair { .. } => None,
    };
    release.outputs.iter().filter_map(|output| note(&output.statistic)).collect()
}
