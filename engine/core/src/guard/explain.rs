//! What a guarded query would do, in data for programs and in words for people. Touches no rows.

use serde_json::{Value, json};
use tresor_disclosure::profile::NoiseMethod;
use tresor_disclosure::{Pair, Profile, Spread};

use super::guarded::Guarded;
use super::release::{Counted, PersonalRelease, Polynomial, Quantile, Release, Statistic, Total};

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

    /// What a reader of the numbers must know of how they were made. Depends on the plan only.
    pub(crate) fn notes(&self) -> Vec<String> {
        let personal = self.releases.iter().filter_map(|release| match release {
            Release::Personal(release) => Some(release),
            Release::Public(_) | Release::Earlier(_) => None,
        });
        let mut notes: Vec<String> =
            personal.flat_map(|release| release_notes(release, &self.grant.profile)).collect();
        notes.sort();
        notes.dedup();
        notes
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
                let rows = if release.only_counted {
                    "only groups with enough people, and they are only counted"
                } else if release.keys.is_empty() {
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
                    "statistics": release.outputs.iter().map(|o| words(&o.statistic, &self.grant.profile)).collect::<Vec<_>>(),
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

fn words(statistic: &Statistic, profile: &Profile) -> String {
    match statistic {
        Statistic::Count(counted) => count_words(*counted).to_owned(),
        Statistic::Sum { total, .. } => format!("sum of {}", total_words(*total)),
        Statistic::Mean { total, rows, .. } => {
            format!("sum of {} divided by number of {}", total_words(*total), count_words(*rows))
        }
        Statistic::SumOf(of) => polynomial_words(of),
        Statistic::MeanOf(of) => {
            format!("{} divided by number of {}", polynomial_words(of), count_words(of.rows))
        }
        Statistic::Spread { kind, rows, leg } => format!(
            "{} of {} from number of {}, sum and sum of squares; {} degrees of freedom or more",
            spread_words(*kind),
            total_words(leg.sum),
            count_words(*rows),
            profile.dof_min
        ),
        Statistic::Pair { kind, rows, .. } => format!(
            "{} of two measures from number of {}, sums, squares and products; {} degrees of freedom or more",
            pair_words(*kind),
            count_words(*rows),
            profile.dof_min
        ),
        Statistic::Quantile(Quantile { share, extreme, .. }) => format!(
            "percentile {} of a measure{}, as a range that at least {} people share",
            f64::from(*share) / 10_000.0,
            if *extreme { ", instead of its end" } else { "" },
            profile.min_count_measure
        ),
        Statistic::DistinctValues => {
            format!("number of values that at least {} people share", profile.min_count)
        }
    }
}

fn polynomial_words(of: &Polynomial) -> String {
    let rows = if of.offset == 0.0 { "" } else { " and a number of rows" };
    format!("sum of products, added up from protected sums and counts: {}{rows}", of.parts.len())
}

const fn spread_words(kind: Spread) -> &'static str {
    match kind {
        Spread::VarSamp => "variance of a sample",
        Spread::VarPop => "variance of a population",
        Spread::SdSamp => "standard deviation of a sample",
        Spread::SdPop => "standard deviation of a population",
        Spread::Squares => "sum of squared distances",
    }
}

const fn pair_words(kind: Pair) -> &'static str {
    match kind {
        Pair::CovarSamp => "covariance of a sample",
        Pair::CovarPop => "covariance of a population",
        Pair::Corr => "correlation",
        Pair::Slope => "slope",
        Pair::Intercept => "intercept",
        Pair::R2 => "squared correlation",
        Pair::Products => "sum of products of distances",
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
