//! An answer: schema, rows, the status of every value, and how it was protected.
//!
//! What is written here is stored in the ledger and served for ever; other forms are made from it
//! ([`super::released`]). Must never know: true numbers.

mod columns;
mod record;
mod summary;
#[cfg(test)]
mod tests;
mod value;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::UInt32Type;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{DFSchema, Result};
use serde_json::{Value, json};
use tresor_disclosure::Profile;
use tresor_disclosure::profile::Negatives;
use tresor_disclosure::threshold::told;

pub(super) use record::{body, outcome_details, outcome_summary};

use self::columns::Column;
use self::summary::Tally;
use super::mark::Mark;
use super::protect::Status;
use crate::guard::ResultColumn;
use crate::guard::release::{Release, row_column};

/// Statuses of the protected tables, by release, row and output. Public rows have none.
pub(super) type Statuses = Vec<Vec<Vec<Status>>>;

/// Everything an answer is made of.
pub(super) struct Body<'a> {
    pub(super) columns: &'a [ResultColumn],
    /// Of the finishing plan, for the types of the columns.
    pub(super) schema: &'a DFSchema,
    pub(super) batches: &'a [RecordBatch],
    pub(super) releases: &'a [Release],
    pub(super) statuses: &'a Statuses,
    /// The release behind each scan of a protected table.
    pub(super) scans: &'a [usize],
    pub(super) profile: &'a Profile,
    pub(super) max_rows: usize,
    pub(super) may_omit: bool,
    /// How some of the numbers were made.
    pub(super) more_notes: Vec<String>,
}

/// What an answer says, and what the log says of it.
pub(super) struct Written {
    schema: Value,
    rows: Vec<Value>,
    cell_status: Vec<Value>,
    intervals: Vec<Value>,
    notes: Value,
    truncated: bool,
    tally: Tally,
    tables: Value,
}

impl Body<'_> {
    pub(super) fn write(&self) -> Result<Written> {
        let columns = self.described();
        let schema: Result<Value> =
            columns.iter().map(|column| column.schema(self.profile)).collect();
        let mut written = Written {
            schema: schema?,
            rows: vec![],
            cell_status: vec![],
            intervals: vec![],
            notes: self.notes(),
            truncated: false,
            tally: Tally::default(),
            tables: summary::of_tables(self.statuses),
        };
        let rows =
            self.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| (batch, at)));
        for (batch, at) in rows {
            if written.rows.len() >= self.max_rows {
                written.truncated = true;
                break;
            }
            self.write_row(batch, at, &columns, &mut written)?;
        }
        Ok(written)
    }

    fn described(&self) -> Vec<Column<'_>> {
        let types = self.schema.fields().iter().map(|field| field.data_type());
        let described = |(column, data_type)| {
            Column::new(column, data_type, self.releases, self.scans, self.profile)
        };
        self.columns.iter().zip(types).map(described).collect()
    }

    fn write_row(
        &self,
        batch: &RecordBatch,
        at: usize,
        columns: &[Column<'_>],
        written: &mut Written,
    ) -> Result<()> {
        let number = written.rows.len();
        let mut row = vec![];
        for (col, column) in columns.iter().enumerate() {
            let mut value = value::value(batch.column(col).as_ref(), at)?;
            if column.is_measure() {
                let parts = self.parts(batch, at, column.of);
                let told = self.told(&mut value, &parts, column);
                match told {
                    Some(Told { mark, why, reason }) => {
                        written.tally.marked(mark, &why, reason, !value.is_null());
                        written.cell_status.push(
                            json!({ "row": number, "col": col, "code": mark, "reason": why }),
                        );
                    }
                    None => written.tally.shown(),
                }
                let place = (number, col);
                written.intervals.extend(self.interval(&value, &parts, column, place));
            }
            row.push(value);
        }
        written.rows.push(Value::Array(row));
        Ok(())
    }

    /// What must be said of a value beyond what holds for its column.
    ///
    /// A number that was computed from a withheld one is not shown, whatever came of it: `coalesce(count(*), 0)` must
    /// not pass for a true zero.
    fn told(&self, value: &mut Value, parts: &[Status], column: &Column<'_>) -> Option<Told> {
        if let Some(reason) = parts.iter().find_map(|part| part.reason()) {
            if value.is_number() {
                *value = Value::Null;
            }
            let why = reason.sentence(self.profile);
            return Some(Told { mark: Mark::Withheld, why, reason: Some(reason.as_str()) });
        }
        let told = |mark, why: &str| Some(Told { mark, why: why.to_owned(), reason: None });
        if value.is_null() && parts.is_empty() {
            let why = "computed from values that are withheld".to_owned();
            return Some(Told { mark: Mark::Withheld, why, reason: Some("of_withheld") });
        }
        let nobody = parts.iter().any(|part| matches!(part, Status::NotApplicable));
        if nobody && (column.of.direct || value.is_null()) {
            return told(
                Mark::NotApplicable,
                "there can be nobody, or there is nobody to say it of",
            );
        }
        if value.is_null() {
            return told(Mark::NotAvailable, "the computation has no value here");
        }
        if column.low && value.as_f64() == Some(0.0) {
            return told(Mark::Low, "more than 0, and shown as 0 after noise or rounding");
        }
        None
    }

    /// The 95 % interval of a value that stands as it was protected. Where the profile refuses values below zero, and
    /// for numbers of people or rows, everybody knows that the truth is not there.
    fn interval(
        &self,
        value: &Value,
        parts: &[Status],
        column: &Column<'_>,
        (row, col): (usize, usize),
    ) -> Option<Value> {
        let [Status::Shown { half_width, signed }] = parts else { return None };
        let middle = value.as_f64().filter(|_| column.intervals && *half_width > 0.0)?;
        let refused = self.profile.negatives != Negatives::Abs && !self.profile.dominance.is_off();
        let never_below = column.counts || (refused && !signed);
        let floor = if never_below && middle >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        let (low, high) = ((middle - half_width).max(floor), middle + half_width);
        let tidy = |value: f64| (value * 1e6).round() / 1e6;
        Some(json!({ "row": row, "col": col, "low": tidy(low), "high": tidy(high) }))
    }

    fn notes(&self) -> Value {
        let mut notes = vec![];
        if self.may_omit {
            notes.push(format!(
                "groups with fewer than {} people are not listed, because the list of groups is not public",
                told(self.profile, self.profile.min_count)
            ));
        }
        let measured = self.columns.iter().any(|column| !column.made_of.is_empty());
        if measured && !self.profile.noise.is_none() {
            notes.push(
                "numbers carry noise that is the same each time; totals need not equal the sum of their parts"
                    .to_owned(),
            );
        }
        let few = self.profile.low_effect.persons;
        if measured && few > 0 {
            notes.push(format!(
                "a condition that concerns fewer than about {few} people counts as absent, so counts and sums may be off by \
                 some {few} people for each condition; their intervals allow for it. Means and other statistics are of the \
                 people who were counted; their intervals do not"
            ));
        }
        notes.extend(self.more_notes.iter().cloned());
        json!(notes)
    }

    /// The statuses of the protected values that a value of this row is computed from, as far as they can still be
    /// told. In a union each row has those of its own part only.
    fn parts(&self, batch: &RecordBatch, at: usize, column: &ResultColumn) -> Vec<Status> {
        let part = |&(scan, output): &(usize, usize)| self.part(batch, at, scan, output);
        column.made_of.iter().filter_map(part).collect()
    }

    /// The status of one protected value in this row, if the row can still be told.
    fn part(&self, batch: &RecordBatch, at: usize, scan: usize, output: usize) -> Option<Status> {
        let numbers = batch.column_by_name(&row_column(scan))?.as_primitive_opt::<UInt32Type>()?;
        let number = numbers.is_valid(at).then(|| numbers.value(at))?;
        self.statuses.get(*self.scans.get(scan)?)?.get(number as usize)?.get(output).copied()
    }
}

/// What is said of one value.
struct Told {
    mark: Mark,
    /// For the reader.
    why: String,
    /// For the log, where a rule withheld it.
    reason: Option<&'static str>,
}
