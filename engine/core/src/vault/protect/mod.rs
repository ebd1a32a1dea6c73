//! From measured cells to a protected table.
//!
//! The order is part of the rule: decide on true values, suppress, perturb, round, then derive means and linear
//! forms from protected parts only. Each rule is a function of the disclosure crate; here they meet the cells.

mod rows;
mod statistics;
mod status;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, UInt32Array};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::threshold::{Verdict, judge};
use tresor_disclosure::{NoiseSecret, Profile};

pub(super) use status::Status;

use super::cells::Cells;
use crate::guard::release::{PersonalRelease, ROW};
use crate::limits::Limits;

/// A protected table: what the finishing plan may read, and what was done to every value.
pub(super) struct ProtectedTableRows {
    pub(super) batch: RecordBatch,
    /// One status per row and output.
    pub(super) statuses: Vec<Vec<Status>>,
    /// Whether cells were left out because their keys are not public knowledge. Decided by plan, not by rows.
    pub(super) may_omit: bool,
}

/// Protects the cells of a release.
pub(super) fn protect(
    release: &PersonalRelease,
    cells: &Cells,
    profile: &Profile,
    secret: &NoiseSecret,
    limits: &Limits,
) -> Result<ProtectedTableRows> {
    let large = |keys: &[ScalarValue]| {
        let of_cell = cells.get(keys).and_then(<[_]>::first);
        of_cell.is_some_and(|c| {
            judge(c.contribution.persons, profile.min_count, profile.zero) == Verdict::Enough
        })
    };
    let shown = rows::shown(release, cells, &large, limits)?;
    let mut values: Vec<Vec<ScalarValue>> = vec![vec![]; release.outputs.len()];
    let mut statuses = vec![];
    for keys in &shown.rows {
        let measured = cells.get(keys).filter(|_| large(keys));
        let mut row = vec![];
        for (output, column) in release.outputs.iter().zip(&mut values) {
            let (value, status) = statistics::protect(output, release, measured, profile, secret)?;
            column.push(value);
            row.push(status);
        }
        statuses.push(row);
    }
    let batch = table(release, &shown.rows, values)?;
    // Whose rows are only counted omits nothing that a reader could miss.
    Ok(ProtectedTableRows { batch, statuses, may_omit: shown.may_omit && !release.only_counted })
}

fn table(
    release: &PersonalRelease,
    rows: &[Vec<ScalarValue>],
    values: Vec<Vec<ScalarValue>>,
) -> Result<RecordBatch> {
    let mut fields = vec![];
    let mut arrays: Vec<ArrayRef> = vec![];
    let key_types = release.keys.iter().map(|key| &key.data_type);
    let types = key_types.chain(release.outputs.iter().map(|output| &output.data_type));
    let key_columns = (0..release.keys.len())
        .map(|at| rows.iter().filter_map(|row| row.get(at).cloned()).collect());
    for (at, (data_type, column)) in types.zip(key_columns.chain(values)).enumerate() {
        let column: Vec<ScalarValue> = column;
        fields.push(Field::new(format!("c{at}"), data_type.clone(), true));
        arrays.push(if column.is_empty() {
            datafusion::arrow::array::new_empty_array(data_type)
        } else {
            ScalarValue::iter_to_array(column)?
        });
    }
    fields.push(Field::new(ROW, datafusion::arrow::datatypes::DataType::UInt32, true));
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    arrays.push(Arc::new(UInt32Array::from_iter_values(0..count)));
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}
