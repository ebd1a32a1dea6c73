//! Queries held against each other.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;
use tresor_core::engine::AuditRequest;
use tresor_core::ids::ProjectId;
use utoipa::IntoParams;

use super::super::Face;
use super::super::json::bad;
use super::super::openapi::OfReading;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::{Alerts, ColumnUses, Exposures, NearDuplicates, Overlaps};
use super::told;
use super::wanted::{By, Compared, Repeated, Watched, column as named, query};

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
    let mut part = by.part(false)?;
    part.filter.column = Some(named(&column)?);
    told(&api, &caller, AuditRequest::Column(part)).await
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
    let part = compared.part(compared.open)?;
    let request = match &compared.query {
        Some(id) => AuditRequest::OverlapsOf(query(id)?, part),
        None => AuditRequest::Overlaps(part),
    };
    told(&api, &caller, request).await
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
    let part = repeated.part(repeated.open)?;
    told(&api, &caller, AuditRequest::Alike(part, repeated.at_least)).await
}

/// What looks like an attack
///
/// Counts signs in the questions of each person, each project and projects that share people: pairs that differ in a
/// condition on very few people, one question in many wordings, one template with many constants; with `open` also what
/// protection did to conditions. A number above its bound is an alert, with the queries behind it. An alert proves nothing and
/// has no effect on anybody's queries.
#[utoipa::path(
    get,
    path = "/api/v1/audit/patterns",
    operation_id = "auditPatterns",
    tag = "audit",
    params(Watched),
    responses(
        (status = 200, description = "the alerts, those furthest above their bounds first", body = Alerts, example = json!({
            "alerts": [{
                "kind": "near_duplicates", "of": "person", "people": ["rosa"], "projects": ["heart-study"],
                "first": "2026-11-23T09:00:00Z", "last": "2026-11-23T09:14:05Z",
                "number": 4, "bound": 3, "within_days": 7,
                "says": "4 pairs of questions about the same people, but for one condition that takes out or adds very few.",
                "released": 4, "queries": ["q_0123456789abcdef0123456789abcdef"], "more_queries": 3,
            }],
            "more_alerts": 0, "looked_at": 30, "sealed_texts": false,
            "not_looked_for": ["isolations", "removals", "earlier_answers", "one_cohort", "chaff"],
            "next": null, "reading": 42,
        })),
        OfReading,
    ),
)]
pub(super) async fn patterns(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(watched): Params<Watched>,
) -> Result<Json<Value>, Problem> {
    told(&api, &caller, AuditRequest::Patterns(watched.part(watched.open)?)).await
}

/// Whose exposure.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfProject {
    /// The project.
    #[param(example = "heart-study")]
    project: String,
}

/// What the answers of a project tell together of single people
///
/// One meter for each sensitive column that the project has asked about. It moves by who was counted in released numbers and
/// by their noise. The people of whom most is known are told by their number and by the queries that counted them. Takes
/// the right to open sealed texts.
#[utoipa::path(
    get,
    path = "/api/v1/audit/exposure",
    operation_id = "auditExposure",
    tag = "audit",
    params(OfProject),
    responses(
        (status = 200, description = "the meters", body = Exposures, example = json!({
            "columns": [{
                "column": "sample.patients.hiv_status", "level": "warn", "explained_percent": 6.1,
                "best_guess_percent": 60.1, "groups_counted": 84,
                "most_exposed": [
                    {"explained_percent": 6.1, "people": 1, "queries": ["q_0123456789abcdef0123456789abcdef"]},
                ],
            }],
            "reading": 42,
        })),
        OfReading,
    ),
)]
pub(super) async fn exposure(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(of): Params<OfProject>,
) -> Result<Json<Value>, Problem> {
    let project = ProjectId::new(of.project)
        .map_err(|_| bad("`project` is no id of a project", "give the id as in its policy file"))?;
    told(&api, &caller, AuditRequest::Exposure(project)).await
}
