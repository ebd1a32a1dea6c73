//! A review as checkers and auditors read it.
//!
//! Must never know: rows, and what nobody is to be told before the end; the ledger has kept that back.

use serde_json::{Value, json};
use tresor_ledger::{QueryRecord, ReviewRecord, VoteRecord};

use crate::clock::rfc3339;
use crate::ids::ProjectId;
use crate::policy::PolicyRevision;

/// A review in the list. Of what was hidden it says how much; the log's true reasons are for auditors.
pub(super) fn listed(
    review: &ReviewRecord,
    revision: &PolicyRevision,
    summary: Option<&Value>,
) -> Value {
    let number = |path: &str| summary.and_then(|summary| summary.pointer(path)).cloned();
    let mut told = head(review, revision);
    if let Some(told) = told.as_object_mut() {
        let cells = json!({
            "rows": number("/rows"),
            "values": number("/values"),
            "withheld": number("/withheld"),
        });
        told.insert("cells".to_owned(), cells);
    }
    told
}

/// Where a review stands, and the decisions that its reader may know.
pub(super) fn decisions(review: &ReviewRecord) -> Value {
    json!({
        "query": review.query.query_id,
        "state": review.state.as_str(),
        "decided_at": review.decided_at.map(rfc3339),
        "decisions": review.votes.iter().map(decision).collect::<Vec<_>>(),
    })
}

/// All parts of one review.
pub(super) struct Parts<'a> {
    pub(super) review: &'a ReviewRecord,
    /// What the answer says of itself.
    pub(super) about: Value,
    /// The question, unless it was erased.
    pub(super) sql: Option<String>,
    /// Released answers of the same project.
    pub(super) earlier: Vec<QueryRecord>,
}

impl Parts<'_> {
    pub(super) fn told(self, revision: &PolicyRevision) -> Value {
        let query = &self.review.query;
        let mut told = head(self.review, revision);
        let earlier = self.earlier.iter().filter(|other| other.query_id != query.query_id);
        if let Some(told) = told.as_object_mut() {
            for (name, value) in [
                ("sql", json!(self.sql)),
                ("sql_fingerprint", json!(query.sql_fingerprint)),
                ("snapshots", json!(query.snapshots)),
                ("answer", self.about),
                ("earlier", earlier.map(answered).collect()),
            ] {
                told.insert(name.to_owned(), value);
            }
        }
        told
    }
}

fn head(review: &ReviewRecord, revision: &PolicyRevision) -> Value {
    let query = &review.query;
    let project = ProjectId::new(query.account.clone()).ok();
    let project = project.and_then(|id| revision.project(&id));
    let mut told = decisions(review);
    if let Some(told) = told.as_object_mut() {
        for (name, value) in [
            ("project", json!(query.account)),
            ("title", json!(project.map(|project| &project.title))),
            ("purpose", json!(project.map(|project| &project.about.purpose))),
            ("profile", json!(query.profile)),
            ("asked_at", json!(rfc3339(query.submitted_at))),
            ("held_since", json!(query.ended_at.map(rfc3339))),
        ] {
            told.insert(name.to_owned(), value);
        }
    }
    told
}

fn decision(vote: &VoteRecord) -> Value {
    json!({
        "checker": vote.checker,
        "decision": vote.decision.as_str(),
        "at": rfc3339(vote.at),
        "to_author": vote.to_author,
        "to_checkers": vote.to_checkers,
    })
}

fn answered(query: &QueryRecord) -> Value {
    json!({
        "query": query.query_id,
        "asked_at": rfc3339(query.submitted_at),
        "sql_fingerprint": query.sql_fingerprint,
        "profile": query.profile,
        "snapshots": query.snapshots,
    })
}
