//! How far a number may be from what was asked, because conditions count as absent and because an earlier answer is given
//! again.
//!
//! It follows from the profile, the query and what is told already: where an earlier answer is given, from that answer, or
//! the width of an interval would tell what the number hides.

use datafusion::common::Result;
use tresor_disclosure::Protected;

use super::{Cell, Fixed, unit};
use crate::guard::release::{Counted, Part, Statistic, Total};

impl Cell<'_> {
    /// In the unit of the statistic; nothing for what is computed from several numbers, such as a mean.
    pub(super) fn reach(&self, statistic: &Statistic) -> Result<f64> {
        match statistic {
            Statistic::Count(counted) => self.reach_of_count(*counted),
            Statistic::Sum { total, scale, offset, rows } => {
                let total = self.reach_of_total(*total)? * scale.abs();
                Ok(total + self.reach_of_offset(*offset, *rows)?)
            }
            Statistic::SumOf(of) => {
                let mut reach = self.reach_of_offset(of.offset, of.rows)?;
                for Part { total, scale } in &of.parts {
                    reach += self.reach_of_total(*total)? * scale.abs();
                }
                Ok(reach)
            }
            Statistic::Mean { .. }
            | Statistic::MeanOf(_)
            | Statistic::Spread { .. }
            | Statistic::Pair { .. }
            | Statistic::Quantile(_)
            | Statistic::DistinctValues => Ok(0.0),
        }
    }

    /// Of what is added in every row that has a value.
    fn reach_of_offset(&self, offset: f64, rows: Counted) -> Result<f64> {
        if offset == 0.0 { Ok(0.0) } else { Ok(self.reach_of_count(rows)? * offset.abs()) }
    }

    fn reach_of_count(&self, counted: Counted) -> Result<f64> {
        let shown = self.count(counted)?;
        self.reach_of(&shown, counted.argument())
    }

    fn reach_of_total(&self, total: Total) -> Result<f64> {
        let argument = match total {
            Total::Value(at) => Some(at),
            Total::Count(counted) => counted.argument(),
        };
        let shown = self.total(total)?;
        Ok(self.reach_of(&shown, argument)? / unit(shown.decimals))
    }

    /// Each of the persons may have added as much as the step, but hardly all of them more than twice the mean.
    fn reach_of(&self, shown: &Fixed, argument: Option<usize>) -> Result<f64> {
        let persons = match self.persons(argument)?.protected {
            Protected::Shown { value, .. } => value.unsigned_abs(),
            Protected::Withheld(_) => 0,
        };
        let total = match shown.protected {
            Protected::Shown { value, .. } => value.unsigned_abs(),
            Protected::Withheld(_) => 0,
        };
        let twice_the_mean = total.saturating_mul(2).div_ceil(persons.max(1)).max(1);
        let reach = u128::from(self.rules.profile.low_effect.reach());
        Ok(reach.saturating_mul(shown.step.min(twice_the_mean)) as f64)
    }
}
