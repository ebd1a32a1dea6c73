//! The record of every criterion that is applied to a release: which checks, with which numbers, by which tool under
//! which policy over which snapshots (SATRE 3.3.09). Known before a row is read; the same for every answer to the query.

use serde_json::{Value, json};
use tresor_disclosure::Profile;
use tresor_disclosure::kind::{Criterion, Kind, criteria};
use tresor_disclosure::noise::NOISE_VERSION;
use tresor_disclosure::profile::{CheckOn, DerivedFrom, RoundingMethod, Scope, SecondaryMethod};

use super::statistics::words;
use crate::guard::guarded::{Guarded, Named};
use crate::guard::release::{PersonalRelease, Release, Statistic};

/// Raised when a field of the record changes its meaning.
const FORMAT: u32 = 1;

/// Who reads the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Sees that a check was made, not the numbers that help to undo it.
    Researcher,
    /// Sees everything.
    Auditor,
}

impl Guarded {
    /// The record. Numbers of rules are texts, so that every reader reads them alike.
    #[must_use]
    pub(crate) fn criteria(&self, reader: Reader) -> Value {
        let profile = &self.grant.profile;
        let groups = self.groups();
        json!({
            "format": FORMAT,
            "tool": { "name": "tresor", "version": env!("CARGO_PKG_VERSION") },
            "policy_revision": self.grant.policy_revision,
            "policy_digest": self.grant.policy_digest,
            "profile": {
                "id": profile.id,
                "title": profile.title,
                "source": profile.source,
                "digest": self.grant.profile_digest,
                "scope": scope(profile.scope),
            },
            "snapshots": self.snapshots.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
            "noise_version": NOISE_VERSION,
            "steps": steps(profile),
            "checks": groups.iter().map(|group| group.checks(profile, reader)).collect::<Vec<_>>(),
            "tables": self.recorded_tables(reader),
        })
    }

    /// Kinds of statistics in this query, each once.
    fn groups(&self) -> Vec<Group> {
        let mut groups = vec![];
        for (_, release, _) in self.personal() {
            groups.extend(release.outputs.iter().map(|output| Group::of(&output.statistic)));
        }
        groups.sort();
        groups.dedup();
        groups
    }

    fn recorded_tables(&self, reader: Reader) -> Vec<Value> {
        let table = |(at, release, named): (usize, &PersonalRelease, &Named)| {
            let groups = release.outputs.iter().map(|output| Group::of(&output.statistic));
            let mut told = json!({
                "table": at + 1,
                "keys": release.keys.len(),
                "one_row_per_person": release.one_row,
                "statistics": groups.map(Group::named).collect::<Vec<_>>(),
            });
            if let (Reader::Researcher, Some(told)) = (reader, told.as_object_mut()) {
                told.insert("names".to_owned(), names(release, named, &self.grant.profile));
            }
            told
        };
        self.personal().map(table).collect()
    }

    /// Protected tables about persons, each with its place among the releases.
    fn personal(&self) -> impl Iterator<Item = (usize, &PersonalRelease, &Named)> {
        let all = self.releases.iter().zip(&self.named).enumerate();
        all.filter_map(|(at, (release, named))| match release {
            Release::Personal(release) => Some((at, release, named)),
            Release::Public(_) | Release::Earlier(_) => None,
        })
    }
}

/// What the researcher calls it. Not for the log: names are text that somebody wrote, and SQL enters the log sealed.
fn names(release: &PersonalRelease, named: &Named, profile: &Profile) -> Value {
    let statistics = release.outputs.iter().enumerate().map(|(at, output)| {
        json!({ "name": named.columns.get(at), "what": words(&output.statistic, profile) })
    });
    json!({ "keys": named.keys, "statistics": statistics.collect::<Vec<_>>() })
}

/// Statistics that go through the same checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    kind: Kind,
    about: About,
}

/// How much one person can add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// One.
    People,
    /// More than one.
    Values,
}

impl About {
    const fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Values => "values",
        }
    }
}

impl Group {
    const fn of(statistic: &Statistic) -> Self {
        let about = if statistic.is_magnitude() { About::Values } else { About::People };
        Self { kind: statistic.kind(), about }
    }

    fn named(self) -> Value {
        json!({ "kind": self.kind.as_str(), "of": self.about.as_str() })
    }

    fn checks(self, profile: &Profile, reader: Reader) -> Value {
        let found = criteria(profile, self.kind, self.about == About::Values);
        let found: Vec<Value> = found.iter().map(|criterion| told(criterion, reader)).collect();
        json!({ "kind": self.kind.as_str(), "of": self.about.as_str(), "checks": found })
    }
}

/// A check with its numbers, or the word that they are confidential.
fn told(criterion: &Criterion, reader: Reader) -> Value {
    let parameters = match (criterion.confidential, reader) {
        (true, Reader::Researcher) => json!("confidential"),
        (true, Reader::Auditor) | (false, Reader::Researcher | Reader::Auditor) => {
            let numbers = criterion.parameters.iter();
            numbers.map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
        }
    };
    json!({ "check": criterion.check.as_str(), "parameters": parameters })
}

const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::All => "all",
        Scope::BelowNational => "below_national",
    }
}

/// The steps in the order in which they are taken.
fn steps(profile: &Profile) -> Vec<&'static str> {
    let perturb = (!profile.noise.is_none()).then_some("perturb");
    let round = (!matches!(profile.rounding.method, RoundingMethod::None)).then_some("round");
    let withhold = match profile.secondary.method {
        SecondaryMethod::Off => None,
        SecondaryMethod::Gauss => Some("withhold_what_gives_others_away"),
    };
    let derive = match profile.derived_from {
        DerivedFrom::Protected => "derive_from_protected_values",
        DerivedFrom::TrueIfMinCount => "derive_from_true_values",
    };
    let looks = profile.low_effect.persons > 0;
    let leave_out = looks.then_some("leave_out_conditions_that_concern_few_people");
    let again = looks.then_some("give_earlier_answers_about_nearly_the_same_people");
    let steps = match profile.check_on {
        CheckOn::True | CheckOn::MeanCellSize => {
            [Some("decide_on_true_values"), withhold, perturb, round, again, Some(derive)]
        }
        CheckOn::Noisy => {
            [perturb, Some("decide_on_perturbed_values"), withhold, round, again, Some(derive)]
        }
    };
    let review = profile.release.review.then_some("two_people_decide_whether_it_leaves");
    let finish = Some("finish_the_query_over_protected_values");
    [leave_out].into_iter().chain(steps).chain([finish, review]).flatten().collect()
}
