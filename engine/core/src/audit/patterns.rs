//! What the log tells of attacks: people who ask one thing in many words, sweep with one template, or subtract one person.
//!
//! Each indicator counts signs in the questions of one person, of one project, and of projects that share people; a number
//! above its bound within some days becomes an alert, with the queries behind it and a sentence. An alert proves nothing:
//! it says where to look. Only auditors are told, and a researcher's query never depends on any of this. Must never know:
//! rows; who reads; the clock.
//!
//! - `observed` a query, `effects` what protection did to its conditions, `gathered` from entries, `scopes` whose questions
//!   are looked at together, `bounds` when a number is an alert, `peaks` where most signs stand close together, `alert` what is told
//! - one file for each indicator: `rewrites`, `cohorts`, `near_duplicates`, `sweeps`, `removals`, `isolations`, `earlier`,
//!   `chaff`
//! - `formula` the shape of a condition read again, `template` questions without constants, `values` which
//!   constants exclude each other, `singled` conditions that single people out

mod alert;
mod bounds;
mod chaff;
mod cohorts;
mod earlier;
mod effects;
mod formula;
mod gathered;
mod isolations;
mod near_duplicates;
mod observed;
mod peaks;
mod removals;
mod rewrites;
mod scopes;
mod singled;
mod sweeps;
mod template;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::alert::Alert;
pub(crate) use self::bounds::Bounds;
pub use self::gathered::Gathered;
use self::observed::Observed;
use self::peaks::Peak;
use self::scopes::{Of, scopes};

/// Alerts that are told; the others are counted.
const TOLD_MAX: usize = 200;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Indicator {
    NearDuplicates,
    Isolations,
    Removals,
    EarlierAnswers,
    Cohorts,
    Rewrites,
    Sweeps,
    Chaff,
}

impl Indicator {
    const ALL: [Self; 8] = [
        Self::NearDuplicates,
        Self::Isolations,
        Self::Removals,
        Self::EarlierAnswers,
        Self::Cohorts,
        Self::Rewrites,
        Self::Sweeps,
        Self::Chaff,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::NearDuplicates => "near_duplicates",
            Self::Isolations => "isolations",
            Self::Removals => "removals",
            Self::EarlierAnswers => "earlier_answers",
            Self::Cohorts => "one_cohort",
            Self::Rewrites => "rewrites",
            Self::Sweeps => "sweep",
            Self::Chaff => "chaff",
        }
    }

    /// Whether it counts what only sealed texts say.
    const fn needs_texts(self) -> bool {
        match self {
            Self::Isolations
            | Self::Removals
            | Self::EarlierAnswers
            | Self::Cohorts
            | Self::Chaff => true,
            Self::NearDuplicates | Self::Rewrites | Self::Sweeps => false,
        }
    }

    fn find<'a>(self, asked: &[&'a Observed], bounds: &Bounds) -> Vec<Peak<'a>> {
        match self {
            Self::NearDuplicates => near_duplicates::find(asked, bounds),
            Self::Isolations => isolations::find(asked, bounds),
            Self::Removals => removals::find(asked, bounds),
            Self::EarlierAnswers => earlier::find(asked, bounds),
            Self::Cohorts => cohorts::find(asked, bounds),
            Self::Rewrites => rewrites::find(asked, bounds),
            Self::Sweeps => sweeps::find(asked, bounds),
            Self::Chaff => chaff::find(asked, bounds),
        }
    }
}

/// The alerts in these questions, those furthest above their bounds first. `open` says whether sealed texts were used.
fn told(observed: &[Observed], bounds: &Bounds, open: bool) -> Value {
    let mut alerts = alerts(observed, bounds);
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.above()));
    let closed = Indicator::ALL.iter().filter(|indicator| !open && indicator.needs_texts());
    json!({
        "alerts": alerts.iter().take(TOLD_MAX).map(Alert::told).collect::<Vec<_>>(),
        "more_alerts": alerts.len().saturating_sub(TOLD_MAX),
        "looked_at": observed.len(),
        "sealed_texts": open,
        "not_looked_for": closed.map(|indicator| indicator.as_str()).collect::<Vec<_>>(),
    })
}

fn alerts<'a>(observed: &'a [Observed], bounds: &Bounds) -> Vec<Alert<'a>> {
    let mut alerts: Vec<Alert<'a>> = vec![];
    let mut known: BTreeSet<(Indicator, &str)> = BTreeSet::new();
    for scope in scopes(observed) {
        for indicator in Indicator::ALL {
            for peak in indicator.find(&scope.asked, bounds) {
                let queries = || peak.asked.iter().map(|one| (indicator, one.query()));
                // What a person did alone is told of that person, and not once more of their project.
                let again = queries().any(|query| known.contains(&query));
                if scope.of != Of::Person && (again || !peak.is_high_for_its_people()) {
                    continue;
                }
                known.extend(queries());
                alerts.push(Alert { indicator, of: scope.of, peak });
            }
        }
    }
    alerts
}
