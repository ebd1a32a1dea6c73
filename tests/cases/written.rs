//! An answer in another form than the one that cases are written in, as text that stays the same from run to run.

use std::sync::Arc;

use serde_json::Value;
use tresor_core::engine::{Markers, ResultFormat};
use tresor_core::refusal::Refusal;

use crate::answer::Answer;
use crate::story::Form;

/// What to ask the engine for.
pub(crate) const fn format(form: Form) -> ResultFormat {
    match form {
        Form::Json | Form::Record => ResultFormat::Json,
        Form::Csv => ResultFormat::Csv(Markers::Columns),
        Form::Shorthand => ResultFormat::Csv(Markers::Shorthand),
        Form::Text => ResultFormat::Csv(Markers::Profile),
        Form::Parquet => ResultFormat::Parquet,
    }
}

/// What came back.
pub(crate) fn answer(outcome: Result<Vec<u8>, Refusal>, form: Form) -> Answer {
    match outcome {
        Ok(bytes) => Answer::new("released", text(bytes, form)),
        Err(refusal) => Answer::refused(&refusal),
    }
}

fn text(bytes: Vec<u8>, form: Form) -> String {
    match form {
        Form::Json => json(&String::from_utf8(bytes).unwrap()),
        Form::Record => record(&bytes),
        Form::Csv | Form::Shorthand | Form::Text => lines(&String::from_utf8(bytes).unwrap()),
        Form::Parquet => columns(bytes),
    }
}

/// Without what differs from run to run: the id, and the release.
fn json(text: &str) -> String {
    let differs =
        |line: &&str| ["  \"id\": ", "  \"release\": "].iter().any(|p| line.starts_with(p));
    let text = text.lines().filter(|line| !differs(line)).collect::<Vec<_>>().join("\n");
    text.replace(",\n}", "\n}")
}

/// A case has no empty lines, so one is written as a word.
fn lines(csv: &str) -> String {
    let line = |line: &str| if line.is_empty() { "(nothing)".to_owned() } else { line.to_owned() };
    csv.split_terminator("\r\n").map(line).collect::<Vec<_>>().join("\n")
}

/// The record of the criteria without digests and versions.
fn record(bytes: &[u8]) -> String {
    let mut json: Value = serde_json::from_slice(bytes).unwrap();
    let record = json["release"]["criteria"].as_object_mut().unwrap();
    for digest in ["policy_digest", "snapshots", "tool"] {
        record.remove(digest).unwrap();
    }
    record["profile"].as_object_mut().unwrap().remove("digest").unwrap();
    let mut text = vec![];
    for (name, value) in record {
        match value.as_array() {
            Some(parts) => {
                text.push(format!("{name}:"));
                text.extend(parts.iter().flat_map(part));
            }
            None => text.push(format!("{name}: {value}")),
        }
    }
    text.join("\n")
}

/// One element of a list, the checks of a kind each on a line.
fn part(part: &Value) -> Vec<String> {
    let Some(checks) = part["checks"].as_array() else { return vec![format!("  {part}")] };
    let mut of_kind = part.clone();
    of_kind.as_object_mut().unwrap().remove("checks");
    let each = checks.iter().map(|check| format!("    {check}"));
    std::iter::once(format!("  {of_kind}")).chain(each).collect()
}

/// Names and types of the columns, and what the file says of itself.
fn columns(bytes: Vec<u8>) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let builder = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
        file.reopen().unwrap(),
    );
    let schema = Arc::clone(builder.unwrap().schema());
    let columns = schema.fields().iter().map(|f| format!("{}: {}", f.name(), f.data_type()));
    let mut about: Vec<&String> = schema.metadata().keys().collect();
    about.sort();
    columns
        .chain(about.into_iter().map(|key| format!("metadata: {key}")))
        .collect::<Vec<_>>()
        .join("\n")
}
