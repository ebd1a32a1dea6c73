//! What a column of an answer is, and what holds for all of its values. Known by plan and profile alone.

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{Result, internal_err};
use serde_json::{Value, json};
use tresor_disclosure::Profile;
use tresor_disclosure::profile::{DerivedFrom, RoundingMethod, ZeroRule};

use super::value::type_name;
use crate::guard::ResultColumn;
use crate::guard::explain::protection;
use crate::guard::release::{Release, Statistic};
use crate::vault::mark::Mark;

/// A column of an answer.
pub(super) struct Column<'a> {
    pub(super) of: &'a ResultColumn,
    data_type: &'a DataType,
    /// Whether its values carry noise or are rounded.
    perturbed: bool,
    /// Whether its values have intervals.
    pub(super) intervals: bool,
    /// Whether a 0 in it stands for more than nobody.
    pub(super) low: bool,
}

impl<'a> Column<'a> {
    /// What is known of a column that is computed from outputs of these releases.
    pub(super) fn new(
        of: &'a ResultColumn,
        data_type: &'a DataType,
        releases: &[Release],
        scans: &[usize],
        profile: &Profile,
    ) -> Self {
        let statistics: Vec<&Statistic> = of
            .made_of
            .iter()
            .filter_map(|&(scan, output)| match releases.get(*scans.get(scan)?)? {
                Release::Personal(release) => Some(&release.outputs.get(output)?.statistic),
                Release::Public(_) | Release::Earlier(_) => None,
            })
            .collect();
        let perturbed = statistics.iter().any(|statistic| perturbed(statistic, profile));
        let counts = |statistic: &&Statistic| matches!(statistic, Statistic::Count(_));
        Self {
            of,
            data_type,
            perturbed,
            intervals: of.direct
                && perturbed
                && !profile.noise.is_none()
                && profile.tells_intervals(),
            low: of.direct
                && perturbed
                && hides_zeros(profile)
                && !statistics.is_empty()
                && statistics.iter().all(counts),
        }
    }

    /// Whether it holds protected numbers.
    pub(super) fn is_measure(&self) -> bool {
        !self.of.made_of.is_empty()
    }

    /// The column as the schema of the answer has it.
    pub(super) fn schema(&self, profile: &Profile) -> Result<Value> {
        let measure = self.is_measure();
        Ok(json!({
            "name": self.of.name,
            "type": type_name(self.data_type),
            "stored_as": stored_as(self.data_type)?,
            "role": if measure { "measure" } else { "dimension" },
            "status": self.perturbed.then_some(Mark::Perturbed),
            "intervals": self.intervals,
            "protection": if measure { protection(profile) } else { Value::Null },
        }))
    }
}

/// Whether every 0 of a count stands for somebody. Where true zeros are shown it may stand for nobody, and which of
/// the two it is, is not told.
fn hides_zeros(profile: &Profile) -> bool {
    match profile.zero {
        ZeroRule::Show => false,
        ZeroRule::TreatAsSmall => true,
    }
}

/// Whether a statistic carries noise or is rounded, or is computed from parts that are.
fn perturbed(statistic: &Statistic, profile: &Profile) -> bool {
    let noise = !profile.noise.is_none();
    let rounded_counts = !matches!(profile.rounding.method, RoundingMethod::None);
    match statistic {
        Statistic::DistinctValues => false,
        // The middle of a range.
        Statistic::Quantile(_) => true,
        Statistic::Count(_) | Statistic::Spread { .. } | Statistic::Pair { .. } => {
            noise || rounded_counts
        }
        Statistic::Mean { .. } | Statistic::MeanOf(_) => match profile.derived_from {
            DerivedFrom::Protected => noise || rounded_counts,
            DerivedFrom::TrueIfMinCount => noise,
        },
        // Rounding is that of counts: a sum is rounded where a number of rows is a part of it.
        Statistic::Sum { total, offset, .. } => {
            noise || (rounded_counts && (total.is_count() || *offset != 0.0))
        }
        Statistic::SumOf(of) => {
            let counts = of.parts.iter().any(|part| part.total.is_count());
            noise || (rounded_counts && (counts || of.offset != 0.0))
        }
    }
}

/// The type that Arrow and Parquet keep.
fn stored_as(data_type: &DataType) -> Result<&'static str> {
    Ok(match data_type {
        DataType::Null => "null",
        DataType::Boolean => "bool",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::UInt32 => "uint32",
        DataType::UInt64 => "uint64",
        DataType::Float64 => "float64",
        DataType::Utf8 | DataType::Utf8View => "utf8",
        DataType::Date32 => "date32",
        DataType::Timestamp(TimeUnit::Microsecond, None) => "timestamp[us]",
        DataType::Timestamp(TimeUnit::Nanosecond, None) => "timestamp[ns]",
        _ => return internal_err!("a result of an unexpected type"),
    })
}
