//! What came back, as text that stays the same from run to run.

use serde_json::{Value, json};
use tests::ask;
use tresor_core::refusal::Refusal;

/// Before a text that the refusal suggests, on a line of its own.
pub(crate) const INSTEAD: &str = "instead: ";

/// What came back.
pub(crate) struct Answer {
    /// `released`, `refused: <code>`, `explained`, `budget` or `log`.
    pub(crate) kind: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn new(kind: &str, text: String) -> Self {
        Self { kind: kind.to_owned(), text: text.trim().to_owned() }
    }

    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let mut text = refusal.to_string();
        if let Some(rule) = refusal.rule() {
            text.push_str(&format!(" ({rule})"));
        }
        if let Some(sql) = refusal.suggested_sql() {
            text.push_str(&format!("\n{INSTEAD}{sql}"));
        }
        Self::new(&format!("refused: {}", refusal.code().as_str()), text)
    }
}

/// A released answer as CSV, with its notes if wanted. A row whose only value is missing is written as `(nothing)`.
pub(crate) fn released(outcome: Result<ask::Answer, Refusal>, notes: bool) -> Answer {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(refusal) => return Answer::refused(&refusal),
    };
    let csv = without_reasons(&answer.csv);
    let row = |line: &str| if line.is_empty() { "(nothing)".to_owned() } else { line.to_owned() };
    let mut lines: Vec<String> = csv.split_terminator("\r\n").map(row).collect();
    if notes {
        let notes = answer.json["notes"].as_array().unwrap();
        lines.extend(notes.iter().map(|note| format!("note: {}", note.as_str().unwrap())));
    }
    Answer::new("released", lines.join("\n"))
}

/// CSV without the columns that say why: a case is about what is shown, and its status says whether it is.
fn without_reasons(csv: &str) -> String {
    let names = fields(csv.split("\r\n").next().unwrap());
    let kept = |line: &str| {
        let cells = fields(line).into_iter().zip(&names);
        let cells = cells.filter(|(_, name)| !name.ends_with("__reason")).map(|(cell, _)| cell);
        cells.collect::<Vec<_>>().join(",") + "\r\n"
    };
    csv.split_terminator("\r\n").map(kept).collect()
}

/// The fields of a line as they are written, quotes and all.
fn fields(line: &str) -> Vec<&str> {
    let mut quoted = false;
    line.split(|sign: char| {
        quoted ^= sign == '"';
        sign == ',' && !quoted
    })
    .collect()
}

/// What `queries:check` says, without digests.
pub(crate) fn explained(outcome: Result<Value, Refusal>) -> Answer {
    outcome.map_or_else(
        |refusal| Answer::refused(&refusal),
        |mut explained| {
            let object = explained.as_object_mut().unwrap();
            for key in ["budget", "policy", "snapshots"] {
                object.remove(key);
            }
            Answer::new("explained", serde_json::to_string_pretty(&explained).unwrap())
        },
    )
}

/// What `queries:check` says of the price and the budget.
pub(crate) fn budget(outcome: Result<Value, Refusal>) -> Answer {
    outcome.map_or_else(
        |refusal| Answer::refused(&refusal),
        |explained| {
            let said = json!({ "cost": explained["cost"], "budget": explained["budget"] });
            Answer::new("budget", said.to_string())
        },
    )
}

/// The audit log, one line per entry, without numbers, digests, ids and times, and without what every start of an engine says
/// about each of its extracts and projects.
pub(crate) fn log(outcome: Result<Value, Refusal>) -> Answer {
    outcome.map_or_else(
        |refusal| Answer::refused(&refusal),
        |log| {
            let entries = log["entries"].as_array().unwrap();
            let of_a_start = ["extract_registered", "budget_grant"];
            let told = entries
                .iter()
                .filter(|entry| of_a_start.iter().all(|kind| entry["kind"] != *kind))
                .map(entry);
            Answer::new("log", told.collect::<Vec<_>>().join("\n"))
        },
    )
}

fn entry(entry: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut line = format!(
        "{} by {} of {}",
        word(&entry["kind"]),
        word(&entry["actor"]),
        word(&entry["project"])
    );
    for key in ["code", "check_only", "cost", "state"] {
        if !entry["body"][key].is_null() {
            line.push_str(&format!(", {key} {}", entry["body"][key]));
        }
    }
    for opened in ["sql", "detail"] {
        if let Some(text) = entry["opened"][opened].as_str() {
            line.push_str(&format!(", {opened} `{text}`"));
        }
    }
    line
}
