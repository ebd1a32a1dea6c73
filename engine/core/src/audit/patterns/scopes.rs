//! Whose questions are looked at together.

use std::collections::{BTreeMap, BTreeSet};

use super::observed::Observed;

/// One person, one project, or a circle: projects that share people, in which one may ask half and another the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Person,
    Project,
    Circle,
}

impl Of {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Project => "project",
            Self::Circle => "circle",
        }
    }
}

/// Questions that belong together, in the order of the log.
pub(super) struct Scope<'a> {
    pub(super) of: Of,
    pub(super) asked: Vec<&'a Observed>,
}

/// Every scope of these questions: people first, then projects, then circles.
pub(super) fn scopes(observed: &[Observed]) -> Vec<Scope<'_>> {
    let mut scopes = vec![];
    scopes.extend(grouped(Of::Person, observed, |one| one.question.person.as_str()));
    scopes.extend(grouped(Of::Project, observed, |one| one.question.project.as_str()));
    let circles = circles(observed);
    let several = |one: &&Observed| circles.contains_key(one.question.project.as_str());
    let inside = observed.iter().filter(several);
    let circle = |one: &Observed| circles.get(one.question.project.as_str()).copied();
    scopes.extend(grouped(Of::Circle, inside, circle));
    scopes
}

fn grouped<'a, K: Ord>(
    of: Of,
    observed: impl IntoIterator<Item = &'a Observed>,
    key: impl Fn(&'a Observed) -> K,
) -> Vec<Scope<'a>> {
    let mut groups: BTreeMap<K, Vec<&'a Observed>> = BTreeMap::new();
    for one in observed {
        groups.entry(key(one)).or_default().push(one);
    }
    groups.into_values().map(|asked| Scope { of, asked }).collect()
}

/// The circle of each project that shares people with another one, named by its first project.
fn circles(observed: &[Observed]) -> BTreeMap<&str, &str> {
    let mut projects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in observed {
        projects.entry(&one.question.person).or_default().insert(&one.question.project);
    }
    let mut circles: BTreeMap<&str, &str> = BTreeMap::new();
    for shared in projects.values().filter(|shared| shared.len() > 1) {
        let known = shared.iter().filter_map(|project| circles.get(project).copied());
        let merged: BTreeSet<&str> = known.chain(shared.iter().copied()).collect();
        let Some(first) = merged.first().copied() else { continue };
        for circle in circles.values_mut().filter(|circle| merged.contains(**circle)) {
            *circle = first;
        }
        circles.extend(shared.iter().map(|project| (*project, first)));
    }
    circles
}
