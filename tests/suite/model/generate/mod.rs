//! Random queries that are well typed, over everything that the engine answers.

mod exprs;
mod persons;
mod results;
mod scope;

use super::chance::Chance;
use super::over::Query;

/// What a query may use, each switched on when the engine answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Feature {
    LeftJoin,
    RightJoin,
    FullJoin,
    SemiJoin,
    InPersons,
    InValues,
    Exists,
    Wards,
    Values,
    PerPerson,
    PerPersonHaving,
    PerPersonFilter,
    Window,
    WindowRows,
    Distinct,
    Union,
    DateDifference,
    PlusDays,
    Filter,
    GroupingSets,
    TwoResults,
    ReleasedValue,
    ResultWindow,
    Having,
}

/// What the engine answers.
pub(crate) const ANSWERED: &[Feature] = &[
    Feature::LeftJoin,
    Feature::RightJoin,
    Feature::FullJoin,
    Feature::SemiJoin,
    Feature::InPersons,
    Feature::InValues,
    Feature::Exists,
    Feature::Wards,
    Feature::Values,
    Feature::PerPerson,
    Feature::PerPersonHaving,
    Feature::PerPersonFilter,
    Feature::Window,
    Feature::WindowRows,
    Feature::Distinct,
    Feature::Union,
    Feature::DateDifference,
    Feature::PlusDays,
    Feature::Filter,
    Feature::GroupingSets,
    Feature::TwoResults,
    Feature::ReleasedValue,
    Feature::ResultWindow,
    Feature::Having,
];

/// Makes queries of choices.
pub(crate) struct Generator {
    chance: Chance,
    features: Vec<Feature>,
    used: Vec<Feature>,
    sources: usize,
}

/// A query, and what it is made of.
pub(crate) struct Generated {
    pub(crate) query: Query,
    pub(crate) used: Vec<Feature>,
    /// The choices that led to it.
    pub(crate) taken: Vec<u64>,
}

/// The query of these choices.
pub(crate) fn generate(chance: Chance, features: &[Feature]) -> Generated {
    let mut generator = Generator { chance, features: features.to_vec(), used: vec![], sources: 0 };
    let query = generator.query();
    let Generator { chance, mut used, .. } = generator;
    used.sort_unstable();
    used.dedup();
    Generated { query, used, taken: chance.taken().to_vec() }
}

impl Generator {
    /// Whether to use a feature, in so many of a hundred cases.
    fn may(&mut self, feature: Feature, percent: usize) -> bool {
        let yes = self.features.contains(&feature) && self.chance.percent(percent);
        if yes {
            self.used.push(feature);
        }
        yes
    }

    fn source(&mut self) -> usize {
        self.sources += 1;
        self.sources
    }
}
