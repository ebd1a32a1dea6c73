//! The body of an answer: schema, rows, the status of every withheld value, and how it was protected.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    TimestampNanosecondType, UInt32Type, UInt64Type,
};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{Result, internal_err};
use serde_json::{Value, json};
use tresor_disclosure::Profile;
use tresor_disclosure::profile::Negatives;

use super::protect::Status;
use crate::guard::ResultColumn;
use crate::guard::explain::protection;
use crate::guard::release::row_column;

/// Statuses of the protected tables, by release, row and output. Public rows have none.
pub(super) type Statuses = Vec<Vec<Vec<Status>>>;

/// Everything a body is made of.
pub(super) struct Body<'a> {
    pub(super) columns: &'a [ResultColumn],
    pub(super) batches: &'a [RecordBatch],
    pub(super) statuses: &'a Statuses,
    /// The release behind each scan of a protected table.
    pub(super) scans: &'a [usize],
    pub(super) profile: &'a Profile,
    pub(super) max_rows: usize,
    pub(super) may_omit: bool,
    /// How some of the numbers were made.
    pub(super) more_notes: Vec<String>,
}

/// What a body says, and counts of what was withheld for the log.
pub(super) struct Written {
    pub(super) schema: Value,
    pub(super) rows: Value,
    pub(super) cell_status: Value,
    pub(super) intervals: Value,
    pub(super) notes: Value,
    pub(super) truncated: bool,
    pub(super) row_count: usize,
    pub(super) withheld: usize,
}

impl Body<'_> {
    pub(super) fn write(&self) -> Result<Written> {
        let mut rows = vec![];
        let mut cell_status = vec![];
        let mut intervals = vec![];
        let mut truncated = false;
        for batch in self.batches {
            for at in 0..batch.num_rows() {
                if rows.len() >= self.max_rows {
                    truncated = true;
                    break;
                }
                let number = rows.len();
                let mut row = vec![];
                for (col, column) in self.columns.iter().enumerate() {
                    let mut value = value(batch.column(col).as_ref(), at)?;
                    let part_is_withheld = self.withheld_part(batch, at, column);
                    if part_is_withheld && value.is_number() {
                        value = Value::Null;
                    }
                    if !column.made_of.is_empty() && (value.is_null() || part_is_withheld) {
                        cell_status.push(self.status(batch, at, number, col, column));
                    } else if let Some((half, signed)) = self.half_width(batch, at, column)
                        && let Some(middle) = value.as_f64()
                    {
                        intervals.push(self.interval(number, col, middle, half, signed));
                    }
                    row.push(value);
                }
                rows.push(Value::Array(row));
            }
        }
        let withheld = cell_status.len();
        Ok(Written {
            schema: self.schema(),
            row_count: rows.len(),
            rows: Value::Array(rows),
            cell_status: Value::Array(cell_status),
            intervals: Value::Array(intervals),
            notes: self.notes(),
            truncated,
            withheld,
        })
    }

    fn schema(&self) -> Value {
        let types = self.batches.first().map(RecordBatch::schema);
        let column = |(at, column): (usize, &ResultColumn)| {
            let data_type = types.as_ref().and_then(|schema| schema.fields().get(at));
            let measure = !column.made_of.is_empty();
            json!({
                "name": column.name,
                "type": data_type.map_or("unknown", |field| type_name(field.data_type())),
                "role": if measure { "measure" } else { "dimension" },
                "protection": if measure { protection(self.profile) } else { Value::Null },
            })
        };
        self.columns.iter().enumerate().map(column).collect()
    }

    fn notes(&self) -> Value {
        let mut notes = vec![];
        if self.may_omit {
            notes.push(format!(
                "groups with fewer than {} people are not listed, because the list of groups is not public",
                self.profile.min_count
            ));
        }
        let measured = self.columns.iter().any(|column| !column.made_of.is_empty());
        if measured && !self.profile.noise.is_none() {
            notes.push(
                "numbers carry noise that is the same each time; totals need not equal the sum of their parts"
                    .to_owned(),
            );
        }
        notes.extend(self.more_notes.iter().cloned());
        json!(notes)
    }

    /// The status of a value that is missing or made of missing ones: why a part was withheld.
    fn status(
        &self,
        batch: &RecordBatch,
        at: usize,
        row: usize,
        col: usize,
        column: &ResultColumn,
    ) -> Value {
        let parts = self.parts(batch, at, column);
        let reason = parts.iter().find_map(|part| part.reason());
        let (code, why) = match reason {
            Some(reason) => ("c", reason.sentence(self.profile)),
            None if parts.is_empty() => ("c", "computed from values that are withheld".to_owned()),
            None => ("x", "the computation has no value here".to_owned()),
        };
        json!({ "row": row, "col": col, "code": code, "reason": why })
    }

    /// Whether a value in this row was computed from one that is withheld, whatever came of it:
    /// `coalesce(count(*), 0)` must not pass for a true zero, so numbers made of withheld ones are not shown.
    fn withheld_part(&self, batch: &RecordBatch, at: usize, column: &ResultColumn) -> bool {
        self.parts(batch, at, column).iter().any(|part| part.reason().is_some())
    }

    /// The half width of a value, and whether the value may lie below zero.
    fn half_width(
        &self,
        batch: &RecordBatch,
        at: usize,
        column: &ResultColumn,
    ) -> Option<(f64, bool)> {
        if !column.direct || self.profile.noise.is_none() {
            return None;
        }
        match self.parts(batch, at, column).as_slice() {
            [Status::Shown { half_width, signed }] if *half_width > 0.0 => {
                Some((*half_width, *signed))
            }
            _ => None,
        }
    }

    /// The statuses of the protected values that a value of this row is computed from, as far as they can still be
    /// told. In a union each row has those of its own part only.
    fn parts(&self, batch: &RecordBatch, at: usize, column: &ResultColumn) -> Vec<Status> {
        let part = |&(scan, output): &(usize, usize)| self.part(batch, at, scan, output);
        column.made_of.iter().filter_map(part).collect()
    }

    /// The 95 % interval. Where the profile refuses values below zero, everybody knows that the truth is not there.
    fn interval(&self, row: usize, col: usize, middle: f64, half: f64, signed: bool) -> Value {
        let refused = self.profile.negatives != Negatives::Abs && !self.profile.dominance.is_off();
        let floor = if refused && !signed && middle >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        let (low, high) = ((middle - half).max(floor), middle + half);
        let tidy = |value: f64| (value * 1e6).round() / 1e6;
        json!({ "row": row, "col": col, "low": tidy(low), "high": tidy(high) })
    }

    /// The status of one protected value in this row, if the row can still be told.
    fn part(&self, batch: &RecordBatch, at: usize, scan: usize, output: usize) -> Option<Status> {
        let numbers = batch.column_by_name(&row_column(scan))?.as_primitive_opt::<UInt32Type>()?;
        let number = numbers.is_valid(at).then(|| numbers.value(at))?;
        self.statuses.get(*self.scans.get(scan)?)?.get(number as usize)?.get(output).copied()
    }
}

const fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "boolean",
        DataType::Int32 | DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "integer",
        DataType::Float64 => "number",
        DataType::Utf8 | DataType::Utf8View => "text",
        DataType::Date32 => "date",
        DataType::Timestamp(..) => "timestamp",
        _ => "null",
    }
}

fn value(array: &dyn Array, at: usize) -> Result<Value> {
    if array.is_null(at) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => json!(array.as_boolean().value(at)),
        DataType::Int32 => json!(array.as_primitive::<Int32Type>().value(at)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(at)),
        DataType::UInt32 => json!(array.as_primitive::<UInt32Type>().value(at)),
        DataType::UInt64 => json!(array.as_primitive::<UInt64Type>().value(at)),
        DataType::Float64 => number(array.as_primitive::<Float64Type>().value(at)),
        DataType::Utf8 => json!(array.as_string::<i32>().value(at)),
        DataType::Utf8View => json!(array.as_string_view().value(at)),
        DataType::Date32 => {
            let day = array.as_primitive::<Date32Type>().value_as_date(at);
            json!(day.map(|day| day.to_string()))
        }
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            let moment = array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(at);
            json!(moment.map(|moment| moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string()))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            let moment = array.as_primitive::<TimestampNanosecondType>().value_as_datetime(at);
            json!(moment.map(|moment| moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string()))
        }
        _ => return internal_err!("a result of an unexpected type"),
    })
}

/// Twelve significant digits: more would be the noise of floating point.
fn number(value: f64) -> Value {
    if !value.is_finite() {
        return Value::Null;
    }
    let text = format!("{value:.12e}");
    text.parse::<f64>().map_or(Value::Null, |value| json!(value))
}
