//! A stored answer, read back to be written in another form.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tresor_disclosure::profile::Format;

use crate::refusal::Refusal;
use crate::vault::mark::Mark;

/// In which forms an answer may leave, as it was decided when it was released.
#[derive(Deserialize)]
pub(super) struct Forms {
    pub(super) allowed: Vec<Format>,
    pub(super) max_bytes: u64,
    pub(super) hidden_text: Option<String>,
}

/// The parts of a stored answer that other forms need.
pub(super) struct Answer {
    pub(super) schema: Vec<Column>,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) hidden_text: Option<String>,
    /// What a table says of itself, as JSON, by part.
    pub(super) about: [(&'static str, String); 3],
    marked: HashMap<(usize, usize), Marked>,
    intervals: HashMap<(usize, usize), (f64, f64)>,
}

/// A column of the answer.
#[derive(Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    role: String,
    pub(super) stored_as: String,
    /// What holds for its values where nothing else is said.
    pub(super) status: Option<Mark>,
    pub(super) intervals: bool,
    pub(super) protection: Value,
}

/// What is said of one value.
pub(super) struct Marked {
    pub(super) mark: Mark,
    pub(super) reason: String,
}

#[derive(Deserialize)]
struct Body<'a> {
    schema: Vec<Column>,
    rows: Vec<Vec<Value>>,
    cell_status: Vec<CellStatus>,
    intervals: Vec<Interval>,
    #[serde(borrow)]
    summary: &'a RawValue,
    #[serde(borrow)]
    notes: &'a RawValue,
    #[serde(borrow)]
    release: &'a RawValue,
}

#[derive(Deserialize)]
struct CellStatus {
    row: usize,
    col: usize,
    code: Mark,
    reason: String,
}

#[derive(Deserialize)]
struct Interval {
    row: usize,
    col: usize,
    low: f64,
    high: f64,
}

impl Forms {
    /// The forms of a stored answer.
    pub(super) fn of(body: &[u8]) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Of {
            release: Release,
        }
        #[derive(Deserialize)]
        struct Release {
            forms: Forms,
        }
        serde_json::from_slice::<Of>(body).map(|of| of.release.forms).map_err(unreadable)
    }
}

/// The parts of a stored answer that say how it was made and protected.
pub(super) fn about(body: &[u8]) -> Result<Value, Refusal> {
    #[derive(Deserialize, Serialize)]
    struct About {
        schema: Value,
        summary: Value,
        notes: Value,
        truncated: Value,
        release: Value,
    }
    let about: About = serde_json::from_slice(body).map_err(unreadable)?;
    serde_json::to_value(about).map_err(unreadable)
}

impl Answer {
    /// Reads a stored answer.
    pub(super) fn of(body: &[u8]) -> Result<Self, Refusal> {
        let hidden_text = Forms::of(body)?.hidden_text;
        let body: Body<'_> = serde_json::from_slice(body).map_err(unreadable)?;
        let marked = body.cell_status.into_iter().map(|CellStatus { row, col, code, reason }| {
            ((row, col), Marked { mark: code, reason })
        });
        let intervals = body.intervals.into_iter().map(|i| ((i.row, i.col), (i.low, i.high)));
        Ok(Self {
            schema: body.schema,
            rows: body.rows,
            hidden_text,
            about: [
                ("tresor:release", body.release.get().to_owned()),
                ("tresor:summary", body.summary.get().to_owned()),
                ("tresor:notes", body.notes.get().to_owned()),
            ],
            marked: marked.collect(),
            intervals: intervals.collect(),
        })
    }

    pub(super) fn value(&self, row: usize, col: usize) -> Option<&Value> {
        self.rows.get(row)?.get(col).filter(|value| !value.is_null())
    }

    /// What is said of this value beside what holds for its column.
    pub(super) fn marked(&self, row: usize, col: usize) -> Option<&Marked> {
        self.marked.get(&(row, col))
    }

    /// Both ends of the interval of this value.
    pub(super) fn interval(&self, row: usize, col: usize) -> Option<(f64, f64)> {
        self.intervals.get(&(row, col)).copied()
    }
}

impl Column {
    /// Whether it holds protected numbers.
    pub(super) fn is_measure(&self) -> bool {
        self.role == "measure"
    }
}

fn unreadable(error: serde_json::Error) -> Refusal {
    Refusal::internal(format!("stored answer: {error}"))
}
