//! The one type that can be written to a client (ONLY-RELEASED).
//!
//! Made by the vault only, and only with a receipt that the answer is durable (CHARGE-FIRST), or recalled from
//! the ledger with the receipt it was stored under. Its rows cannot be read by other code, only written out.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;
use tresor_ledger::{OutcomeReceipt, StoredAnswer};

use crate::refusal::Refusal;

/// A protected answer that may leave.
pub struct Released {
    body: Vec<u8>,
    _receipt: OutcomeReceipt,
}

impl Released {
    /// An answer that has just been settled: the receipt must be about exactly these bytes.
    pub(super) fn settled(body: Vec<u8>, receipt: OutcomeReceipt) -> Result<Self, Refusal> {
        let digest = tresor_ledger::digest_of(&body);
        if receipt.answer_digest() != Some(digest.as_str()) {
            return Err(Refusal::internal("the receipt is about another answer"));
        }
        Ok(Self { body, _receipt: receipt })
    }

    /// An answer of an earlier query, as the ledger kept it.
    #[must_use]
    pub fn recall(stored: StoredAnswer) -> Self {
        Self { body: stored.bytes, _receipt: stored.receipt }
    }

    /// The answer as JSON, the same bytes each time.
    #[must_use]
    pub fn into_json(self) -> Vec<u8> {
        self.body
    }

    /// The answer as CSV: for every measure a column `<name>__status` says what was done, withheld values are empty.
    ///
    /// # Errors
    /// When the stored answer cannot be read back, which is a defect.
    pub fn to_csv(&self) -> Result<Vec<u8>, Refusal> {
        let answer: Answer = serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::internal(format!("stored answer: {error}")))?;
        Ok(answer.csv().into_bytes())
    }
}

/// The parts of a stored answer that CSV needs.
#[derive(Deserialize)]
struct Answer {
    schema: Vec<Column>,
    rows: Vec<Vec<Value>>,
    cell_status: Vec<CellStatus>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    role: String,
}

#[derive(Deserialize)]
struct CellStatus {
    row: usize,
    col: usize,
    code: String,
}

impl Answer {
    fn csv(&self) -> String {
        let mut text = String::new();
        let mut head = vec![];
        for column in &self.schema {
            head.push(field(&column.name));
            if column.role == "measure" {
                head.push(field(&format!("{}__status", column.name)));
            }
        }
        line(&mut text, &head);
        let statuses: HashMap<(usize, usize), &str> =
            self.cell_status.iter().map(|s| ((s.row, s.col), s.code.as_str())).collect();
        for (at, row) in self.rows.iter().enumerate() {
            let mut cells = vec![];
            for (col, (value, column)) in row.iter().zip(&self.schema).enumerate() {
                cells.push(cell(value));
                if column.role == "measure" {
                    cells.push(statuses.get(&(at, col)).copied().unwrap_or_default().to_owned());
                }
            }
            line(&mut text, &cells);
        }
        text
    }
}

fn line(text: &mut String, cells: &[String]) {
    let _ = write!(text, "{}\r\n", cells.join(","));
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => field(text),
        other => other.to_string(),
    }
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
