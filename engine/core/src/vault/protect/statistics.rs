//! One protected value: base measures by the disclosure rules, everything else computed from protected parts.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::{Contribution, NoiseSecret, Profile, Protected, Reason};

use super::status::Status;
use crate::guard::release::{Argument, Counted, Output, PersonalRelease, ROWS, Statistic, Total};

/// Digits that means are computed with, beyond those of the sum.
const MEAN_DECIMALS: u32 = 6;

/// Protects one output of one cell. `contributions` is `None` where the cell itself is too small.
pub(super) fn protect(
    output: &Output,
    release: &PersonalRelease,
    contributions: Option<&[Contribution]>,
    profile: &Profile,
    secret: &NoiseSecret,
) -> Result<(ScalarValue, Status)> {
    let null = ScalarValue::try_from(&output.data_type)?;
    let Some(contributions) = contributions else {
        return Ok((null, Status::Withheld(Reason::TooFewPersons)));
    };
    let cell = Cell { release, contributions, profile, secret };
    let number = match &output.statistic {
        Statistic::Count(counted) => cell.count(*counted)?.as_number(),
        Statistic::Sum { total, scale, offset, rows } => {
            cell.sum(*total, *scale, *offset, *rows)?
        }
        Statistic::Mean { total, scale, offset, rows } => {
            cell.mean(*total, *scale, *offset, *rows)?
        }
    };
    Ok(match number {
        Number::Withheld(reason) => (null, Status::Withheld(reason)),
        Number::Shown { value, half_width } => {
            (scalar(value, &output.data_type)?, Status::Shown { half_width })
        }
    })
}

struct Cell<'a> {
    release: &'a PersonalRelease,
    contributions: &'a [Contribution],
    profile: &'a Profile,
    secret: &'a NoiseSecret,
}

/// A protected value in its own unit.
enum Number {
    Shown { value: f64, half_width: f64 },
    Withheld(Reason),
}

/// A protected value in fixed point.
struct Fixed {
    protected: Protected,
    decimals: u32,
}

impl Fixed {
    fn as_number(&self) -> Number {
        let unit = 10_f64.powi(i32::try_from(self.decimals).unwrap_or(0));
        match self.protected {
            Protected::Withheld(reason) => Number::Withheld(reason),
            Protected::Shown { value, half_width } => {
                Number::Shown { value: value as f64 / unit, half_width: half_width as f64 / unit }
            }
        }
    }
}

impl Cell<'_> {
    /// The contribution of the cell itself, or of an argument.
    fn contribution(&self, argument: Option<usize>) -> Result<&Contribution> {
        match self.contributions.get(argument.map_or(0, |at| at + 1)) {
            Some(contribution) => Ok(contribution),
            None => internal_err!("an argument that was not measured"),
        }
    }

    fn count(&self, counted: Counted) -> Result<Fixed> {
        let protected = match counted {
            Counted::Persons => self.persons(None)?,
            Counted::PersonsWith(at) => self.persons(Some(at))?,
            Counted::Rows => self.rows(None)?,
            Counted::RowsWith(at) => self.rows(Some(at))?,
        };
        Ok(Fixed { protected, decimals: 0 })
    }

    fn persons(&self, argument: Option<usize>) -> Result<Protected> {
        let contribution = self.contribution(argument)?;
        Ok(tresor_disclosure::persons(self.profile, self.secret, contribution))
    }

    fn rows(&self, argument: Option<usize>) -> Result<Protected> {
        let contribution = self.contribution(argument)?;
        Ok(tresor_disclosure::rows(self.profile, self.secret, ROWS, contribution))
    }

    fn total(&self, total: Total) -> Result<Fixed> {
        match total {
            Total::Count(counted) => self.count(counted),
            Total::Value(at) => {
                let Some(Argument::Value { name, decimals }) = self.release.arguments.get(at)
                else {
                    return internal_err!("a sum of something that is no value");
                };
                let contribution = self.contribution(Some(at))?;
                if name == ROWS {
                    // Numbers of rows that were counted per person first: the same rows, so the same answer.
                    let rows = u64::try_from(contribution.total).unwrap_or(0);
                    let counted = Contribution { rows, ..*contribution };
                    let protected =
                        tresor_disclosure::rows(self.profile, self.secret, ROWS, &counted);
                    return Ok(Fixed { protected, decimals: 0 });
                }
                let protected =
                    tresor_disclosure::sum(self.profile, self.secret, name, contribution);
                Ok(Fixed { protected, decimals: *decimals })
            }
        }
    }

    fn sum(&self, total: Total, scale: f64, offset: f64, rows: Counted) -> Result<Number> {
        let total = self.total(total)?.as_number();
        if offset == 0.0 {
            return Ok(affine(total, scale, 0.0, Number::Shown { value: 0.0, half_width: 0.0 }));
        }
        let rows = self.count(rows)?.as_number();
        Ok(affine(total, scale, offset, rows))
    }

    fn mean(&self, total: Total, scale: f64, offset: f64, rows: Counted) -> Result<Number> {
        let total = self.total(total)?;
        let rows = self.count(rows)?;
        let mean = tresor_disclosure::mean(total.protected, rows.protected, MEAN_DECIMALS);
        let mean = Fixed { protected: mean, decimals: total.decimals + MEAN_DECIMALS };
        let one = Number::Shown { value: 1.0, half_width: 0.0 };
        Ok(affine(mean.as_number(), scale, offset, one))
    }
}

/// `scale * total + offset * rows`, withheld when a part is.
fn affine(total: Number, scale: f64, offset: f64, rows: Number) -> Number {
    match (total, rows) {
        (Number::Withheld(reason), _) | (_, Number::Withheld(reason)) => Number::Withheld(reason),
        (
            Number::Shown { value, half_width },
            Number::Shown { value: rows, half_width: rows_width },
        ) => Number::Shown {
            value: scale * value + offset * rows,
            half_width: (scale * half_width).abs() + (offset * rows_width).abs(),
        },
    }
}

/// The value as the type that the plan above expects.
fn scalar(value: f64, data_type: &DataType) -> Result<ScalarValue> {
    match data_type {
        DataType::Int64 => Ok(ScalarValue::Int64(Some(value.round() as i64))),
        DataType::UInt64 => Ok(ScalarValue::UInt64(Some(value.round().max(0.0) as u64))),
        DataType::Float64 => Ok(ScalarValue::Float64(Some(value))),
        _ => internal_err!("a protected value of an unexpected type"),
    }
}
