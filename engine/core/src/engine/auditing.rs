//! What auditors ask of the log beyond reading it from end to end.
//!
//! Every reading is an entry of the log before anything is told, and ends where that entry stands: whoever repeats what was
//! asked up to there sees what was seen. Sealed texts are opened only for those who may, and only when they say so. One
//! request looks at a bounded part of the log and says where to go on.
//!
//! - `walk` the log piece by piece, `searching` entries and days, `comparing` columns, overlaps and repeats, `exposing` what answers tell together, `watching`
//!   what looks like an attack, `exporting` the whole of it, `proving` that it is what it was

mod comparing;
mod exporting;
mod exposing;
mod proving;
mod searching;
mod walk;
mod watching;

use std::collections::HashMap;

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind, NewEntry, Opening, QueryState};

pub use self::exporting::{Broken, Chunks, ExportFormat};
use super::{Caller, Engine};
use crate::audit::Filter;
use crate::clock::moment;
use crate::ids::{ProjectId, QueryId};
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

/// Something that auditors ask.
pub enum AuditRequest {
    /// Entries that fit.
    Entries(Search),
    /// One entry; with its sealed texts and their salts, if they are to be opened.
    Entry {
        /// Its number.
        seq: u64,
        /// Whether to open its texts.
        open: bool,
    },
    /// Everything about one query.
    Query {
        /// The query.
        id: QueryId,
        /// Whether to open texts.
        open: bool,
        /// The first entry to look at.
        from: u64,
    },
    /// What a person did, or what happened in a project, day by day.
    Days(Part),
    /// Who used a column, as `dataset.table.column`; `filter` has the column.
    Column(Part),
    /// Released answers about nearly the same people as this query.
    OverlapsOf(QueryId, Part),
    /// Released answers about nearly the same people.
    Overlaps(Part),
    /// Questions that were asked again and again, at least so often.
    Alike(Part, u32),
    /// What looks like an attack.
    Patterns(Part),
    /// What the answers of a project tell together of single people.
    Exposure(ProjectId),
    /// Size and root of the log as it is now, signed.
    Checkpoint,
    /// What checks the signatures of the log.
    VerificationKey,
    /// Why the log contains the entry of this number.
    Proof(u64),
    /// Why the log of the second size began with that of the first.
    Consistency(u64, u64),
}

/// What is searched for.
pub struct Search {
    /// Which entries.
    pub filter: Filter,
    /// A text that stands in one of their sealed texts. Has to be opened for that.
    pub text: Option<String>,
    /// Whether to show their sealed texts.
    pub open: bool,
    /// From the first entry on, and not from the last one back.
    pub oldest_first: bool,
    /// The entry to begin with.
    pub from: Option<u64>,
    /// How many at most.
    pub limit: u32,
}

/// A part of the log that is summed up.
pub struct Part {
    /// Which entries.
    pub filter: Filter,
    /// The entry to begin with.
    pub from: u64,
    /// Whether to use sealed texts.
    pub open: bool,
}

/// A reading that stands in the log.
#[derive(Debug, Clone, Copy)]
struct Reading {
    /// The entry that records it. What is read ends before it.
    seq: u64,
}

/// What a reading is about, for its entry.
struct Asked<'a> {
    tool: &'static str,
    asked: Value,
    opens: bool,
    text: Option<&'a str>,
    query: Option<&'a QueryId>,
}

impl AuditRequest {
    /// The name of the tool in the log.
    const fn tool(&self) -> &'static str {
        match self {
            Self::Entries(_) => "audit_entries",
            Self::Entry { .. } => "audit_entry",
            Self::Query { .. } | Self::Days(_) => "audit_timeline",
            Self::Column(_) => "audit_column",
            Self::OverlapsOf(..) | Self::Overlaps(_) => "audit_overlaps",
            Self::Alike(..) => "audit_near_duplicates",
            Self::Patterns(_) => "audit_patterns",
            Self::Exposure(_) => "audit_exposure",
            Self::Checkpoint | Self::VerificationKey | Self::Proof(_) | Self::Consistency(..) => {
                "audit_proof"
            }
        }
    }
}

impl Engine {
    /// Answers an auditor. The reading is logged first, and a refusal as well.
    ///
    /// # Errors
    /// [`Code::Forbidden`] unless policy lets the caller read the log, and open texts where that is asked for.
    pub async fn auditing(&self, caller: &Caller, request: AuditRequest) -> Result<Value, Refusal> {
        let tool = request.tool();
        let outcome = match request {
            AuditRequest::Entries(search) => self.search(caller, search).await,
            AuditRequest::Entry { seq, open } => self.entry(caller, seq, open).await,
            AuditRequest::Query { id, open, from } => self.story(caller, &id, open, from).await,
            AuditRequest::Days(part) => self.days(caller, part).await,
            AuditRequest::Column(part) => self.touched(caller, part).await,
            AuditRequest::OverlapsOf(id, part) => self.overlaps_of(caller, &id, part).await,
            AuditRequest::Overlaps(part) => self.overlaps(caller, part).await,
            AuditRequest::Alike(part, minimum) => self.alike(caller, part, minimum).await,
            AuditRequest::Patterns(part) => self.patterns(caller, part).await,
            AuditRequest::Exposure(project) => self.exposure(caller, &project).await,
            AuditRequest::Checkpoint => self.told_checkpoint(caller).await,
            AuditRequest::VerificationKey => self.told_key(caller).await,
            AuditRequest::Proof(seq) => self.proof(caller, seq).await,
            AuditRequest::Consistency(from, to) => self.consistency(caller, from, to).await,
        };
        self.logged_act(caller, tool, outcome).await
    }

    /// Records a reading by somebody who may read.
    async fn reading(&self, caller: &Caller, asked: Asked<'_>) -> Result<Reading, Refusal> {
        let in_force = self.in_force()?;
        if !in_force.allows(&caller.user, "audit-log", "read") {
            return Err(not_an_auditor());
        }
        if asked.opens && !in_force.allows(&caller.user, "audit-log", "open") {
            return Err(Refusal::new(
                Code::Forbidden,
                "you may read the audit log, but not the texts of queries",
                "leave out `open` and `text`, or ask a governance officer for the right to `open` the log",
            ));
        }
        let known = match asked.query {
            Some(id) => self.vault.ledger.query(id.as_str()).await.map_err(|e| unavailable(&e))?,
            None => None,
        };
        let mut reading =
            NewEntry::new(Kind::LogRead, caller.user.as_str(), moment(self.clock.as_ref()));
        reading.role = in_force.role(&caller.user);
        reading.query_id = known.map(|query| query.query_id);
        reading.body = json!({
            "tool": asked.tool,
            "asked": asked.asked,
            "openings": asked.opens,
            "policy_revision": in_force.revision().number(),
        });
        reading.sealed.extend(asked.text.map(|text| tresor_ledger::Sealed::new("text", text)));
        let receipt = self.vault.ledger.record(reading).await.map_err(|e| unavailable(&e))?;
        Ok(Reading { seq: receipt.seq() })
    }

    /// The sealed texts of an entry, for somebody who may open them. A vote stays closed to everybody until its review has
    /// ended.
    pub(super) async fn openings_of(&self, entry: &AuditEntry) -> Result<Vec<Opening>, Refusal> {
        if entry.body.get("commitments").is_none() {
            return Ok(vec![]);
        }
        if entry.kind == Kind::Review {
            // Asked before the texts are read: once ended, a review stays ended.
            let id = entry.query_id.as_deref().unwrap_or_default();
            let query = self.vault.ledger.query(id).await.map_err(|error| unavailable(&error))?;
            if query.is_none_or(|query| query.state == QueryState::Held) {
                return Ok(vec![]);
            }
        }
        self.vault.ledger.opening(entry.seq).await.map_err(|error| unavailable(&error))
    }
}

/// The intents of the queries that entries are about, each read once.
#[derive(Default)]
struct Intents(HashMap<String, Option<AuditEntry>>);

impl Intents {
    /// Intents that are kept; more, and they are read again.
    const KEPT_MAX: usize = 4_096;

    /// Whether an entry, or the intent of its query, says what the filter asks.
    async fn say(
        &mut self,
        engine: &Engine,
        filter: &Filter,
        entry: &AuditEntry,
    ) -> Result<bool, Refusal> {
        if !filter.asks_of_intents() || filter.says(&[&entry.body]) {
            return Ok(true);
        }
        let Some(query) = entry.query_id.as_deref() else { return Ok(false) };
        if !self.0.contains_key(query) {
            let found = engine.intent_of(query).await?;
            if self.0.len() >= Self::KEPT_MAX {
                self.0.clear();
            }
            self.0.insert(query.to_owned(), found);
        }
        let intent = self.0.get(query).and_then(Option::as_ref);
        Ok(intent.is_some_and(|intent| filter.says(&[&entry.body, &intent.body])))
    }
}

impl Engine {
    async fn intent_of(&self, query: &str) -> Result<Option<AuditEntry>, Refusal> {
        let ledger = &self.vault.ledger;
        let known = ledger.query(query).await.map_err(|error| unavailable(&error))?;
        let Some(known) = known else { return Ok(None) };
        let intent = ledger.entries(known.intent_seq, 1).await;
        Ok(intent.map_err(|error| unavailable(&error))?.pop())
    }
}

/// A number as the log can hold it: larger ones are beyond every entry there will be.
pub(super) fn number(number: u64) -> Value {
    json!(number.min(tresor_ledger::MAX_AMOUNT))
}

/// The words for everybody who may not read the log, whatever they asked and whether or not it is there.
pub(super) fn not_an_auditor() -> Refusal {
    Refusal::new(Code::Forbidden, "only an auditor may read the audit log", "ask an auditor")
}
