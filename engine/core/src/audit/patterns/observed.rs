//! A query as the indicators see it: who asked what, and what its sealed texts say of the conditions that it had.

use std::collections::BTreeSet;

use tresor_ledger::{AuditEntry, Opening, QueryState};

use super::super::Facts;
use super::super::question::{Conditions, Question};
use super::effects::Effects;
use super::template::without_constants;

/// One charged query.
#[derive(Debug, Clone)]
pub(super) struct Observed {
    pub(super) question: Question,
    /// Its columns, each with how it was used.
    pub(super) uses: BTreeSet<String>,
    /// Its conditions with `?` for every constant, and one for every list.
    pub(super) shapes: Vec<String>,
    /// What protection did to its conditions. Nothing where texts stay closed.
    pub(super) effects: Effects,
}

impl Observed {
    /// The query of an intent, with its texts where they were opened.
    pub(super) fn of(intent: &AuditEntry, openings: Option<&[Opening]>) -> Option<Self> {
        let question = Question::of(intent, openings, QueryState::Running)?;
        let facts = Facts::of(&intent.body);
        let uses = facts.columns().map(|(column, way)| format!("{column}:{way}")).collect();
        let mut shapes: Vec<String> =
            facts.conditions().unwrap_or_default().into_iter().map(without_constants).collect();
        shapes.sort();
        Some(Self { question, uses, shapes, effects: Effects::default() })
    }

    /// Takes in what protection did, where the texts of the outcome were opened.
    pub(super) fn opened(&mut self, outcome: &[Opening]) {
        self.effects = Effects::of(outcome);
    }

    pub(super) fn query(&self) -> &str {
        &self.question.query
    }

    /// Its conditions as far as they are known: with constants where they were opened. `None` where they were erased.
    pub(super) fn conditions(&self) -> Option<&[String]> {
        match &self.question.conditions {
            Conditions::Shapes(all) | Conditions::Texts(all) => Some(all),
            Conditions::Unknown => None,
        }
    }

    /// Its conditions with their constants, where they were opened.
    pub(super) fn texts(&self) -> Option<&[String]> {
        match &self.question.conditions {
            Conditions::Texts(all) => Some(all),
            Conditions::Shapes(_) | Conditions::Unknown => None,
        }
    }

    /// Whether a condition gives one value to a column by whose values the question groups.
    pub(super) fn groups_by(&self, condition: &str) -> bool {
        let column = condition.split_once(" = ").map(|(column, _)| column);
        column.is_some_and(|column| self.uses.contains(&format!("{column}:group")))
    }
}
