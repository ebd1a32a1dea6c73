//! In which form a client wants a result: `?format=` first (browsers and spreadsheets cannot set headers), then the
//! `Accept` header, else JSON.

use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use serde::Deserialize;
use tresor_core::engine::{Markers, ResultFormat};
use tresor_core::ids::QueryId;
use utoipa::IntoParams;

use super::face_code::FaceCode;
use super::problem::Problem;

/// The media type of an Arrow IPC stream.
pub(super) const ARROW: &str = "application/vnd.apache.arrow.stream";
/// The media type of Parquet.
pub(super) const PARQUET: &str = "application/vnd.apache.parquet";

/// The parameters of a request for a result.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The form of the result; without it the `Accept` header decides, and JSON is the default.
    #[param(value_type = Option<String>, example = "csv", pattern = "^(json|csv|arrow|parquet)$")]
    format: Option<Named>,
    /// How CSV says what was done to a value: `columns` beside it (the default), `shorthand` in its place (`[c]`), or the
    /// text that the `profile` of the project has for withheld values. Implies CSV.
    #[param(value_type = Option<String>, example = "shorthand", pattern = "^(columns|shorthand|profile)$")]
    markers: Option<Marked>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Named {
    Json,
    Csv,
    Arrow,
    Parquet,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Marked {
    Columns,
    Shorthand,
    Profile,
}

impl Wanted {
    /// The form to write.
    pub(super) fn format(&self, headers: &HeaderMap) -> Result<ResultFormat, Problem> {
        let markers = self.markers.map(Markers::from);
        match (self.format, markers) {
            (Some(Named::Csv) | None, Some(markers)) => Ok(ResultFormat::Csv(markers)),
            (Some(named), None) => Ok(named.into()),
            (None, None) => Ok(accepted(headers)),
            (Some(Named::Json | Named::Arrow | Named::Parquet), Some(_)) => Err(Problem::of_face(
                FaceCode::BadRequest,
                "`markers` says how CSV is written, and another form was asked for",
                "leave `markers` out, or ask for `?format=csv`",
            )),
        }
    }
}

impl From<Named> for ResultFormat {
    fn from(named: Named) -> Self {
        match named {
            Named::Json => Self::Json,
            Named::Csv => Self::Csv(Markers::Columns),
            Named::Arrow => Self::Arrow,
            Named::Parquet => Self::Parquet,
        }
    }
}

impl From<Marked> for Markers {
    fn from(marked: Marked) -> Self {
        match marked {
            Marked::Columns => Self::Columns,
            Marked::Shorthand => Self::Shorthand,
            Marked::Profile => Self::Profile,
        }
    }
}

/// What the `Accept` header names with the most weight; JSON where others do not have more.
fn accepted(headers: &HeaderMap) -> ResultFormat {
    let ranges = || {
        headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(range)
    };
    let weight = |names: [&str; 3]| {
        let named = |name: &&str| {
            ranges().find(|(range, _)| range.eq_ignore_ascii_case(name)).map(|(_, weight)| weight)
        };
        names.iter().find_map(named).unwrap_or(0.0)
    };
    let mut best = (weight(["application/json", "application/*", "*/*"]), ResultFormat::Json);
    for (names, format) in [
        (["text/csv", "text/*", "*/*"], ResultFormat::Csv(Markers::Columns)),
        ([ARROW, "application/*", "*/*"], ResultFormat::Arrow),
        ([PARQUET, "application/*", "*/*"], ResultFormat::Parquet),
    ] {
        let weight = weight(names);
        if weight > best.0 {
            best = (weight, format);
        }
    }
    best.1
}

/// One media range and its weight: `text/csv;q=0.8`.
fn range(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse);
    (name, weight.unwrap_or(0.0))
}

/// The headers of a result. Other forms than JSON are files to keep, never something for a browser to show: it would
/// guess what the bytes are.
pub(super) fn headers_of(format: ResultFormat, id: &QueryId) -> [(HeaderName, String); 2] {
    let (media_type, shown, ending) = match format {
        ResultFormat::Json => ("application/json", "inline", "json"),
        ResultFormat::Csv(_) => ("text/csv; charset=utf-8; header=present", "attachment", "csv"),
        ResultFormat::Arrow => (ARROW, "attachment", "arrows"),
        ResultFormat::Parquet => (PARQUET, "attachment", "parquet"),
    };
    [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, format!("{shown}; filename=\"{id}.{ending}\"")),
    ]
}

#[cfg(test)]
mod tests;
