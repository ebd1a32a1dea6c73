//! Entries that fit, one entry, and what happened in its order.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;
use tresor_core::audit::Filter;
use tresor_core::engine::{AuditRequest, Part, Search};
use utoipa::IntoParams;

use super::super::Face;
use super::super::json::bad;
use super::super::openapi::OfReading;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::{AuditEntry, FoundEntries, Timeline};
use super::told;
use super::wanted::{Entries, moment, query, word};

/// Search the audit log
///
/// Everything that is given must hold. What an intent says of a query (columns, rules, flags, the policy) holds for every
/// entry about that query: `decision=released` with a `column` finds the outcomes. One request looks at a bounded part of
/// the log; `next` says where to go on.
#[utoipa::path(
    get,
    path = "/api/v1/audit/entries",
    operation_id = "searchAudit",
    tag = "audit",
    params(Entries),
    responses(
        (status = 200, description = "what fits", body = FoundEntries, example = json!({
            "entries": [{
                "seq": 41, "at": "2026-11-23T09:14:05Z", "kind": "outcome", "actor": "rosa", "role": "researcher",
                "project": "heart-study", "query_id": "q_0123456789abcdef0123456789abcdef", "decision": "released",
                "body": {"state": "released"}, "opened": {},
                "leaf_hash": "0b3ac1c32f5d8b8dbe5ba1cd31ae57f54b0a0e0bd4b5b9ff9d2c8a4f1f7d3a55",
            }],
            "next": 17, "looked_at": 25, "reading": 42,
        })),
        OfReading,
    ),
)]
pub(super) async fn entries(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(wanted): Params<Entries>,
) -> Result<Json<Value>, Problem> {
    let search = Search {
        filter: wanted.filter()?,
        text: wanted.text()?,
        open: wanted.open(),
        oldest_first: wanted.oldest_first(),
        from: wanted.from(),
        limit: wanted.limit()?,
    };
    told(&api, &caller, AuditRequest::Entries(search)).await
}

/// Whether to open sealed texts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Opened {
    /// Whether to show sealed texts with their salts, which needs the right to open them.
    #[serde(default)]
    open: bool,
}

/// Read one entry
///
/// With the leaf that its hash is of. Where texts are opened, the salts are there, too: `tresor audit open` shows with them
/// that a text is the one that was committed to.
#[utoipa::path(
    get,
    path = "/api/v1/audit/entries/{seq}",
    operation_id = "readAuditEntry",
    tag = "audit",
    params(("seq" = u64, Path, description = "the number of the entry, from 0"), Opened),
    responses((status = 200, description = "the entry", body = AuditEntry), OfReading),
)]
pub(super) async fn entry(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Path(seq): Path<String>,
    Params(Opened { open }): Params<Opened>,
) -> Result<Json<Value>, Problem> {
    // No number is the number of no entry.
    let seq = seq.parse().unwrap_or(u64::MAX);
    told(&api, &caller, AuditRequest::Entry { seq, open }).await
}

/// Of whom or what, and from when to when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Of {
    /// A query: every entry about it.
    query: Option<String>,
    /// A person: days.
    #[param(example = "rosa")]
    person: Option<String>,
    /// A project: days.
    #[param(example = "heart-study")]
    project: Option<String>,
    /// From this day (UTC) or moment (RFC 3339) on.
    since: Option<String>,
    /// Until before this day or moment.
    until: Option<String>,
    /// The entry to begin with.
    #[serde(default)]
    #[param(default = 0)]
    from: u64,
    /// Whether to show the sealed texts of entries about a query, which needs the right to open them.
    #[serde(default)]
    open: bool,
}

/// What happened, in its order
///
/// Of a query every entry, from its intent to the last time that its answer or the log about it was read. Of a person or a
/// project the days, with counts of entries by kind and decision and the address at which they are listed.
#[utoipa::path(
    get,
    path = "/api/v1/audit/timeline",
    operation_id = "auditTimeline",
    tag = "audit",
    params(Of),
    responses(
        (status = 200, description = "the timeline", body = Timeline, example = json!({
            "days": [{
                "day": "2026-11-23", "entries": 5, "kinds": {"intent": 2, "outcome": 2, "refusal": 1},
                "decisions": {"refused": 1, "released": 2}, "first": 17, "last": 41,
                "list": "/api/v1/audit/entries?person=rosa&since=2026-11-23&until=2026-11-24&order=oldest&from=17",
            }],
            "next": null, "reading": 42,
        })),
        OfReading,
    ),
)]
pub(super) async fn timeline(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(of): Params<Of>,
) -> Result<Json<Value>, Problem> {
    let request = match (&of.query, &of.person, &of.project) {
        (Some(id), None, None) if of.since.is_none() && of.until.is_none() => {
            AuditRequest::Query { id: query(id)?, open: of.open, from: of.from }
        }
        (None, Some(_), None) | (None, None, Some(_)) if !of.open => AuditRequest::Days(Part {
            filter: Filter {
                person: word("person", of.person.as_deref())?,
                project: word("project", of.project.as_deref())?,
                since: moment("since", of.since.as_deref())?,
                until: moment("until", of.until.as_deref())?,
                ..Filter::default()
            },
            from: of.from,
            open: false,
        }),
        _ => {
            return Err(bad(
                "a timeline is of one query, one person or one project",
                "give `query`, with `open` if texts are to be shown; or `person` or `project`, with `since` and `until`",
            ));
        }
    };
    told(&api, &caller, request).await
}
