//! Queries gathered from entries, in the order of the log.

use std::collections::HashMap;

use serde_json::Value;
use tresor_ledger::{AuditEntry, Kind, Opening, QueryState};

use super::observed::Observed;
use super::{Bounds, told};
use crate::audit::Decision;

/// The queries of a part of the log, on the way to alerts.
#[derive(Default)]
pub struct Gathered {
    observed: Vec<Observed>,
    places: HashMap<String, usize>,
    open: bool,
}

impl Gathered {
    /// The kinds of entries that say something here.
    pub const KINDS: &[Kind] =
        &[Kind::Intent, Kind::Outcome, Kind::Forfeited, Kind::Review, Kind::ReviewEnded];

    /// Nothing yet, from texts that stay closed.
    #[must_use]
    pub fn closed() -> Self {
        Self::default()
    }

    /// Nothing yet, from texts that are opened.
    #[must_use]
    pub fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// How many queries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.observed.len()
    }

    /// Whether there is no query.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.observed.is_empty()
    }

    /// Whether an entry is about one of the queries.
    pub(crate) fn knows(&self, entry: &AuditEntry) -> bool {
        entry.query_id.as_ref().is_some_and(|id| self.places.contains_key(id))
    }

    /// Takes in an entry of one of [`Self::KINDS`] with its texts; others, and those about queries that were not taken in,
    /// are passed over.
    pub fn add(&mut self, entry: &AuditEntry, openings: &[Opening]) {
        match entry.kind {
            Kind::Intent => {
                let openings = self.open.then_some(openings);
                let Some(observed) = Observed::of(entry, openings) else { return };
                self.places.insert(observed.query().to_owned(), self.observed.len());
                self.observed.push(observed);
            }
            _ => self.ended(entry, openings),
        }
    }

    fn ended(&mut self, entry: &AuditEntry, openings: &[Opening]) {
        let place = entry.query_id.as_ref().and_then(|id| self.places.get(id));
        let Some(observed) = place.and_then(|at| self.observed.get_mut(*at)) else { return };
        if let Some(decision) = Decision::of(entry) {
            observed.question.state = state(decision);
        }
        if self.open && entry.kind == Kind::Outcome {
            observed.opened(openings);
        }
    }

    /// The alerts, those furthest above their bounds first.
    #[must_use]
    pub fn told(&self) -> Value {
        told(&self.observed, &Bounds::default(), self.open)
    }

    #[cfg(test)]
    pub(super) fn observed(&self) -> &[Observed] {
        &self.observed
    }
}

const fn state(decision: Decision) -> QueryState {
    match decision {
        Decision::Released | Decision::Withheld => QueryState::Released,
        Decision::Held => QueryState::Held,
        Decision::RefusedByReview | Decision::Refused => QueryState::Refused,
        Decision::Failed => QueryState::Failed,
        Decision::Forfeited => QueryState::Forfeited,
    }
}
