//! In which form a client wants a result: `?format=` first (browsers and spreadsheets cannot set headers), then the
//! `Accept` header, else JSON.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use serde::Deserialize;
use tresor_core::engine::ResultFormat;
use utoipa::IntoParams;

/// The parameters of a request for a result.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The form of the result; without it the `Accept` header decides, and JSON is the default.
    #[param(value_type = Option<String>, example = "csv", pattern = "^(json|csv)$")]
    format: Option<Named>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Named {
    Json,
    Csv,
}

impl Wanted {
    /// The form to write.
    pub(super) fn format(&self, headers: &HeaderMap) -> ResultFormat {
        match self.format {
            Some(Named::Json) => ResultFormat::Json,
            Some(Named::Csv) => ResultFormat::Csv,
            None => accepted(headers),
        }
    }
}

/// CSV when the client likes it better than JSON.
fn accepted(headers: &HeaderMap) -> ResultFormat {
    let ranges = || {
        headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(range)
    };
    let best = |names: [&str; 3]| {
        names.iter().find_map(|name| {
            ranges().find(|(range, _)| range.eq_ignore_ascii_case(name)).map(|(_, weight)| weight)
        })
    };
    let csv = best(["text/csv", "text/*", "*/*"]).unwrap_or(0.0);
    let json = best(["application/json", "application/*", "*/*"]).unwrap_or(0.0);
    if csv > json { ResultFormat::Csv } else { ResultFormat::Json }
}

/// One media range and its weight: `text/csv;q=0.8`.
fn range(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse);
    (name, weight.unwrap_or(0.0))
}

#[cfg(test)]
mod tests;
