//! Medians, percentiles, and what the profile puts in the place of smallest and largest values.
//!
//! Scale and shift are taken out here too: a quantile of `a * x + b` is computed from the quantile of `x`, the one from
//! the other end where `a` is below zero.

use datafusion::logical_expr::expr::{AggregateFunction, Case};
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::Bins;
use tresor_disclosure::profile::{MinMaxRule, PERCENT, millionths};

use super::{Arguments, Form, only_when};
use crate::guard::facts::Measure;
use crate::guard::linear::{self, Base};
use crate::guard::release::{Argument, Quantile, Statistic};
use crate::guard::walk::internal;
use crate::refusal::{Code, Refusal};

/// A whole, in millionths.
const WHOLE: u32 = 1_000_000;

impl Arguments<'_> {
    pub(super) fn quantile(
        &mut self,
        argument: &Expr,
        call: &AggregateFunction,
    ) -> Result<Statistic, Refusal> {
        let asked = self.share(call)?;
        let form = self.form(argument, call)?;
        let descends = call.params.order_by.first().is_some_and(|order| !order.asc);
        let share = if descends != (form.scale < 0.0) { WHOLE - asked } else { asked };
        if self.profile.low_effect.persons > 0 && !share.is_multiple_of(PERCENT) {
            return Err(self.refused(
                call,
                "this project may ask for whole percentiles: 0.25 and 0.9, but not 0.255"
                    .to_owned(),
            ));
        }
        if !self.profile.quantile.allows(share) {
            let [low, high] = self.profile.quantile.range;
            return Err(self.refused(call, format!(
                "this project may ask for percentiles from {low} to {high}: beyond them are single people's values"
            )));
        }
        self.position(&form, share, false, call)
    }

    /// Smallest and largest values: refused, or a percentile, as the profile has it.
    pub(super) fn extreme(
        &mut self,
        argument: &Expr,
        call: &AggregateFunction,
    ) -> Result<Statistic, Refusal> {
        let name = call.func.name();
        if self.profile.min_max.rule == MinMaxRule::Deny {
            return Err(Refusal::new(
                Code::AggregateNotAllowed,
                format!("`{name}` would show one person's own value"),
                "use avg or median, or band the values with CASE and count people per band; \
                 per person (GROUP BY the person column in a sub-query) it is allowed",
            )
            .at(self.text.find(name)));
        }
        let form = self.form(argument, call)?;
        let [low, high] = self.profile.min_max.percentiles;
        let percent = if (name == "min") == (form.scale < 0.0) { high } else { low };
        let share = millionths(percent)
            .ok_or_else(|| Refusal::internal("a profile with a percentile that is none"))?;
        self.position(&form, share, true, call)
    }

    /// The share that is asked for, in millionths.
    fn share(&self, call: &AggregateFunction) -> Result<u32, Refusal> {
        if call.func.name() == "median" {
            return Ok(WHOLE / 2);
        }
        let written = call.params.args.get(1).and_then(linear::number);
        let Some(share) = written.and_then(|share| millionths(share * 100.0)) else {
            return Err(self.refused(
                call,
                "the share must be written out, with at most six digits after the point".to_owned(),
            ));
        };
        Ok(share)
    }

    fn refused(&self, call: &AggregateFunction, what: String) -> Refusal {
        let name = call.func.name();
        Refusal::new(
            Code::BadArguments,
            what,
            "write for example `percentile_cont(0.25) WITHIN GROUP (ORDER BY cost)`",
        )
        .at(self.text.find(name))
    }

    fn position(
        &mut self,
        form: &Form,
        share: u32,
        extreme: bool,
        call: &AggregateFunction,
    ) -> Result<Statistic, Refusal> {
        let Base::Measure(base, measure) = &form.base else {
            return Err(Refusal::new(
                Code::MeasureNotLinear,
                format!("`{}` needs a measure; ones and zeros have no order", call.func.name()),
                "use avg, which is the share of ones",
            )
            .at(self.text.find(call.func.name())));
        };
        let value = self.filled(base, form)?;
        let value = only_when(call.params.filter.as_deref(), value);
        let (name, decimals) = (measure.name.clone(), measure.decimals);
        let kind = Argument::Positions { name, decimals, bins: bins(measure) };
        let argument = self.add(value, kind);
        let (scale, offset) = (form.scale, form.offset);
        Ok(Statistic::Quantile(Quantile { argument, share, scale, offset, extreme }))
    }

    /// The base measure row by row. Where the argument has a value and the measure has none, it is a zero: that makes
    /// no difference to a sum, but it does to a middle.
    fn filled(&self, base: &Expr, form: &Form) -> Result<Expr, Refusal> {
        if form.present == *base {
            return Ok(base.clone());
        }
        let data_type = base.get_type(self.input.plan.schema().as_ref()).map_err(internal)?;
        let zero = ScalarValue::new_zero(&data_type).map_err(internal)?;
        let present = form.present.clone().is_not_null();
        let both = present.clone().and(base.clone().is_not_null());
        let zero = Expr::Literal(zero, None);
        let when_then_expr =
            vec![(Box::new(both), Box::new(base.clone())), (Box::new(present), Box::new(zero))];
        Ok(Expr::Case(Case { expr: None, when_then_expr, else_expr: None }))
    }
}

/// The public bins of a measure: by its contract alone.
fn bins(measure: &Measure) -> Bins {
    let unit = 10_f64.powi(measure.decimals.cast_signed());
    // Bounds are checked to be exact; the conversion stops at the end of the range.
    let fixed = |bound: f64| (bound * unit).round() as i64;
    let (lower, upper) = measure.range;
    Bins::of(fixed(lower), fixed(upper), measure.decimals == 0)
}
