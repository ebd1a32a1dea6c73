//! Totals as sums of their protected parts, where the profile says so.
//!
//! Only where every part is shown and no person is in two of them. Elsewhere a total stays a cell of its own: were it
//! the sum of the parts that are left, whoever knows the true total could subtract.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{HashMap, HashSet, Result};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::Profile;
use tresor_disclosure::profile::Totals;
use tresor_disclosure::table::Standing;

use super::decide::Decided;
use super::family::MeasuredFamily;
use super::status::Status;
use super::{MeasuredTable, Values};
use crate::guard::families::Member;
use crate::guard::release::{Counted, PersonalRelease, Statistic, Total};

/// Replaces the totals of each family that are sums of parts.
pub(super) fn from_parts(
    tables: &[MeasuredTable<'_>],
    families: &[MeasuredFamily<'_>],
    decided: &[Decided<'_>],
    values: &mut [Values],
    profile: &Profile,
) -> Result<()> {
    match profile.totals {
        Totals::FromTrueThenProtect => return Ok(()),
        Totals::FromProtected => {}
    }
    for family in families {
        let of_member = |member: &Member| tables.iter().position(|t| t.at == member.release);
        let mut members: Vec<(&Member, usize)> = family
            .family
            .members
            .iter()
            .filter_map(|member| Some((member, of_member(member)?)))
            .collect();
        // From fine to coarse, so that a total is a sum of totals that are sums already.
        members.sort_by_key(|(member, _)| std::cmp::Reverse(member.keys.len()));
        for (at, &(total, table)) in members.iter().enumerate() {
            let parts = members.get(..at).unwrap_or_default().iter().rev();
            let mut parts =
                parts.filter(|&&(fine, place)| is_part(fine, place, total, table, tables));
            if let Some(&(fine, place)) = parts.next() {
                let pair = Pair { total, table, fine, place, tables, decided };
                pair.sum_up(values)?;
            }
        }
    }
    Ok(())
}

/// Whether the cells of one table are parts of those of another, statistic by statistic.
fn is_part(
    fine: &Member,
    place: usize,
    total: &Member,
    table: usize,
    tables: &[MeasuredTable<'_>],
) -> bool {
    let outputs = |at: usize| tables.get(at).map(|table| (&table.release.outputs, table.release));
    let same = match (outputs(place), outputs(table)) {
        (Some((parts, of_parts)), Some((totals, of_totals))) => {
            parts == totals && of_parts.arguments == of_totals.arguments
        }
        _ => false,
    };
    same && fine.within == total.within
        && fine.keys.len() > total.keys.len()
        && total.keys.iter().all(|key| fine.keys.contains(key))
}

/// A table of totals and the table of its parts.
struct Pair<'a> {
    total: &'a Member,
    table: usize,
    fine: &'a Member,
    place: usize,
    tables: &'a [MeasuredTable<'a>],
    decided: &'a [Decided<'a>],
}

impl Pair<'_> {
    fn sum_up(&self, values: &mut [Values]) -> Result<()> {
        let (Some(parts), Some(totals)) =
            (self.decided.get(self.place), self.decided.get(self.table))
        else {
            return Ok(());
        };
        let Some(release) = self.tables.get(self.table).map(|table| table.release) else {
            return Ok(());
        };
        let unlisted: HashSet<Vec<&ScalarValue>> =
            parts.unlisted.iter().filter_map(|(keys, _)| self.total_of(keys)).collect();
        let mut of_totals: HashMap<Vec<&ScalarValue>, Vec<usize>> = HashMap::new();
        for (at, part) in parts.rows.iter().enumerate() {
            if let Some(total) = self.total_of(&part.keys) {
                of_totals.entry(total).or_default().push(at);
            }
        }
        for (row, total) in totals.rows.iter().enumerate() {
            let keys: Vec<&ScalarValue> = total.keys.iter().collect();
            if total.standing != Standing::Open || unlisted.contains(&keys) {
                continue;
            }
            let of_total = of_totals.get(&keys).map_or(&[][..], Vec::as_slice);
            for (output, statistic) in release.outputs.iter().enumerate() {
                if !adds_up(&statistic.statistic, release) {
                    continue;
                }
                let Some(found) = values.get(self.place).and_then(|of| sum(of, output, of_total))
                else {
                    continue;
                };
                set(values.get_mut(self.table), row, output, found, &statistic.data_type);
            }
        }
        Ok(())
    }

    /// The keys of the total that a part belongs to.
    fn total_of<'k>(&self, part: &'k [ScalarValue]) -> Option<Vec<&'k ScalarValue>> {
        let place = |key: &usize| self.fine.keys.iter().position(|known| known == key);
        self.total.keys.iter().map(|key| part.get(place(key)?)).collect()
    }
}

/// Whether the number of a total is the sum of those of its parts.
fn adds_up(statistic: &Statistic, release: &PersonalRelease) -> bool {
    let counted = |counted: &Counted| match counted {
        Counted::Rows | Counted::RowsWith(_) => true,
        Counted::Persons | Counted::PersonsWith(_) => release.one_row,
    };
    match statistic {
        Statistic::Count(of) => counted(of),
        Statistic::Sum { total, rows, offset, scale: _ } => {
            let total = match total {
                Total::Value(_) => true,
                Total::Count(of) => counted(of),
            };
            total && (*offset == 0.0 || counted(rows))
        }
        Statistic::SumOf(_)
        | Statistic::Mean { .. }
        | Statistic::MeanOf(_)
        | Statistic::Spread { .. }
        | Statistic::Pair { .. }
        | Statistic::Quantile(_)
        | Statistic::DistinctValues => false,
    }
}

/// The sum of the shown parts and its half width; `None` where one is withheld or there is none.
fn sum(values: &Values, output: usize, rows: &[usize]) -> Option<(f64, f64, bool)> {
    let column = values.columns.get(output)?;
    let (mut sum, mut width, mut may_be_negative) = (0.0, 0.0, false);
    for &row in rows {
        match values.statuses.get(row)?.get(output)? {
            Status::Shown { half_width, signed } => {
                width += half_width;
                may_be_negative |= signed;
            }
            Status::Withheld(_) | Status::NotApplicable => return None,
        }
        sum += match column.get(row)?.cast_to(&DataType::Float64).ok()? {
            ScalarValue::Float64(Some(value)) => value,
            _ => return None,
        };
    }
    (!rows.is_empty()).then_some((sum, width, may_be_negative))
}

fn set(
    values: Option<&mut Values>,
    row: usize,
    output: usize,
    (value, half_width, signed): (f64, f64, bool),
    data_type: &DataType,
) {
    let Some(values) = values else { return };
    let Ok(value) = ScalarValue::Float64(Some(value)).cast_to(data_type) else { return };
    let slot = values.columns.get_mut(output).and_then(|column| column.get_mut(row));
    let status = values.statuses.get_mut(row).and_then(|row| row.get_mut(output));
    if let (Some(slot), Some(status @ Status::Shown { .. })) = (slot, status) {
        *slot = value;
        *status = Status::Shown { half_width, signed };
    }
}
