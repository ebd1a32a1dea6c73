//! An alert, as auditors read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Indicator;
use super::peaks::Peak;
use super::scopes::Of;
use crate::audit::question::left;
use crate::clock::rfc3339;

/// Queries that are named: the last ones.
const NAMED_MAX: usize = 50;

/// Something that an auditor should look at.
pub(super) struct Alert<'a> {
    pub(super) indicator: Indicator,
    pub(super) of: Of,
    pub(super) peak: Peak<'a>,
}

impl Alert<'_> {
    /// How far it is above its bound, in percent.
    pub(super) fn above(&self) -> usize {
        let Peak { number, bound, .. } = &self.peak;
        number.saturating_mul(100) / bound.at_least.max(1)
    }

    pub(super) fn told(&self) -> Value {
        let Self { indicator, of, peak: Peak { number, bound, asked, says } } = self;
        let people: BTreeSet<&str> = asked.iter().map(|one| one.question.person.as_str()).collect();
        let projects: BTreeSet<&str> =
            asked.iter().map(|one| one.question.project.as_str()).collect();
        let unnamed = asked.len().saturating_sub(NAMED_MAX);
        json!({
            "kind": indicator.as_str(),
            "of": of.as_str(),
            "people": people,
            "projects": projects,
            "first": asked.iter().map(|one| one.question.at).min().map(rfc3339),
            "last": asked.iter().map(|one| one.question.at).max().map(rfc3339),
            "number": number,
            "bound": bound.at_least,
            "within_days": bound.days,
            "says": says,
            "released": asked.iter().filter(|one| left(one.question.state)).count(),
            "queries": asked.iter().skip(unnamed).map(|one| one.query()).collect::<Vec<_>>(),
            "more_queries": unnamed,
        })
    }
}
