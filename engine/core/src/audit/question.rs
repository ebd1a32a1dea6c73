//! A query as it is compared with others: who asked, of which people, and what became of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Moment, Opening, QueryState};

use super::Facts;
use crate::clock::rfc3339;

/// Queries that are named in a list: the last ones.
const NAMED_MAX: usize = 20;

/// How a query chose its people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Conditions {
    /// Each condition with `?` for every constant.
    Shapes(Vec<String>),
    /// Each condition as it was written; only from texts that may be opened.
    Texts(Vec<String>),
    /// Not known: the intent has none, or they were erased.
    Unknown,
}

/// One charged query.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) query: String,
    pub(crate) person: String,
    pub(crate) project: String,
    pub(crate) at: Moment,
    pub(crate) seq: u64,
    pub(crate) fingerprint: String,
    pub(crate) tables: BTreeSet<String>,
    pub(crate) conditions: Conditions,
    /// What stands in the place of the `?`, where it was opened.
    pub(crate) literals: Option<String>,
    pub(crate) state: QueryState,
}

/// Whether an answer left.
pub(crate) fn left(state: QueryState) -> bool {
    match state {
        QueryState::Released => true,
        QueryState::Running
        | QueryState::Held
        | QueryState::Refused
        | QueryState::Failed
        | QueryState::Forfeited => false,
    }
}

impl Question {
    /// The query of an intent. `openings` are those of its texts, or `None` where they stay closed.
    pub(crate) fn of(
        intent: &AuditEntry,
        openings: Option<&[Opening]>,
        state: QueryState,
    ) -> Option<Self> {
        let facts = Facts::of(&intent.body);
        let shapes = || facts.conditions().map(|all| all.into_iter().map(str::to_owned).collect());
        let opened = |field: &str| {
            let found = openings?.iter().find(|opening| opening.field == field);
            found.map(|opening| opening.text.clone())
        };
        // A query without conditions has no text of them to open.
        let none = facts.conditions().is_some_and(|all| all.is_empty());
        let texts = || match opened("conditions") {
            Some(text) => serde_json::from_str::<Vec<String>>(&text).ok(),
            None => none.then(Vec::new),
        };
        let conditions = match openings {
            None => shapes().map_or(Conditions::Unknown, |all| Conditions::Shapes(sorted(all))),
            Some(_) => texts().map_or(Conditions::Unknown, |all| Conditions::Texts(sorted(all))),
        };
        Some(Self {
            query: intent.query_id.clone()?,
            person: intent.actor.clone(),
            project: intent.account.clone().unwrap_or_default(),
            at: intent.at,
            seq: intent.seq,
            fingerprint: facts.fingerprint().unwrap_or_default().to_owned(),
            tables: facts.tables().into_iter().map(str::to_owned).collect(),
            conditions,
            literals: opened("literals").or_else(|| opened("sql")),
            state,
        })
    }

    fn named(&self) -> Value {
        json!({
            "query": self.query,
            "person": self.person,
            "project": self.project,
            "at": rfc3339(self.at),
            "entry": self.seq,
            "released": left(self.state),
        })
    }
}

fn sorted(mut all: Vec<String>) -> Vec<String> {
    all.sort();
    all
}

/// Several questions in short: how many, who, from when to when, and the last of them by name.
pub(crate) fn in_short(questions: &[&Question]) -> Value {
    let people: BTreeSet<&str> = questions.iter().map(|one| one.person.as_str()).collect();
    let projects: BTreeSet<&str> = questions.iter().map(|one| one.project.as_str()).collect();
    let last = questions.iter().rev().take(NAMED_MAX);
    json!({
        "count": questions.len(),
        "released": questions.iter().filter(|one| left(one.state)).count(),
        "people": people,
        "projects": projects,
        "first": questions.iter().map(|one| one.at).min().map(rfc3339),
        "last": questions.iter().map(|one| one.at).max().map(rfc3339),
        "queries": last.map(|one| one.named()).collect::<Vec<_>>(),
    })
}
