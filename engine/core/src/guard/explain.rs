//! What a guarded query would do, in data for programs and in words for people. Touches no rows.

use serde_json::{Value, json};
use tresor_disclosure::Profile;
use tresor_disclosure::profile::NoiseMethod;

use super::guarded::Guarded;
use super::release::{Counted, Release, Statistic, Total};

impl Guarded {
    /// The verdict, the price, the protection: what `queries:check` answers.
    #[must_use]
    pub fn explain(&self) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(|column| {
                json!({
                    "name": column.name,
                    "role": if column.made_of.is_empty() { "dimension" } else { "measure" },
                })
            })
            .collect();
        let releases: Vec<Value> = self.releases.iter().map(|r| self.explain_release(r)).collect();
        json!({
            "verdict": "allowed",
            "cost": { "points": self.cost() },
            "columns": columns,
            "protected_tables": releases,
            "person_flow": self.flow.lines(),
            "protection": protection(&self.grant.profile),
            "policy": { "digest": self.grant.policy_digest, "profile": self.grant.profile.id },
            "snapshots": self.snapshots.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        })
    }

    fn explain_release(&self, release: &Release) -> Value {
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
                let listed = release.all_listed;
                let rows = if release.keys.is_empty() {
                    "one cell over all rows"
                } else if listed {
                    "every combination of the groups is listed; small and empty ones are withheld alike"
                } else {
                    "only groups with enough people are listed, because the list of groups is not public"
                };
                json!({
                    "about": "people",
                    "groups": release.keys.len(),
                    "rows": rows,
                    "statistics": release.outputs.iter().map(|o| words(&o.statistic)).collect::<Vec<_>>(),
                    "points": release.base_measures(),
                    "one_row_per_person": release.one_row,
                })
            }
        }
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
    match profile.noise.method {
        NoiseMethod::None => Value::Null,
        NoiseMethod::CellKeyGeometric => json!({
            "distribution": "two-sided geometric",
            "sd_of_person_counts": profile.noise.count_sd,
            "sd_of_rows_and_sums": format!(
                "{} times the largest contributor, rounded up to 1, 2 or 5 times a power of ten, \
                 and at least that of a count of the same people",
                profile.noise.magnitude_sd
            ),
        }),
    }
}

fn words(statistic: &Statistic) -> String {
    match statistic {
        Statistic::Count(counted) => count_words(*counted).to_owned(),
        Statistic::Sum { total, .. } => format!("sum of {}", total_words(*total)),
        Statistic::Mean { total, rows, .. } => {
            format!("sum of {} divided by number of {}", total_words(*total), count_words(*rows))
        }
    }
}

const fn total_words(total: Total) -> &'static str {
    match total {
        Total::Value(_) => "a measure",
        Total::Count(_) => "ones",
    }
}

const fn count_words(counted: Counted) -> &'static str {
    match counted {
        Counted::Persons => "people",
        Counted::PersonsWith(_) => "people with a value",
        Counted::Rows => "rows",
        Counted::RowsWith(_) => "rows with a value",
    }
}
