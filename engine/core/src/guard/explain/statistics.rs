//! What each statistic is and how it is protected: what is known by plan and profile alone.

use serde_json::{Map, Value, json};
use tresor_disclosure::noise::TwoSidedGeometric;
use tresor_disclosure::profile::Noise;
use tresor_disclosure::{Pair, Profile, Spread, degrees, rounding};

use crate::guard::release::{
    Argument, Counted, PersonalRelease, Polynomial, Quantile, Statistic, Total,
};

/// A protected column: its name, what it tells, and every rule it goes through.
pub(super) fn explained(
    statistic: &Statistic,
    release: &PersonalRelease,
    name: Option<&String>,
    profile: &Profile,
) -> Value {
    let mut told = Map::new();
    told.insert("name".to_owned(), json!(name));
    told.insert("kind".to_owned(), json!(statistic.kind().as_str()));
    told.insert("what".to_owned(), json!(words(statistic, profile)));
    told.insert("minimum_persons".to_owned(), json!(minimum(statistic, profile)));
    if let Some(dominance) = dominance(statistic, profile) {
        told.insert("dominance".to_owned(), json!(dominance));
    }
    told.insert("noise".to_owned(), noise(statistic, profile));
    if let Statistic::Count(_) | Statistic::Sum { .. } | Statistic::SumOf(_) = statistic
        && profile.low_effect.persons > 0
    {
        told.insert("left_out".to_owned(), left_out(profile));
    }
    if let Some(step) = rounding_step(statistic, profile) {
        told.insert("rounded_to".to_owned(), json!(step));
    }
    if let Statistic::Quantile(quantile) = statistic
        && let Some(Argument::Positions { decimals, bins, .. }) =
            release.arguments.get(quantile.argument)
    {
        let unit = 10_f64.powi(decimals.cast_signed());
        let narrowest = bins.widths(0).next().unwrap_or(1);
        let narrowest = narrowest as f64 / unit * quantile.scale.abs();
        told.insert("bins".to_owned(), json!({ "narrowest": narrowest, "text": BINS }));
    }
    Value::Object(told)
}

const BINS: &str = "the contract decides them; wider ones are taken until enough people share one";

/// The fewest people behind a value that is shown.
const fn minimum(statistic: &Statistic, profile: &Profile) -> u64 {
    match statistic {
        Statistic::Count(Counted::Persons | Counted::PersonsWith(_))
        | Statistic::DistinctValues => profile.min_count,
        Statistic::Count(Counted::Rows | Counted::RowsWith(_))
        | Statistic::Sum { .. }
        | Statistic::Mean { .. }
        | Statistic::SumOf(_)
        | Statistic::MeanOf(_)
        | Statistic::Quantile(_) => profile.min_count_measure,
        // Enough people for the minimum and for the degrees of freedom.
        Statistic::Spread { .. } => more(profile.min_count_measure, profile.dof_min + 1),
        Statistic::Pair { kind, .. } => {
            more(profile.min_count_measure, profile.dof_min + degrees(*kind))
        }
    }
}

const fn more(one: u64, other: u64) -> u64 {
    if one > other { one } else { other }
}

/// That the rule is in force, and not its numbers: who knows those can bound the largest contributor.
fn dominance(statistic: &Statistic, profile: &Profile) -> Option<&'static str> {
    let tested = statistic.is_magnitude() && !profile.dominance.is_off();
    tested.then_some("withheld where one or two people make up too much of it")
}

/// How far it may be off because conditions count as absent, and because an earlier answer is given again.
fn left_out(profile: &Profile) -> Value {
    json!({
        "persons": profile.low_effect.reach(),
        "text": format!(
            "a condition that concerns fewer than about {} people counts as absent, and a question about nearly the same \
             people as an earlier one gets its answer: the interval is wider by what so many people contribute",
            profile.low_effect.persons
        ),
    })
}

/// The noise, as far as it is known before a row is read.
fn noise(statistic: &Statistic, profile: &Profile) -> Value {
    let (count, magnitude) = match &profile.noise {
        Noise::None {} => return Value::Null,
        Noise::CellKeyGeometric { count_sd, magnitude_sd } => (*count_sd, *magnitude_sd),
        Noise::CellKeyGaussian { .. } | Noise::CellKeyTable { .. } => {
            return json!({ "text": "the answer brings the interval, where it may be told" });
        }
    };
    match statistic {
        Statistic::Count(Counted::Persons | Counted::PersonsWith(_)) => {
            let width = TwoSidedGeometric::with_sd(count)
                .map(|noise| noise.half_width().saturating_add(rounding::reach(&profile.rounding)));
            json!({
                "sd": count,
                "half_width": width.and_then(|width| u64::try_from(width).ok()),
                "text": "known now: half of the 95 % interval of noise and rounding",
            })
        }
        Statistic::Count(Counted::Rows | Counted::RowsWith(_)) => json!({
            "sd_at_least": count,
            "text": format!("{magnitude} times the rows of whoever has most, and at least that of a count of people"),
        }),
        Statistic::Sum { .. } => json!({
            "text": format!(
                "{magnitude} times the largest person's part, and at least {count} times the mean part; \
                 the answer brings the interval"
            ),
        }),
        Statistic::Mean { .. }
        | Statistic::SumOf(_)
        | Statistic::MeanOf(_)
        | Statistic::Spread { .. }
        | Statistic::Pair { .. } => json!({
            "text": "that of the numbers it is computed from; the answer brings the interval",
        }),
        Statistic::Quantile(_) => json!({
            "text": "that of the number of rows at or below each bin; the answer brings the interval",
        }),
        Statistic::DistinctValues => {
            json!({ "text": "none on the number; only groups with enough people are in it" })
        }
    }
}

/// To multiples of what it is rounded, where that does not follow from the noise.
fn rounding_step(statistic: &Statistic, profile: &Profile) -> Option<u64> {
    let step = u64::try_from(profile.rounding.step()).ok().filter(|step| *step > 1);
    step.filter(|_| matches!(statistic, Statistic::Count(_)))
}

pub(super) fn words(statistic: &Statistic, profile: &Profile) -> String {
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
