//! One protected value: base measures by the disclosure rules, everything else computed from protected parts.

mod quantile;
mod reach;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::table::Standing;
use tresor_disclosure::{Contribution, Estimate, Pair, Protected, Reason, degrees};

use super::Rules;
use super::decide::Row;
use super::status::Status;
use super::told::{self, Told};
use crate::guard::release::{
    Argument, Counted, Leg, Output, Part, PersonalRelease, Polynomial, Quantile, Statistic, Total,
};
use crate::vault::cells::Measured;
use crate::vault::past::Answer;

/// Digits that means are computed with, beyond those of the sum.
const MEAN_DECIMALS: u32 = 6;

/// Protects one output of one cell.
pub(super) fn protect(
    output: &Output,
    release: &PersonalRelease,
    row: &Row<'_>,
    rules: &Rules<'_>,
) -> Result<(ScalarValue, Status)> {
    let null = ScalarValue::try_from(&output.data_type)?;
    let nobody;
    let measured = match (row.standing, row.measured) {
        (Standing::Withheld(reason), _) => return Ok((null, Status::Withheld(reason))),
        (Standing::Structural, _) => return impossible(output, null),
        (Standing::Open, Some(measured)) => measured,
        // Shown as if nobody were there, whoever is.
        (Standing::Empty | Standing::Open, _) => {
            nobody = Measured::of_nobody(release);
            nobody.as_slice()
        }
    };
    let cell = Cell { release, measured, row, rules };
    if cell.of_nobody(&output.statistic)? {
        return Ok((null, Status::NotApplicable));
    }
    Ok(match cell.number(&output.statistic)? {
        Number::Withheld(reason) => (null, Status::Withheld(reason)),
        Number::Shown(Estimate { value, half_width }) => {
            let signed = may_be_negative(&output.statistic);
            let reach = cell.reach(&output.statistic)?;
            let half_width = half_width + cut_off(value, &output.data_type) + reach;
            (scalar(value, &output.data_type)?, Status::Shown { half_width, signed })
        }
    })
}

/// What is said of a combination that cannot be, whatever the rows say: 0 where that is a number of nobody.
fn impossible(output: &Output, null: ScalarValue) -> Result<(ScalarValue, Status)> {
    let value = match output.statistic {
        Statistic::Count(_) | Statistic::Sum { .. } | Statistic::SumOf(_) => {
            scalar(0.0, &output.data_type)?
        }
        Statistic::Mean { .. }
        | Statistic::MeanOf(_)
        | Statistic::Spread { .. }
        | Statistic::Pair { .. }
        | Statistic::Quantile(_)
        | Statistic::DistinctValues => null,
    };
    Ok((value, Status::NotApplicable))
}

/// How far a value is moved where its type holds whole numbers only: the interval must still hold the truth.
fn cut_off(value: f64, data_type: &DataType) -> f64 {
    if data_type.is_integer() { (value.round() - value).abs() } else { 0.0 }
}

/// Whether a statistic may lie below zero where no value does.
fn may_be_negative(statistic: &Statistic) -> bool {
    match statistic {
        Statistic::Count(_) | Statistic::Spread { .. } | Statistic::DistinctValues => false,
        Statistic::Sum { scale, offset, .. } | Statistic::Mean { scale, offset, .. } => {
            *scale < 0.0 || *offset < 0.0
        }
        Statistic::SumOf(of) | Statistic::MeanOf(of) => {
            of.offset < 0.0 || of.parts.iter().any(|part| part.scale < 0.0)
        }
        Statistic::Quantile(Quantile { scale, offset, .. }) => *scale < 0.0 || *offset < 0.0,
        Statistic::Pair { kind, .. } => match kind {
            Pair::R2 => false,
            Pair::CovarSamp
            | Pair::CovarPop
            | Pair::Corr
            | Pair::Slope
            | Pair::Intercept
            | Pair::Products => true,
        },
    }
}

struct Cell<'a> {
    release: &'a PersonalRelease,
    measured: &'a [Measured],
    row: &'a Row<'a>,
    rules: &'a Rules<'a>,
}

/// A protected value in its own unit.
enum Number {
    Shown(Estimate),
    Withheld(Reason),
}

impl From<std::result::Result<Estimate, Reason>> for Number {
    fn from(outcome: std::result::Result<Estimate, Reason>) -> Self {
        match outcome {
            Ok(estimate) => Self::Shown(estimate),
            Err(reason) => Self::Withheld(reason),
        }
    }
}

/// A number that carries no noise.
const fn exactly(value: f64) -> Estimate {
    Estimate { value, half_width: 0.0 }
}

/// A protected value in fixed point.
struct Fixed {
    protected: Protected,
    decimals: u32,
    /// What one person may have added, as far as the interval tells.
    step: u128,
}

impl Fixed {
    fn as_number(&self) -> Number {
        self.estimate().into()
    }

    fn estimate(&self) -> std::result::Result<Estimate, Reason> {
        let unit = unit(self.decimals);
        match self.protected {
            Protected::Withheld(reason) => Err(reason),
            Protected::Shown { value, half_width } => {
                Ok(Estimate { value: value as f64 / unit, half_width: half_width as f64 / unit })
            }
        }
    }
}

fn unit(decimals: u32) -> f64 {
    10_f64.powi(i32::try_from(decimals).unwrap_or(0))
}

impl Cell<'_> {
    fn number(&self, statistic: &Statistic) -> Result<Number> {
        match statistic {
            Statistic::Count(counted) => Ok(self.count(*counted)?.as_number()),
            Statistic::Sum { total, scale, offset, rows } => {
                self.sum(*total, *scale, *offset, *rows)
            }
            Statistic::Mean { total, scale, offset, rows } => {
                self.mean(*total, *scale, *offset, *rows)
            }
            Statistic::SumOf(of) => self.sum_of(of),
            Statistic::MeanOf(of) => self.mean_of(of),
            Statistic::Spread { kind, rows, leg } => {
                let parts = self.parts(*rows, 1, [leg], None)?;
                Ok(parts
                    .and_then(|Parts { n, legs: [leg], .. }| {
                        tresor_disclosure::spread(*kind, n, &leg)
                    })
                    .into())
            }
            Statistic::Pair { kind, rows, x, y, products } => {
                let parts = self.parts(*rows, degrees(*kind), [x, y], Some(*products))?;
                Ok(parts
                    .and_then(|Parts { n, legs: [x, y], products }| {
                        tresor_disclosure::pair(*kind, n, &x, &y, products)
                    })
                    .into())
            }
            Statistic::Quantile(quantile) => self.quantile(quantile),
            Statistic::DistinctValues => Ok(Number::Shown(exactly(1.0))),
        }
    }

    /// Whether it would be a mean, a spread or a position of nobody, where the number of rows behind it is shown as an
    /// exact 0: more than that number is not told.
    fn of_nobody(&self, statistic: &Statistic) -> Result<bool> {
        let rows = match statistic {
            Statistic::Count(_)
            | Statistic::Sum { .. }
            | Statistic::SumOf(_)
            | Statistic::DistinctValues => return Ok(false),
            Statistic::Mean { rows, .. }
            | Statistic::MeanOf(Polynomial { rows, .. })
            | Statistic::Spread { rows, .. }
            | Statistic::Pair { rows, .. } => *rows,
            Statistic::Quantile(quantile) => Counted::RowsWith(quantile.argument),
        };
        let nobody = self.contribution(rows.argument())?.persons == 0;
        let shown = self.count(rows)?.protected;
        Ok(nobody && matches!(shown, Protected::Shown { value: 0, half_width: 0 }))
    }

    /// What was measured of the cell itself, or of an argument.
    fn measured(&self, argument: Option<usize>) -> Result<&Measured> {
        match self.measured.get(argument.map_or(0, |at| at + 1)) {
            Some(measured) => Ok(measured),
            None => internal_err!("an argument that was not measured"),
        }
    }

    fn contribution(&self, argument: Option<usize>) -> Result<&Contribution> {
        Ok(&self.measured(argument)?.contribution)
    }

    /// The protected parts of a spread or a pair, if so many estimates leave enough degrees of freedom.
    fn parts<const N: usize>(
        &self,
        rows: Counted,
        estimates: u64,
        legs: [&Leg; N],
        products: Option<Total>,
    ) -> Result<std::result::Result<Parts<N>, Reason>> {
        let counted = self.measured(rows.argument())?;
        let n = self.count(rows)?.estimate();
        // Persons and not rows: the rows of one person are no independent ones.
        let enough = told::enough_for(self.release, counted, estimates, self.rules);
        let n = n.and_then(|n| enough.map(|()| n));
        let mut found = vec![];
        for leg in legs {
            found.push(self.leg(leg)?);
        }
        let products = match products {
            Some(total) => self.total(total)?.estimate(),
            None => Ok(exactly(0.0)),
        };
        let together = || {
            let n = n?;
            let legs: std::result::Result<Vec<_>, Reason> = found.into_iter().collect();
            let legs = legs?.try_into().map_err(|_| Reason::Unprotectable)?;
            Ok(Parts { n, legs, products: products? })
        };
        Ok(together())
    }

    fn leg(&self, leg: &Leg) -> Result<std::result::Result<tresor_disclosure::Leg, Reason>> {
        let sum = self.total(leg.sum)?.estimate();
        let squares = match leg.squares {
            Some(total) => self.total(total)?.estimate(),
            None => Ok(exactly(0.0)),
        };
        Ok(sum.and_then(|sum| {
            let (scale, offset) = (leg.scale, leg.offset);
            Ok(tresor_disclosure::Leg { sum, squares: squares?, scale, offset })
        }))
    }

    /// Why nothing may be said of an argument beside its own rules.
    fn withheld(&self, argument: usize) -> Option<Fixed> {
        let reason = self.row.argument(argument)?;
        Some(Fixed { protected: Protected::Withheld(reason), decimals: 0, step: 0 })
    }

    fn count(&self, counted: Counted) -> Result<Fixed> {
        if let Counted::PersonsWith(at) | Counted::RowsWith(at) = counted
            && let Some(withheld) = self.withheld(at)
        {
            return Ok(withheld);
        }
        let Answer { protected, step } = match counted {
            Counted::Persons => self.persons(None)?,
            Counted::PersonsWith(at) => self.persons(Some(at))?,
            Counted::Rows => self.rows(None)?,
            Counted::RowsWith(at) => self.rows(Some(at))?,
        };
        Ok(Fixed { protected, decimals: 0, step })
    }

    fn persons(&self, argument: Option<usize>) -> Result<Answer> {
        Ok(told::persons(self.release, self.measured(argument)?, self.rules))
    }

    fn rows(&self, argument: Option<usize>) -> Result<Answer> {
        Ok(told::rows(self.release, self.measured(argument)?, self.rules))
    }

    fn total(&self, total: Total) -> Result<Fixed> {
        match total {
            Total::Count(counted) => self.count(counted),
            Total::Value(at) => {
                let Some(Argument::Value { name, decimals }) = self.release.arguments.get(at)
                else {
                    return internal_err!("a sum of something that is no value");
                };
                if let Some(withheld) = self.withheld(at) {
                    return Ok(withheld);
                }
                let measured = self.measured(Some(at))?;
                let Told { answer: Answer { protected, step }, decimals } =
                    told::sum(self.release, measured, (name, *decimals), self.rules);
                Ok(Fixed { protected, decimals, step })
            }
        }
    }

    fn sum(&self, total: Total, scale: f64, offset: f64, rows: Counted) -> Result<Number> {
        let total = self.total(total)?.as_number();
        if offset == 0.0 {
            return Ok(affine(total, scale, 0.0, Number::Shown(exactly(0.0))));
        }
        let rows = self.count(rows)?.as_number();
        Ok(affine(total, scale, offset, rows))
    }

    fn mean(&self, total: Total, scale: f64, offset: f64, rows: Counted) -> Result<Number> {
        let truth = self.true_parts(total, rows)?;
        let total = self.total(total)?;
        let rows = self.count(rows)?;
        let mean = tresor_disclosure::mean_of(
            self.rules.profile,
            total.protected,
            rows.protected,
            &truth,
            MEAN_DECIMALS,
        );
        let mean = Fixed { protected: mean, decimals: total.decimals + MEAN_DECIMALS, step: 0 };
        Ok(affine(mean.as_number(), scale, offset, Number::Shown(exactly(1.0))))
    }

    /// What a mean is made of under a profile that publishes true ones: a total, over the rows that have a value.
    fn true_parts(&self, total: Total, rows: Counted) -> Result<Contribution> {
        let total = match total {
            Total::Value(at) => self.contribution(Some(at))?,
            Total::Count(counted) => self.contribution(counted.argument())?,
        };
        let rows = self.contribution(rows.argument())?.rows;
        Ok(Contribution { rows, ..*total })
    }

    fn sum_of(&self, of: &Polynomial) -> Result<Number> {
        let mut sum = match of.offset {
            0.0 => Number::Shown(exactly(0.0)),
            offset => {
                let rows = self.count(of.rows)?.as_number();
                affine(rows, offset, 0.0, Number::Shown(exactly(0.0)))
            }
        };
        for Part { total, scale } in &of.parts {
            sum = affine(self.total(*total)?.as_number(), *scale, 1.0, sum);
        }
        Ok(sum)
    }

    /// The means of the parts, added up: so it is the same as the means asked one by one.
    fn mean_of(&self, of: &Polynomial) -> Result<Number> {
        let mut sum = match self.count(of.rows)?.as_number() {
            Number::Shown(_) => Number::Shown(exactly(of.offset)),
            withheld @ Number::Withheld(_) => withheld,
        };
        for Part { total, scale } in &of.parts {
            let mean = self.mean(*total, *scale, 0.0, of.rows)?;
            sum = affine(mean, 1.0, 1.0, sum);
        }
        Ok(sum)
    }
}

/// What a spread or a pair is computed from.
struct Parts<const N: usize> {
    n: Estimate,
    legs: [tresor_disclosure::Leg; N],
    products: Estimate,
}

/// `scale * total + offset * rows`, withheld when a part is.
fn affine(total: Number, scale: f64, offset: f64, rows: Number) -> Number {
    match (total, rows) {
        (Number::Withheld(reason), _) | (_, Number::Withheld(reason)) => Number::Withheld(reason),
        (Number::Shown(total), Number::Shown(rows)) => Number::Shown(Estimate {
            value: scale * total.value + offset * rows.value,
            half_width: (scale * total.half_width).abs() + (offset * rows.half_width).abs(),
        }),
    }
}

/// The value as the type that the plan above expects.
fn scalar(value: f64, data_type: &DataType) -> Result<ScalarValue> {
    match data_type {
        DataType::Int32 => Ok(ScalarValue::Int32(Some(value.round() as i32))),
        DataType::Int64 => Ok(ScalarValue::Int64(Some(value.round() as i64))),
        DataType::UInt64 => Ok(ScalarValue::UInt64(Some(value.round().max(0.0) as u64))),
        DataType::Float64 => Ok(ScalarValue::Float64(Some(value))),
        _ => internal_err!("a protected value of an unexpected type"),
    }
}
