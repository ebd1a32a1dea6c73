//! Roots, powers, logarithms and angles that are numbers or NULL.
//!
//! The planner's own forms fail for a negative root or for zero to a negative power, and give infinities and NaN
//! elsewhere. They also know identities such as `power(a, log(a, b)) = b` that hold for some rows only, so that an
//! answer would depend on the optimizer. These are computed as written.

use std::f64::consts::PI;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, internal_err};

use super::arithmetic::finite;
use super::rowwise::RowWise;

/// A function of one or two real numbers, by its name on the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Curve(&'static str);

const ONE: &[(&str, fn(f64) -> f64)] = &[
    ("acos", f64::acos),
    ("acosh", f64::acosh),
    ("asin", f64::asin),
    ("asinh", f64::asinh),
    ("atan", f64::atan),
    ("atanh", f64::atanh),
    ("cbrt", f64::cbrt),
    ("cos", f64::cos),
    ("cosh", f64::cosh),
    ("cot", |x| 1.0 / x.tan()),
    ("degrees", |x| x * (180.0 / PI)),
    ("exp", f64::exp),
    ("ln", f64::ln),
    ("log", f64::log10),
    ("log10", f64::log10),
    ("log2", f64::log2),
    ("radians", |x| x * (PI / 180.0)),
    ("signum", |x| if x == 0.0 { 0.0 } else { x.signum() }),
    ("sin", f64::sin),
    ("sinh", f64::sinh),
    ("sqrt", f64::sqrt),
    ("tan", f64::tan),
    ("tanh", f64::tanh),
];

const TWO: &[(&str, fn(f64, f64) -> f64)] =
    &[("atan2", f64::atan2), ("log", |base, x| x.ln() / base.ln()), ("power", f64::powf)];

impl Curve {
    /// The curve of this name with so many arguments.
    pub(super) fn named(name: &str, arguments: usize) -> Option<Self> {
        let found = match arguments {
            1 => ONE.iter().map(|(known, _)| *known).find(|known| *known == name),
            2 => TWO.iter().map(|(known, _)| *known).find(|known| *known == name),
            _ => None,
        };
        found.map(Self)
    }

    fn of_one(&self) -> Option<fn(f64) -> f64> {
        ONE.iter().find(|(name, _)| *name == self.0).map(|(_, curve)| *curve)
    }

    fn of_two(&self) -> Option<fn(f64, f64) -> f64> {
        TWO.iter().find(|(name, _)| *name == self.0).map(|(_, curve)| *curve)
    }
}

impl RowWise for Curve {
    fn name(&self) -> &'static str {
        self.0
    }

    fn compute(&self, columns: &[ArrayRef], _returns: &DataType) -> Result<ArrayRef> {
        let column: Float64Array = match (columns, self.of_one(), self.of_two()) {
            ([x], Some(curve), _) => reals(x)?.iter().map(|x| finite(curve(x?))).collect(),
            ([x, y], _, Some(curve)) => {
                reals(x)?.iter().zip(reals(y)?).map(|(x, y)| finite(curve(x?, y?))).collect()
            }
            _ => return internal_err!("a curve with other arguments"),
        };
        Ok(Arc::new(column))
    }
}

/// Real numbers that may hold an infinity or a NaN, without these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Finite;

impl RowWise for Finite {
    fn name(&self) -> &'static str {
        "finite"
    }

    fn compute(&self, columns: &[ArrayRef], _returns: &DataType) -> Result<ArrayRef> {
        let [x] = columns else { return internal_err!("one column was expected") };
        let column: Float64Array = reals(x)?.iter().map(|x| finite(x?)).collect();
        Ok(Arc::new(column))
    }
}

fn reals(column: &ArrayRef) -> Result<&Float64Array> {
    match column.as_primitive_opt::<Float64Type>() {
        Some(column) => Ok(column),
        None => internal_err!("a curve of something that is no real number"),
    }
}
