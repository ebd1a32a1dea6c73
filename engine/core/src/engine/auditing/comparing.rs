//! Queries held against each other: who used a column, which answers are about nearly the same people, what was asked
//! again and again.

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, QueryState};

use super::walk::Walk;
use super::{Asked, Part, Reading, number};
use crate::audit::{Facts, Question, Touched, alike, overlaps, overlaps_of};
use crate::engine::{Caller, Engine};
use crate::ids::QueryId;
use crate::refusal::Refusal;
use crate::vault::unavailable;

/// Queries that one request looks at.
const QUERIES_MAX: u64 = 10_000;
/// Queries of which every one is compared with every other.
const PAIRED_MAX: usize = 3_000;

impl Engine {
    pub(super) async fn touched(&self, caller: &Caller, part: Part) -> Result<Value, Refusal> {
        let reading = self.reading_of(caller, "column", &part, None).await?;
        let Part { mut filter, from, open: _ } = part;
        let column = filter.column.take().unwrap_or_default();
        let mut touched = Touched::of(column.clone());
        let kinds = &[Kind::Intent, Kind::Refusal];
        let mut walk = Walk::of_kinds(kinds, from, reading.seq, QUERIES_MAX);
        while let Some(entry) = walk.step(&self.vault.ledger).await? {
            if filter.fits(&entry) && touched.speaks_of(&entry) {
                let state = match entry.kind {
                    Kind::Intent => self.state_of(&entry).await?,
                    _ => None,
                };
                touched.count(&entry, state);
            }
        }
        Ok(json!({
            "column": column,
            "by": touched.told(),
            "next": walk.rest(),
            "reading": reading.seq,
        }))
    }

    pub(super) async fn overlaps(&self, caller: &Caller, part: Part) -> Result<Value, Refusal> {
        let reading = self.reading_of(caller, "overlaps", &part, None).await?;
        let (questions, next) = self.questions(&part, &reading, PAIRED_MAX, |_| true, true).await?;
        self.compared(questions, next, reading, overlaps).await
    }

    pub(super) async fn overlaps_of(
        &self,
        caller: &Caller,
        id: &QueryId,
        part: Part,
    ) -> Result<Value, Refusal> {
        let reading = self.reading_of(caller, "overlaps", &part, Some(id)).await?;
        let intent = self.intent_of(id.as_str()).await?;
        let intent = intent.ok_or_else(super::searching::no_query)?;
        let tables = Facts::of(&intent.body).tables();
        // The same tables and another query: the query itself is among them, whatever became of it.
        let near = |entry: &AuditEntry| {
            entry.seq != intent.seq && Facts::of(&entry.body).tables() == tables
        };
        let (mut questions, next) = self.questions(&part, &reading, usize::MAX, near, true).await?;
        questions.extend(self.question(&intent, part.open, QueryState::Released).await?);
        let id = id.to_string();
        self.compared(questions, next, reading, move |all| overlaps_of(&id, all)).await
    }

    pub(super) async fn alike(
        &self,
        caller: &Caller,
        part: Part,
        minimum: u32,
    ) -> Result<Value, Refusal> {
        let reading = self.reading_of(caller, "near_duplicates", &part, None).await?;
        let minimum = usize::try_from(minimum).unwrap_or(usize::MAX);
        let (questions, next) =
            self.questions(&part, &reading, usize::MAX, |_| true, false).await?;
        self.compared(questions, next, reading, move |all| alike(all, minimum)).await
    }

    pub(super) async fn reading_of(
        &self,
        caller: &Caller,
        tool: &'static str,
        part: &Part,
        query: Option<&QueryId>,
    ) -> Result<Reading, Refusal> {
        let mut asked = part.filter.logged();
        if let Some(asked) = asked.as_object_mut() {
            asked.insert("from".to_owned(), number(part.from));
            asked.extend(query.map(|id| ("query".to_owned(), json!(id.as_str()))));
        }
        let asked = Asked { tool, asked, opens: part.open, text: None, query };
        self.reading(caller, asked).await
    }

    /// The queries of a part of the log, at most so many, and where to go on.
    async fn questions(
        &self,
        part: &Part,
        reading: &Reading,
        most: usize,
        wanted: impl Fn(&AuditEntry) -> bool,
        released_only: bool,
    ) -> Result<(Vec<Question>, Option<u64>), Refusal> {
        let mut walk = Walk::of_kinds(&[Kind::Intent], part.from, reading.seq, QUERIES_MAX);
        let mut questions = vec![];
        while questions.len() < most {
            let Some(intent) = walk.step(&self.vault.ledger).await? else { break };
            if !part.filter.fits(&intent) || !part.filter.says(&[&intent.body]) || !wanted(&intent)
            {
                continue;
            }
            let Some(state) = self.state_of(&intent).await? else { continue };
            if !released_only || state == QueryState::Released {
                questions.extend(self.question(&intent, part.open, state).await?);
            }
        }
        Ok((questions, walk.rest()))
    }

    async fn question(
        &self,
        intent: &AuditEntry,
        open: bool,
        state: QueryState,
    ) -> Result<Option<Question>, Refusal> {
        let openings = if open { Some(self.openings_of(intent).await?) } else { None };
        Ok(Question::of(intent, openings.as_deref(), state))
    }

    async fn state_of(&self, intent: &AuditEntry) -> Result<Option<QueryState>, Refusal> {
        let id = intent.query_id.as_deref().unwrap_or_default();
        let query = self.vault.ledger.query(id).await.map_err(|error| unavailable(&error))?;
        Ok(query.map(|query| query.state))
    }

    /// Compares apart from the threads that serve: thousands of questions take a while.
    async fn compared(
        &self,
        questions: Vec<Question>,
        next: Option<u64>,
        reading: Reading,
        compare: impl FnOnce(&[Question]) -> Value + Send + 'static,
    ) -> Result<Value, Refusal> {
        let compared = self.runtime.blocking(move || compare(&questions)).await;
        let mut compared = compared.map_err(Refusal::internal)?;
        if let Some(compared) = compared.as_object_mut() {
            compared.insert("next".to_owned(), json!(next));
            compared.insert("reading".to_owned(), json!(reading.seq));
        }
        Ok(compared)
    }
}
