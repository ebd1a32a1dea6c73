//! Who used a column, how, how often, and whether anything of it left.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, Moment, QueryState};

use super::{Facts, question::left};
use crate::clock::rfc3339;

/// Queries that are named for each person and project: the last ones.
const NAMED_MAX: usize = 20;

/// Uses of one column by person and project.
pub(crate) struct Touched {
    column: String,
    by: BTreeMap<(String, String), Uses>,
}

#[derive(Default)]
struct Uses {
    ways: BTreeMap<String, u64>,
    queries: Vec<String>,
    asked: u64,
    released: u64,
    refused: u64,
    first: Option<Moment>,
    last: Option<Moment>,
}

impl Touched {
    /// Of this column, as `dataset.table.column`.
    pub(crate) fn of(column: String) -> Self {
        Self { column, by: BTreeMap::new() }
    }

    /// Whether an intent or a refusal speaks of the column.
    pub(crate) fn speaks_of(&self, entry: &AuditEntry) -> bool {
        let filter = super::Filter { column: Some(self.column.clone()), ..Default::default() };
        filter.says(&[&entry.body])
    }

    /// Counts an intent with where its query stands now, or a refusal.
    pub(crate) fn count(&mut self, entry: &AuditEntry, state: Option<QueryState>) {
        let project = entry.account.clone().unwrap_or_default();
        let uses = self.by.entry((entry.actor.clone(), project)).or_default();
        uses.first = Some(uses.first.map_or(entry.at, |first| first.min(entry.at)));
        uses.last = Some(uses.last.map_or(entry.at, |last| last.max(entry.at)));
        if entry.kind == Kind::Refusal {
            uses.refused += 1;
            return;
        }
        uses.asked += 1;
        uses.released += u64::from(state.is_some_and(left));
        let facts = Facts::of(&entry.body);
        for (_, way) in facts.columns().filter(|(column, _)| *column == self.column) {
            *uses.ways.entry(way.to_owned()).or_default() += 1;
        }
        uses.queries.extend(entry.query_id.clone());
        let old = uses.queries.len().saturating_sub(NAMED_MAX);
        uses.queries.drain(..old);
    }

    /// One object for each person and project.
    pub(crate) fn told(&self) -> Vec<Value> {
        let told = self.by.iter().map(|((person, project), uses)| {
            json!({
                "person": person,
                "project": Some(project).filter(|project| !project.is_empty()),
                "used_to": uses.ways,
                "asked": uses.asked,
                "released": uses.released,
                "not_released": uses.asked.saturating_sub(uses.released),
                "refused": uses.refused,
                "first": uses.first.map(rfc3339),
                "last": uses.last.map(rfc3339),
                "queries": uses.queries,
            })
        });
        told.collect()
    }
}
