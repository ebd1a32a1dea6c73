//! What the aggregates of one boundary need measured, each thing once.
//!
//! Every aggregate is taken apart into base measures of declared measures: numbers of persons and of rows, sums, sums
//! of squares and of products, positions in public bins. Only these carry noise, so each algebraic way to one of them
//! gives the same number (SAME-CELL-SAME-ANSWER). FILTER is a CASE around the base measure.

mod moments;
mod polynomials;
mod quantiles;

use datafusion::logical_expr::expr::{AggregateFunction, Case};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, lit};
use tresor_disclosure::Profile;

use super::domain;
use super::facts::{Relation, Side};
use super::linear::{self, Base};
use super::person_use;
use super::release::{Argument, Counted, Statistic, Total};
use super::walk::fact_of;
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;
use crate::sql::functions::kind_of;

/// Collects what is measured.
pub(super) struct Arguments<'a> {
    input: &'a Relation,
    text: &'a QueryText,
    profile: &'a Profile,
    exprs: Vec<Expr>,
    kinds: Vec<Argument>,
}

/// The linear form of an argument: `scale * base + offset` in every row where `present` has a value.
struct Form {
    base: Base,
    scale: f64,
    offset: f64,
    present: Expr,
}

impl<'a> Arguments<'a> {
    pub(super) const fn new(
        input: &'a Relation,
        text: &'a QueryText,
        profile: &'a Profile,
    ) -> Self {
        Self { input, text, profile, exprs: vec![], kinds: vec![] }
    }

    /// The columns to be measured, and how.
    pub(super) fn into_parts(self) -> (Vec<Expr>, Vec<Argument>) {
        (self.exprs, self.kinds)
    }

    /// Takes an aggregate apart.
    ///
    /// # Errors
    /// An aggregate without a disclosure rule, or an argument that is no linear form of a declared measure.
    pub(super) fn statistic(&mut self, expr: &Expr) -> Result<Statistic, Refusal> {
        let call = match expr {
            Expr::Alias(alias) => return self.statistic(&alias.expr),
            Expr::AggregateFunction(call) => call,
            _ => return Err(Refusal::internal("an aggregate that is none")),
        };
        let statistic = self.taken_apart(call)?;
        // Two lists say what sort of statistic it is; the checks that are recorded follow from either.
        if kind_of(call.func.name()) != Some(statistic.kind()) {
            return Err(Refusal::internal("an aggregate of another kind than its statistic"));
        }
        Ok(statistic)
    }

    fn taken_apart(&mut self, call: &AggregateFunction) -> Result<Statistic, Refusal> {
        let when = call.params.filter.as_deref();
        let Some(argument) = call.params.args.first() else {
            return Err(Refusal::internal("an aggregate without argument"));
        };
        match (call.func.name(), call.params.distinct) {
            ("count", false) => Ok(Statistic::Count(self.count(argument, when))),
            ("count", true) => Ok(self.count_distinct(argument, when)),
            ("sum", false) => match self.linear(argument) {
                Some(form) => Ok(self.sum(&form, when)),
                None => Ok(Statistic::SumOf(self.polynomial(argument, call)?)),
            },
            ("avg", false) => match self.linear(argument) {
                Some(form) => Ok(self.mean(&form, when)),
                None => Ok(Statistic::MeanOf(self.polynomial(argument, call)?)),
            },
            ("min" | "max", _) => self.extreme(argument, call),
            ("median" | "percentile_cont", false) => self.quantile(argument, call),
            (name, false) => match moments::of_name(name) {
                Some(moments::Kind::One(kind)) => self.spread(kind, argument, call),
                Some(moments::Kind::Two(kind)) => self.pair(kind, call),
                None => Err(self.no_rule(name)),
            },
            (name, true) => Err(Refusal::new(
                Code::AggregateNotAllowed,
                format!("`{name}(distinct ..)` has no disclosure rule"),
                format!("leave DISTINCT out, or take `{name}` per person in a sub-query first"),
            )
            .at(self.text.find("DISTINCT"))),
        }
    }

    fn no_rule(&self, name: &str) -> Refusal {
        Refusal::new(
            Code::AggregateNotAllowed,
            format!("`{name}` has no disclosure rule here, so its result cannot be protected"),
            "use count, sum, avg, median, stddev or corr; to see a distribution, band the values with CASE and \
             count people per band; per person (GROUP BY the person column in a sub-query) it is allowed",
        )
        .at(self.text.find(name))
    }

    fn add(&mut self, expr: Expr, kind: Argument) -> usize {
        let known = self.exprs.iter().zip(&self.kinds).position(|(e, k)| *e == expr && *k == kind);
        known.unwrap_or_else(|| {
            self.exprs.push(expr);
            self.kinds.push(kind);
            self.exprs.len() - 1
        })
    }

    /// Rows, or persons where each has at most one row: decided by the plan, so that both ways to the same count
    /// give the same number.
    fn counted(&self, with: Option<usize>) -> Counted {
        let one_row = self.input.side == (Side::Personal { one_row: true });
        match (with, one_row) {
            (None, true) => Counted::Persons,
            (None, false) => Counted::Rows,
            (Some(at), true) => Counted::PersonsWith(at),
            (Some(at), false) => Counted::RowsWith(at),
        }
    }

    /// Rows with a value, of those that meet the condition.
    fn count(&mut self, argument: &Expr, when: Option<&Expr>) -> Counted {
        let always = !domain::can_be_missing(argument, self.input)
            || fact_of(argument, self.input).is_person();
        let present = match (always, when) {
            (true, None) => return self.counted(None),
            (true, Some(_)) => only_when(when, lit(1_i64)),
            (false, _) => only_when(when, argument.clone().unalias()),
        };
        let at = self.add(present, Argument::Presence);
        self.counted(Some(at))
    }

    fn count_distinct(&mut self, argument: &Expr, when: Option<&Expr>) -> Statistic {
        if !counts_persons(argument, self.input) {
            return Statistic::DistinctValues;
        }
        let always = fact_of(argument, self.input).is_person();
        let present = match (always, when) {
            (true, None) => return Statistic::Count(Counted::Persons),
            (true, Some(_)) => only_when(when, lit(1_i64)),
            (false, _) => only_when(when, argument.clone().unalias()),
        };
        Statistic::Count(Counted::PersonsWith(self.add(present, Argument::Presence)))
    }

    fn sum(&mut self, form: &Form, when: Option<&Expr>) -> Statistic {
        let (total, rows) = (self.total(&form.base, when), self.count(&form.present, when));
        Statistic::Sum { total, scale: form.scale, offset: form.offset, rows }
    }

    fn mean(&mut self, form: &Form, when: Option<&Expr>) -> Statistic {
        let (total, rows) = (self.total(&form.base, when), self.count(&form.present, when));
        Statistic::Mean { total, scale: form.scale, offset: form.offset, rows }
    }

    fn form(&self, argument: &Expr, call: &AggregateFunction) -> Result<Form, Refusal> {
        self.linear(argument).ok_or_else(|| self.not_declared(call.func.name()))
    }

    fn linear(&self, argument: &Expr) -> Option<Form> {
        let form = linear::of(argument, self.input)?;
        let present = linear::presence(&form.base, argument);
        Some(Form { base: form.base, scale: form.scale, offset: form.offset, present })
    }

    fn not_declared(&self, name: &str) -> Refusal {
        Refusal::new(
            Code::MeasureNotLinear,
            format!(
                "`{name}` needs a measure of the data contract, a whole number with bounds or the days between \
                 two dates, possibly inside CASE, times a number, plus a number"
            ),
            "see GET /api/v1/datasets for measures; to count rows that meet a condition, \
             use `count(CASE WHEN .. THEN 1 END)`",
        )
        .at(self.text.find(name))
    }

    /// The condition that all of these are there, beside the filter. `None` where it always holds.
    fn there(&self, all: &[Expr], filter: Option<&Expr>) -> Option<Expr> {
        let missing = self.may_be_missing(all).into_iter();
        conjunction(missing.map(Expr::is_not_null).chain(filter.cloned()))
    }

    /// Those that may be NULL, each once.
    fn may_be_missing(&self, all: &[Expr]) -> Vec<Expr> {
        let mut found: Vec<Expr> = vec![];
        for expr in all {
            if domain::can_be_missing(expr, self.input) && !found.contains(expr) {
                found.push(expr.clone());
            }
        }
        found
    }

    /// The sum of a base measure over the rows that meet the condition.
    fn total(&mut self, base: &Base, when: Option<&Expr>) -> Total {
        match base {
            Base::Measure(expr, measure) => {
                let kind =
                    Argument::Value { name: measure.name.clone(), decimals: measure.decimals };
                Total::Value(self.add(only_when(when, expr.clone().unalias()), kind))
            }
            Base::Ones(expr) => Total::Count(self.count(expr, when)),
        }
    }
}

/// The value whose distinct ones are counted, if an aggregate counts distinct values and not persons.
pub(super) fn distinct_values(aggregate: &Expr, input: &Relation) -> Option<Expr> {
    match aggregate {
        Expr::Alias(alias) => distinct_values(&alias.expr, input),
        Expr::AggregateFunction(call) if call.func.name() == "count" && call.params.distinct => {
            let value = call.params.args.first().filter(|value| !counts_persons(value, input))?;
            Some(only_when(call.params.filter.as_deref(), value.clone().unalias()))
        }
        _ => None,
    }
}

fn counts_persons(argument: &Expr, input: &Relation) -> bool {
    fact_of(argument, input).touches_person() || person_use::chooses_person(argument, input)
}

/// The expression in rows that meet the condition, NULL elsewhere.
fn only_when(when: Option<&Expr>, expr: Expr) -> Expr {
    let Some(when) = when else { return expr };
    let when_then_expr = vec![(Box::new(when.clone()), Box::new(expr))];
    Expr::Case(Case { expr: None, when_then_expr, else_expr: None })
}
