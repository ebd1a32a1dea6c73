//! Spreads and pairs: from numbers of rows, sums, sums of squares and of products.
//!
//! Scale and shift are taken out (`var(a * x + b)` is `a * a * var(x)`), so squares and products are always those of
//! the declared measures, under canonical names. The square of ones are ones, the product of ones and a measure is the
//! measure in these rows: base measures that are there already.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::expr::{AggregateFunction, Cast};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, lit};
use tresor_disclosure::{Pair, Spread};

use super::{Arguments, Form, only_when};
use crate::guard::facts::Measure;
use crate::guard::linear::Base;
use crate::guard::release::{Argument, Leg, Statistic, Total};
use crate::refusal::{Code, Refusal};

/// How many arguments a statistic has, and which it is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    One(Spread),
    Two(OfTwo),
}

/// A statistic of the rows that have both y and x.
#[derive(Clone, Copy)]
pub(super) enum OfTwo {
    Pair(Pair),
    Count,
    MeanOfX,
    MeanOfY,
    SquaresOfX,
    SquaresOfY,
}

/// The statistic of this name.
pub(super) fn of_name(name: &str) -> Option<Kind> {
    Some(match name {
        "var" => Kind::One(Spread::VarSamp),
        "var_pop" => Kind::One(Spread::VarPop),
        "stddev" => Kind::One(Spread::SdSamp),
        "stddev_pop" => Kind::One(Spread::SdPop),
        "covar_samp" => Kind::Two(OfTwo::Pair(Pair::CovarSamp)),
        "covar_pop" => Kind::Two(OfTwo::Pair(Pair::CovarPop)),
        "corr" => Kind::Two(OfTwo::Pair(Pair::Corr)),
        "regr_slope" => Kind::Two(OfTwo::Pair(Pair::Slope)),
        "regr_intercept" => Kind::Two(OfTwo::Pair(Pair::Intercept)),
        "regr_r2" => Kind::Two(OfTwo::Pair(Pair::R2)),
        "regr_sxy" => Kind::Two(OfTwo::Pair(Pair::Products)),
        "regr_count" => Kind::Two(OfTwo::Count),
        "regr_avgx" => Kind::Two(OfTwo::MeanOfX),
        "regr_avgy" => Kind::Two(OfTwo::MeanOfY),
        "regr_sxx" => Kind::Two(OfTwo::SquaresOfX),
        "regr_syy" => Kind::Two(OfTwo::SquaresOfY),
        _ => return None,
    })
}

impl Arguments<'_> {
    pub(super) fn spread(
        &mut self,
        kind: Spread,
        argument: &Expr,
        call: &AggregateFunction,
    ) -> Result<Statistic, Refusal> {
        let form = self.form(argument, call)?;
        let when = call.params.filter.as_deref();
        let rows = self.count(&form.present, when);
        Ok(Statistic::Spread { kind, rows, leg: self.leg(&form, true, when, call)? })
    }

    pub(super) fn pair(
        &mut self,
        kind: OfTwo,
        call: &AggregateFunction,
    ) -> Result<Statistic, Refusal> {
        let [y, x] = call.params.args.as_slice() else {
            return Err(Refusal::internal("a statistic of two measures without two"));
        };
        let (y, x) = (self.form(y, call)?, self.form(x, call)?);
        let present = [y.present.clone(), x.present.clone()];
        let when = self.there(&present, call.params.filter.as_deref());
        let when = when.as_ref();
        let mut x = Form { present: lit(1_i64), ..x };
        let mut y = Form { present: lit(1_i64), ..y };
        match kind {
            OfTwo::Count => Ok(Statistic::Count(self.count(&x.present, when))),
            OfTwo::MeanOfX => Ok(self.mean(&x, when)),
            OfTwo::MeanOfY => Ok(self.mean(&y, when)),
            OfTwo::SquaresOfX | OfTwo::SquaresOfY => {
                if matches!(kind, OfTwo::SquaresOfY) {
                    std::mem::swap(&mut x, &mut y);
                }
                let rows = self.count(&x.present, when);
                let leg = self.leg(&x, true, when, call)?;
                Ok(Statistic::Spread { kind: Spread::Squares, rows, leg })
            }
            OfTwo::Pair(kind) => {
                let (of_x, of_y) = needs_squares(kind);
                let rows = self.count(&x.present, when);
                let products = self.products(&x.base, &y.base, when, call)?;
                let x = self.leg(&x, of_x, when, call)?;
                let y = self.leg(&y, of_y, when, call)?;
                Ok(Statistic::Pair { kind, rows, x, y, products })
            }
        }
    }

    fn leg(
        &mut self,
        form: &Form,
        squares: bool,
        when: Option<&Expr>,
        call: &AggregateFunction,
    ) -> Result<Leg, Refusal> {
        let sum = self.total(&form.base, when);
        let squares = match squares {
            true => Some(self.products(&form.base, &form.base, when, call)?),
            false => None,
        };
        Ok(Leg { sum, squares, scale: form.scale, offset: form.offset })
    }

    /// The sum of the products of two base measures.
    pub(super) fn products(
        &mut self,
        x: &Base,
        y: &Base,
        when: Option<&Expr>,
        call: &AggregateFunction,
    ) -> Result<Total, Refusal> {
        Ok(match (x, y) {
            (Base::Ones(ones), Base::Ones(others)) if ones == others => self.total(x, when),
            (Base::Ones(ones), other) | (other, Base::Ones(ones)) => {
                let ones = only_when(when, ones.clone());
                self.total(other, Some(&ones.is_not_null()))
            }
            (Base::Measure(x, of_x), Base::Measure(y, of_y)) => {
                let kind = self.product(of_x, of_y, call)?;
                let (x, y) = if of_x.name <= of_y.name { (x, y) } else { (y, x) };
                let product = Expr::BinaryExpr(BinaryExpr {
                    left: Box::new(real(x)),
                    op: Operator::Multiply,
                    right: Box::new(real(y)),
                });
                Total::Value(self.add(only_when(when, product), kind))
            }
        })
    }

    /// The base measure that is the product of two: its name, and the digits that fit into its fixed point.
    fn product(
        &self,
        x: &Measure,
        y: &Measure,
        call: &AggregateFunction,
    ) -> Result<Argument, Refusal> {
        let largest = |measure: &Measure| measure.range.0.abs().max(measure.range.1.abs()).max(1.0);
        let most = largest(x) * largest(y);
        if most * LEAST_ROOM > CAPACITY {
            let name = call.func.name();
            return Err(Refusal::new(
                Code::MeasureNotLinear,
                format!(
                    "`{name}` would multiply numbers that are too large to be added up exactly"
                ),
                "take it of a measure with narrower bounds",
            )
            .at(self.text.find(name)));
        }
        let wanted = (x.decimals + y.decimals).min(MOST_DECIMALS);
        let fits = |decimals: &u32| most * ROOM * 10_f64.powi(decimals.cast_signed()) <= CAPACITY;
        let decimals = (0..=wanted).rev().find(fits).unwrap_or(0);
        Ok(Argument::Value { name: product_name(&x.name, &y.name), decimals })
    }
}

/// Largest total of a person in fixed point.
const CAPACITY: f64 = 9.2e18;
/// How many times the largest product of one row a person's total should hold: a thousand rows at the bound, squared.
const ROOM: f64 = 1e6;
/// How many times it must hold.
const LEAST_ROOM: f64 = 100.0;
/// Most digits after the point that the fixed point keeps.
const MOST_DECIMALS: u32 = 9;

/// The canonical name, the same in whichever order the two come.
fn product_name(x: &str, y: &str) -> String {
    let plain = |name: &str| name.strip_prefix("sum:").unwrap_or(name).to_owned();
    let (x, y) = (plain(x), plain(y));
    match x.cmp(&y) {
        std::cmp::Ordering::Equal => format!("sum2:{x}"),
        std::cmp::Ordering::Less => format!("sum:{x}*{y}"),
        std::cmp::Ordering::Greater => format!("sum:{y}*{x}"),
    }
}

fn real(expr: &Expr) -> Expr {
    Expr::Cast(Cast::new(Box::new(expr.clone().unalias()), DataType::Float64))
}

/// Whether a statistic needs the squares of x and of y.
const fn needs_squares(kind: Pair) -> (bool, bool) {
    match kind {
        Pair::CovarSamp | Pair::CovarPop | Pair::Products => (false, false),
        Pair::Slope | Pair::Intercept => (true, false),
        Pair::Corr | Pair::R2 => (true, true),
    }
}
