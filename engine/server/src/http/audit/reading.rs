//! The log from end to end.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use utoipa::IntoParams;

use super::super::Face;
use super::super::openapi::OfReading;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::described::AuditEntries;

const LIMIT_MAX: u32 = 1_000;

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// The first entry, counted from 0.
    #[param(default = 0)]
    from: u64,
    /// How many entries at most.
    #[serde(deserialize_with = "limit")]
    #[param(default = 100, minimum = 1, maximum = 1000)]
    limit: u32,
}

impl Default for Part {
    fn default() -> Self {
        Self { from: 0, limit: 100 }
    }
}

fn limit<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    match u32::deserialize(input)? {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        _ => Err(de::Error::custom("`limit` is a number from 1 to 1000")),
    }
}

/// Read the audit log
///
/// Entries in the order in which they were written. Only auditors may, and each reading is an entry of its own.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "readAudit",
    tag = "audit",
    params(Part),
    responses((status = 200, description = "a part of the log", body = AuditEntries), OfReading),
)]
pub(super) async fn read(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(Part { from, limit }): Params<Part>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(api.audit(&caller, from, limit).await?))
}
