//! Queries held against each other.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;
use tresor_core::audit::Filter;
use tresor_core::engine::{AuditRequest, Part};
use utoipa::IntoParams;

use super::super::Face;
use super::super::json::bad;
use super::super::openapi::OfReading;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::{ColumnUses, NearDuplicates, Overlaps};
use super::told;
use super::wanted::{column as named, moment, query, word};

/// By whom, and from when to when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct By {
    /// Only this person.
    #[param(example = "rosa")]
    person: Option<String>,
    /// Only this project.
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
}

/// Who used a column
///
/// For each person and project: how it was used, how often, whether an answer left, the first and the last time, the last
/// queries; and how often it was refused.
#[utoipa::path(
    get,
    path = "/api/v1/audit/columns/{column}",
    operation_id = "auditColumn",
    tag = "audit",
    params(
        ("column" = String, Path, description = "dataset, table and column", example = "sample.patients.hiv_status"),
        By,
    ),
    responses(
        (status = 200, description = "who used it", body = ColumnUses, example = json!({
            "column": "sample.patients.hiv_status",
            "by": [{
                "person": "rosa", "project": "heart-study", "used_to": {"filter": 3}, "asked": 3, "released": 2,
                "not_released": 1, "refused": 1, "first": "2026-11-02T10:00:00Z", "last": "2026-11-23T09:14:05Z",
                "queries": ["q_0123456789abcdef0123456789abcdef"],
            }],
            "next": null, "reading": 42,
        })),
        OfReading,
    ),
)]
pub(super) async fn column(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Path(column): Path<String>,
    Params(by): Params<By>,
) -> Result<Json<Value>, Problem> {
    let filter = Filter {
        column: Some(named(&column)?),
        person: word("person", by.person.as_deref())?,
        project: word("project", by.project.as_deref())?,
        since: moment("since", by.since.as_deref())?,
        until: moment("until", by.until.as_deref())?,
        ..Filter::default()
    };
    told(&api, &caller, AuditRequest::Column(Part { filter, from: by.from, open: false })).await
}

/// Which queries to compare.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Compared {
    /// Compare this query with all others; without it every query with every other one.
    query: Option<String>,
    /// Only of this person.
    person: Option<String>,
    /// Only of this project.
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
    /// Whether to compare constants as well, which needs the right to open sealed texts. Without it conditions are compared
    /// with `?` for every constant.
    #[serde(default)]
    open: bool,
}

/// Answers about nearly the same people
///
/// Pairs of released queries over the same tables that have all but one or two conditions in common: what lies between their
/// answers is about the few people in between. The closest pairs come first. Compares what was asked; looks at no rows.
#[utoipa::path(
    get,
    path = "/api/v1/audit/overlaps",
    operation_id = "auditOverlaps",
    tag = "audit",
    params(Compared),
    responses(
        (status = 200, description = "the pairs", body = Overlaps, example = json!({
            "pairs": [{
                "relation": "one_condition_more", "tables": ["sample.patients"], "shared_conditions": 1,
                "only_in_first": ["sample.patients.region = ?"], "only_in_second": [], "same_person": true,
                "first": {"count": 1, "released": 1, "people": ["rosa"], "projects": ["heart-study"], "queries": []},
                "second": {"count": 1, "released": 1, "people": ["rosa"], "projects": ["heart-study"], "queries": []},
            }],
            "more_pairs": 0, "asked_again": [], "compared": 2, "not_comparable": 0, "next": null, "reading": 42,
        })),
        OfReading,
    ),
)]
pub(super) async fn overlaps(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(compared): Params<Compared>,
) -> Result<Json<Value>, Problem> {
    let part = Part {
        filter: Filter {
            person: word("person", compared.person.as_deref())?,
            project: word("project", compared.project.as_deref())?,
            since: moment("since", compared.since.as_deref())?,
            until: moment("until", compared.until.as_deref())?,
            ..Filter::default()
        },
        from: compared.from,
        open: compared.open,
    };
    let request = match &compared.query {
        Some(id) => AuditRequest::OverlapsOf(query(id)?, part),
        None => AuditRequest::Overlaps(part),
    };
    told(&api, &caller, request).await
}

/// Which queries, and how often they were asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Repeated {
    /// Only of this person.
    person: Option<String>,
    /// Only of this project.
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
    /// The smallest number of queries in a cluster.
    #[serde(default = "two")]
    #[param(default = 2, minimum = 2, maximum = 10000)]
    at_least: u32,
    /// Whether to compare constants as well, which needs the right to open sealed texts.
    #[serde(default)]
    open: bool,
}

const fn two() -> u32 {
    2
}

/// Questions that were asked again and again
///
/// Clusters of queries of one shape with other constants, and of one person's queries about the same people in other words.
/// The largest come first.
#[utoipa::path(
    get,
    path = "/api/v1/audit/near-duplicates",
    operation_id = "auditNearDuplicates",
    tag = "audit",
    params(Repeated),
    responses(
        (status = 200, description = "the clusters", body = NearDuplicates, example = json!({
            "same_shape": [{
                "sql_fingerprint": "select count(*) from patients where birth_year < ?", "different_constants": null,
                "asked": {
                    "count": 12, "released": 12, "people": ["rosa"], "projects": ["heart-study"],
                    "first": "2026-11-23T09:00:00Z", "last": "2026-11-23T09:14:05Z", "queries": [],
                },
            }],
            "more_same_shape": 0, "same_cohort": [], "more_same_cohort": 0, "compared": 30, "next": null, "reading": 42,
        })),
        OfReading,
    ),
)]
pub(super) async fn near_duplicates(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(repeated): Params<Repeated>,
) -> Result<Json<Value>, Problem> {
    if !(2..=10_000).contains(&repeated.at_least) {
        let hint = "leave it out for clusters of any size";
        return Err(bad("`at_least` is a number from 2 to 10000", hint));
    }
    let part = Part {
        filter: Filter {
            person: word("person", repeated.person.as_deref())?,
            project: word("project", repeated.project.as_deref())?,
            since: moment("since", repeated.since.as_deref())?,
            until: moment("until", repeated.until.as_deref())?,
            ..Filter::default()
        },
        from: repeated.from,
        open: repeated.open,
    };
    told(&api, &caller, AuditRequest::Alike(part, repeated.at_least)).await
}
