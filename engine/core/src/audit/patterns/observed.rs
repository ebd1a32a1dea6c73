//! A query as the indicators see it: who asked what, and what its sealed texts say of the conditions that it had.

use std::collections::BTreeSet;

use serde::Deserialize;
use tresor_ledger::{AuditEntry, Opening, QueryState};

use super::super::Facts;
use super::super::question::{Conditions, Question};
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

/// What protection did, as the sealed `details` of an outcome say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Effects {
    /// Cells where a condition counted as absent, or an earlier answer was given.
    #[serde(default)]
    pub(super) cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Cell {
    /// Names the people of the cell: equal people, equal name.
    #[serde(default)]
    pub(super) cohort: String,
    /// How many they are.
    #[serde(default)]
    pub(super) persons: u64,
    /// Conditions that counted as absent.
    #[serde(default)]
    pub(super) removed: Vec<Removed>,
    /// The query whose answer was given.
    #[serde(default)]
    pub(super) earlier: Option<String>,
}

/// A condition that counted as absent.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Removed {
    /// The condition, with its constants.
    pub(super) condition: String,
    /// The people who told it from the rest.
    pub(super) persons: u64,
}

impl Cell {
    /// Conditions on few of many: somebody was singled out. In a small cell every condition is one on few people.
    pub(super) fn narrow(&self) -> impl Iterator<Item = &Removed> {
        let persons = self.persons;
        self.removed.iter().filter(move |removed| {
            removed.persons > 0 && persons >= removed.persons.saturating_mul(FEW_OF)
        })
    }
}

/// A condition is on few of many if the cell has so many times its people.
const FEW_OF: u64 = 10;

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
        let details = outcome.iter().find(|opening| opening.field == "details");
        // A text of another form says nothing of conditions.
        let effects = details.and_then(|details| serde_json::from_str(&details.text).ok());
        self.effects = effects.unwrap_or_default();
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

    /// Whether one of its conditions singled out few of many.
    pub(super) fn singled_out(&self) -> bool {
        self.effects.cells.iter().any(|cell| cell.narrow().next().is_some())
    }
}
