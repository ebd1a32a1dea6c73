//! The log as it leaves.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tresor_core::engine::ExportFormat;

use super::super::Face;
use super::super::openapi::OfReading;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::sign_in::SignedIn;
use super::wanted::{Exported, Form};

/// Export the audit log
///
/// Entries in the order in which they were written, without sealed texts. As JSON Lines every line is the leaf of its entry,
/// byte for byte: SHA-256 of a zero byte and the line, without its end, is the leaf hash. Cells of CSV that a spreadsheet
/// would run as a formula begin with `'`. An export that breaks off is not whole.
#[utoipa::path(
    get,
    path = "/api/v1/audit/export",
    operation_id = "exportAudit",
    tag = "audit",
    params(Exported),
    responses(
        (status = 200, description = "the entries",
         content((String = "application/x-ndjson"), (String = "text/csv"))),
        OfReading,
    ),
)]
pub(super) async fn export(
    State(api): State<Face>,
    SignedIn(caller): SignedIn,
    Params(wanted): Params<Exported>,
) -> Result<Response, Problem> {
    let (format, media_type, file) = match wanted.form() {
        Form::Jsonl => (ExportFormat::JsonLines, "application/x-ndjson", "audit.jsonl"),
        Form::Csv => (ExportFormat::Csv, "text/csv; charset=utf-8; header=present", "audit.csv"),
    };
    let chunks = api.export_log(&caller, format, wanted.filter()?, wanted.part()).await?;
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
