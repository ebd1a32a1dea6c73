//! From measured cells to protected tables.
//!
//! The order is part of the rule: decide on true values ([`decide`]), withhold what would tell a withheld one
//! ([`family`]), perturb and round ([`statistics`]), then derive means and linear forms from protected parts only, and
//! totals where the profile says so ([`totals`]). Each rule is a function of the disclosure crate; here they meet the
//! cells.

mod decide;
mod family;
mod rows;
mod statistics;
mod status;
mod told;
mod totals;

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, UInt32Array};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::table::Standing;
use tresor_disclosure::{NoiseSecret, Profile, Reason};

use self::decide::Decided;
pub(super) use self::family::MeasuredFamily;
use self::rows::Keys;
pub(super) use self::status::Status;
use super::cells::Cells;
use crate::guard::release::{PersonalRelease, ROW};
use crate::limits::Limits;
use crate::vault::past::Beside;
use crate::vault::stages::{Stage, Stages};

/// A protected table: what the finishing plan may read, and what was done to every value.
pub(super) struct ProtectedTableRows {
    pub(super) batch: RecordBatch,
    /// One status per row and output.
    pub(super) statuses: Vec<Vec<Status>>,
    /// Whether cells were left out because their keys are not public knowledge. Decided by plan, not by rows.
    pub(super) may_omit: bool,
    /// What a reader should know of the table beside its values. Depends on nothing that its reader does not see.
    pub(super) warnings: BTreeSet<&'static str>,
    /// What was decided, for the tables that are protected after this one.
    pub(super) settled: Settled,
}

/// What was decided about each row of a table that others have read since.
pub(super) struct Settled(Vec<(Standing, Vec<(usize, Reason)>)>);

/// A release and its measured cells.
pub(super) struct MeasuredTable<'a> {
    /// Its place among the releases of the query.
    pub(super) at: usize,
    pub(super) release: &'a PersonalRelease,
    pub(super) cells: Cells,
    /// What was decided about it, where that cannot be changed any more.
    pub(super) settled: Option<Settled>,
}

/// What protection depends on beside the cells.
pub(super) struct Rules<'a> {
    pub(super) profile: &'a Profile,
    pub(super) secret: &'a NoiseSecret,
    pub(super) limits: &'a Limits,
    pub(super) stages: &'a dyn Stages,
    /// What the project was answered before, where the profile looks at it.
    pub(super) beside: Option<&'a Beside<'a>>,
}

/// Protects tables that are released together. What others have read before stays as it was.
pub(super) fn protect(
    tables: &[MeasuredTable<'_>],
    families: &[MeasuredFamily<'_>],
    rules: &Rules<'_>,
) -> Result<Vec<ProtectedTableRows>> {
    rules.stages.begins(Stage::Decide);
    let mut decided = tables
        .iter()
        .map(|table| decide::decide(table, rules))
        .collect::<Result<Vec<Decided<'_>>>>()?;
    rules.stages.begins(Stage::Withhold);
    family::withhold(families, tables, &mut decided, rules)?;
    rules.stages.begins(Stage::Perturb);
    let mut values = tables
        .iter()
        .zip(&decided)
        .map(|(table, decided)| Values::of(table, decided, rules))
        .collect::<Result<Vec<_>>>()?;
    rules.stages.begins(Stage::Tables);
    totals::from_parts(tables, families, &decided, &mut values, rules.profile)?;
    let made = tables.iter().zip(decided).zip(values);
    made.map(|((table, decided), values)| written(table.release, decided, values)).collect()
}

/// The protected values of a table: one column per output.
struct Values {
    columns: Vec<Vec<ScalarValue>>,
    /// One status per row and output.
    statuses: Vec<Vec<Status>>,
}

impl Values {
    fn of(table: &MeasuredTable<'_>, decided: &Decided<'_>, rules: &Rules<'_>) -> Result<Self> {
        let release = table.release;
        let mut columns: Vec<Vec<ScalarValue>> = vec![vec![]; release.outputs.len()];
        let mut statuses = vec![];
        for row in &decided.rows {
            let mut of_row = vec![];
            for (output, column) in release.outputs.iter().zip(&mut columns) {
                let (value, status) = statistics::protect(output, release, row, rules)?;
                column.push(value);
                of_row.push(status);
            }
            statuses.push(of_row);
        }
        Ok(Self { columns, statuses })
    }
}

fn written(
    release: &PersonalRelease,
    decided: Decided<'_>,
    values: Values,
) -> Result<ProtectedTableRows> {
    let rows = decided.rows.into_iter().map(|row| (row.keys, (row.standing, row.arguments)));
    let (keys, settled): (Vec<Keys<'_>>, Vec<_>) = rows.unzip();
    Ok(ProtectedTableRows {
        settled: Settled(settled),
        batch: table(release, &keys, values.columns)?,
        statuses: values.statuses,
        // Whose rows are only counted omits nothing that a reader could miss.
        may_omit: decided.may_omit && !release.only_counted,
        warnings: decided.warnings,
    })
}

fn table(
    release: &PersonalRelease,
    rows: &[Keys<'_>],
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
