//! Linear forms of base measures.
//!
//! `sum(cost * 2 + 1)` is computed as `2 * sum(cost) + count(cost)` from protected parts, so that every
//! algebraic way to a base measure gives the same number and no way draws fresh noise.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Column;
use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::expr::{Case, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator};
use datafusion::scalar::ScalarValue;

use super::days;
use super::facts::{Measure, Relation};

/// `scale * base + offset`, for every row that has the argument; a missing base counts as zero there.
pub(super) struct Linear {
    pub(super) base: Base,
    pub(super) scale: f64,
    pub(super) offset: f64,
}

/// What is summed.
pub(super) enum Base {
    /// Values of a declared measure; the expression yields them row by row.
    Measure(Expr, Measure),
    /// Ones: rows where the expression is not NULL.
    Ones(Expr),
}

/// The linear form of an aggregate's argument, if it has one.
pub(super) fn of(expr: &Expr, input: &Relation) -> Option<Linear> {
    if let Some(scale) = number(expr) {
        let one = Expr::Literal(ScalarValue::Int64(Some(1)), None);
        return Some(Linear { base: Base::Ones(one), scale, offset: 0.0 });
    }
    match expr {
        Expr::Alias(alias) => of(&alias.expr, input),
        Expr::Column(column) => measure(expr, column, input),
        Expr::Cast(cast)
            if cast.field.data_type().is_floating() || cast.field.data_type().is_integer() =>
        {
            widened(&cast.expr, cast.field.data_type(), input)
        }
        Expr::TryCast(cast) if cast.field.data_type().is_floating() => {
            widened(&cast.expr, cast.field.data_type(), input)
        }
        Expr::Negative(inner) => of(inner, input).map(|form| form.times(-1.0)),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match (op, number(left), number(right))
        {
            (Operator::Plus, None, Some(b)) => Some(of(left, input)?.plus(b)),
            (Operator::Plus, Some(a), None) => Some(of(right, input)?.plus(a)),
            (Operator::Minus, None, Some(b)) => Some(of(left, input)?.plus(-b)),
            (Operator::Minus, Some(a), None) => Some(of(right, input)?.times(-1.0).plus(a)),
            (Operator::Multiply, None, Some(b)) => Some(of(left, input)?.times(b)),
            (Operator::Multiply, Some(a), None) => Some(of(right, input)?.times(a)),
            (Operator::Divide, None, Some(b)) if b != 0.0 && is_real(expr, input) => {
                Some(of(left, input)?.times(1.0 / b))
            }
            (Operator::Minus, None, None) => days::difference(left, right, input),
            _ => None,
        },
        Expr::Case(case) => of_case(case, input),
        // Where a zero stands in, there must be nothing to give back.
        Expr::ScalarFunction(call) => of(filled(call)?, input).filter(|form| form.offset == 0.0),
        _ => None,
    }
}

impl Linear {
    pub(super) fn times(mut self, factor: f64) -> Self {
        self.scale *= factor;
        self.offset *= factor;
        self
    }

    pub(super) fn plus(mut self, term: f64) -> Self {
        self.offset += term;
        self
    }
}

fn measure(expr: &Expr, column: &Column, input: &Relation) -> Option<Linear> {
    let found = input.fact(column)?.measure.clone()?;
    let lowered = found.lowered;
    if lowered == 0.0 {
        return Some(Linear { base: Base::Measure(expr.clone(), found), scale: 1.0, offset: 0.0 });
    }
    let less = match expr.get_type(input.plan.schema().as_ref()).ok()? {
        DataType::Int64 => ScalarValue::Int64(Some(lowered as i64)),
        DataType::Float64 => ScalarValue::Float64(Some(lowered)),
        _ => return None,
    };
    let less = Box::new(Expr::Literal(less, None));
    let lower = BinaryExpr::new(Box::new(expr.clone()), Operator::Minus, less);
    let base = Base::Measure(Expr::BinaryExpr(lower), found.moved(-lowered));
    Some(Linear { base, scale: 1.0, offset: lowered })
}

/// The measure that an expression holds value for value.
pub(super) fn same(expr: &Expr, input: &Relation) -> Option<Measure> {
    let Linear { base, scale, offset } = of(expr, input)?;
    match base {
        Base::Measure(_, measure) if scale == 1.0 && offset == measure.lowered => {
            Some(measure.clone().moved(measure.lowered))
        }
        Base::Measure(..) | Base::Ones(_) => None,
    }
}

/// The first argument of `coalesce(x, 0)`: for a sum a missing value and a zero are the same.
pub(super) fn filled(call: &ScalarFunction) -> Option<&Expr> {
    match call.args.as_slice() {
        [value, other] if call.func.name() == "coalesce" && number(other) == Some(0.0) => {
            Some(value)
        }
        _ => None,
    }
}

/// Whether an expression may have a value where the measure in it has none.
fn fills_gaps(expr: &Expr) -> bool {
    let found = expr.exists(|part| {
        Ok(matches!(part, Expr::ScalarFunction(call) if call.func.name() == "coalesce"))
    });
    found.unwrap_or(true)
}

/// What has a value where an argument of this base has one. A bare measure, scaled and shifted, is there where the
/// measure is: no other count is needed.
pub(super) fn presence(base: &Base, argument: &Expr) -> Expr {
    match base {
        Base::Measure(base @ Expr::Column(_), _) if !fills_gaps(argument) => base.clone(),
        Base::Measure(..) | Base::Ones(_) => argument.clone().unalias(),
    }
}

/// A cast to a wider or real type leaves the measure what it is.
fn widened(inner: &Expr, to: &DataType, input: &Relation) -> Option<Linear> {
    if keeps_values(inner, to, input) { of(inner, input) } else { None }
}

/// Whether a cast changes no value and never fails: from whole numbers to wider or real ones.
pub(super) fn keeps_values(inner: &Expr, to: &DataType, input: &Relation) -> bool {
    match (inner.get_type(input.plan.schema().as_ref()), to) {
        (Ok(DataType::Int32), DataType::Int64 | DataType::Float64)
        | (Ok(DataType::Int64), DataType::Float64) => true,
        (Ok(from), to) => from == *to,
        (Err(_), _) => false,
    }
}

/// Whether an expression yields real numbers.
pub(super) fn is_real(expr: &Expr, input: &Relation) -> bool {
    expr.get_type(input.plan.schema().as_ref()).is_ok_and(|t| t.is_floating())
}

/// CASE whose branches are one base measure, zero or NULL; or one constant, zero or NULL.
fn of_case(case: &Case, input: &Relation) -> Option<Linear> {
    let branches: Vec<&Expr> = case
        .when_then_expr
        .iter()
        .map(|(_, then)| then.as_ref())
        .chain(case.else_expr.as_deref())
        .collect();
    let mut found: Option<Linear> = None;
    let zeros = branches.iter().any(|branch| number(branch) == Some(0.0));
    for branch in &branches {
        match number(branch) {
            Some(0.0) => {}
            Some(value) => match &found {
                None => {
                    let ones = Expr::Literal(ScalarValue::Null, None);
                    found = Some(Linear { base: Base::Ones(ones), scale: value, offset: 0.0 });
                }
                Some(Linear { base: Base::Ones(_), scale, .. }) if *scale == value => {}
                Some(_) => return None,
            },
            None if is_null(branch) => {}
            None => {
                let form = of(branch, input)?;
                let offset = found.as_ref().map_or(form.offset, |found| found.offset);
                let same = match (&found, &form) {
                    (None, _) => true,
                    (
                        Some(Linear { base: Base::Measure(e, m), scale, .. }),
                        Linear { base: Base::Measure(f, n), scale: other, .. },
                    ) => e == f && m == n && scale == other,
                    (
                        Some(Linear { base: Base::Ones(_), scale, .. }),
                        Linear { base: Base::Ones(_), scale: other, .. },
                    ) => scale == other,
                    _ => false,
                };
                // What is given back is given back for every row: rows of zeros or ones must not be among them.
                let mixed = offset != 0.0 && (zeros || matches!(form.base, Base::Ones(_)));
                if !same || form.offset != offset || mixed {
                    return None;
                }
                found = Some(form);
            }
        }
    }
    let found = found?;
    let base = match &found.base {
        Base::Measure(expr, measure) => {
            let replaced = rebuild(case, |branch| {
                if number(branch).is_some() || is_null(branch) { None } else { Some(expr.clone()) }
            });
            Base::Measure(replaced, measure.clone())
        }
        Base::Ones(_) => Base::Ones(rebuild(case, |branch| match number(branch) {
            Some(0.0) => None,
            Some(_) => Some(Expr::Literal(ScalarValue::Int64(Some(1)), None)),
            None if is_null(branch) => None,
            None => of(branch, input).and_then(|form| match form.base {
                Base::Ones(inner) => Some(inner),
                Base::Measure(..) => None,
            }),
        })),
    };
    Some(Linear { base, ..found })
}

/// The CASE with other branches; `None` is NULL.
pub(super) fn rebuild(case: &Case, branch: impl Fn(&Expr) -> Option<Expr>) -> Expr {
    let null = || Expr::Literal(ScalarValue::Null, None);
    let when_then_expr = case
        .when_then_expr
        .iter()
        .map(|(when, then)| (when.clone(), Box::new(branch(then).unwrap_or_else(null))))
        .collect();
    let else_expr = case.else_expr.as_deref().and_then(branch).map(Box::new);
    Expr::Case(Case { expr: case.expr.clone(), when_then_expr, else_expr })
}

/// A number that is written out, looking through casts.
pub(super) fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Literal(value, _) => match value {
            ScalarValue::Int32(Some(v)) => Some(f64::from(*v)),
            ScalarValue::Int64(Some(v)) => Some(*v as f64),
            ScalarValue::Float64(Some(v)) => v.is_finite().then_some(*v),
            _ => None,
        },
        Expr::Negative(inner) => number(inner).map(|v| -v),
        Expr::Cast(cast) => number(&cast.expr).filter(|v| holds(cast.field.data_type(), *v)),
        Expr::TryCast(cast) => number(&cast.expr).filter(|v| holds(cast.field.data_type(), *v)),
        Expr::Alias(alias) => number(&alias.expr),
        _ => None,
    }
}

/// Whether a type can hold a number as it is.
fn holds(data_type: &DataType, number: f64) -> bool {
    /// Up to here every whole number is a real one too.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match data_type {
        DataType::Float64 => true,
        DataType::Int64 => number.fract() == 0.0 && number.abs() <= EXACT,
        DataType::Int32 => number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX),
        _ => false,
    }
}

/// A NULL that is written out, looking through casts.
pub(super) fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => value.is_null(),
        Expr::Cast(cast) => is_null(&cast.expr),
        Expr::TryCast(cast) => is_null(&cast.expr),
        _ => false,
    }
}
