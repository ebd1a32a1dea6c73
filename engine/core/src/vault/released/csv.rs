//! CSV: for programs with companion columns, for people with shorthand in the cells.
//!
//! A withheld value is empty, a text or a mark, never 0, whatever the profile's published rule writes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::columns::{Laid, Part, laid};
use super::form::Markers;
use super::stored::Answer;
use crate::vault::mark::Mark;

/// The answer as CSV.
pub(super) fn write(answer: &Answer, markers: Markers) -> Vec<u8> {
    let mut columns = laid(answer);
    if markers == Markers::Shorthand {
        columns.retain(|column| column.part == Part::Value);
    }
    let mut text = String::new();
    line(&mut text, columns.iter().map(|column| field(&column.name)));
    for row in 0..answer.rows.len() {
        line(&mut text, columns.iter().map(|column| cell(answer, column, row, markers)));
    }
    if markers == Markers::Shorthand {
        legend(&mut text, answer);
    }
    text.into_bytes()
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    // Writing to a string cannot fail.
    let _never = write!(text, "{}\r\n", cells.join(","));
}

fn cell(answer: &Answer, column: &Laid<'_>, row: usize, markers: Markers) -> String {
    let interval = || answer.interval(row, column.of);
    match column.part {
        Part::Value => value(answer, column, row, markers),
        Part::Status => {
            column.mark(answer, row).map_or_else(String::new, |mark| mark.code().to_owned())
        }
        Part::Reason => column.reason(answer, row).map_or_else(String::new, field),
        Part::Low => interval().map_or_else(String::new, |(low, _)| number(low)),
        Part::High => interval().map_or_else(String::new, |(_, high)| number(high)),
    }
}

fn value(answer: &Answer, column: &Laid<'_>, row: usize, markers: Markers) -> String {
    let marked = answer.marked(row, column.of).map(|marked| marked.mark);
    match (markers, marked) {
        (Markers::Shorthand, Some(mark)) => format!("[{}]", mark.code()),
        (Markers::Profile, Some(Mark::Withheld)) => {
            answer.hidden_text.as_deref().map_or_else(String::new, field)
        }
        (Markers::Columns | Markers::Shorthand | Markers::Profile, _) => {
            answer.value(row, column.of).map_or_else(String::new, written)
        }
    }
}

/// What the marks in the cells mean, after an empty line: each mark with each of its reasons, once.
fn legend(text: &mut String, answer: &Answer) {
    let places =
        (0..answer.rows.len()).flat_map(|row| (0..answer.schema.len()).map(move |col| (row, col)));
    let marked = places.filter_map(|(row, col)| answer.marked(row, col));
    let said: BTreeSet<(Mark, &str)> =
        marked.map(|marked| (marked.mark, marked.reason.as_str())).collect();
    if !said.is_empty() {
        line(text, std::iter::empty());
    }
    for (mark, reason) in said {
        line(text, std::iter::once(field(&format!("[{}] {reason}", mark.code()))));
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => field(text),
        other => other.to_string(),
    }
}

fn number(value: f64) -> String {
    Value::from(value).to_string()
}

/// A text as a CSV field. A leading sign that a spreadsheet would run as a formula is defused.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}
