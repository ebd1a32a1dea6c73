//! Arithmetic that cannot fail and cannot wrap.
//!
//! The engine's own operators fail on single rows (division by zero) or wrap in silence (integer overflow):
//! both tell something about one person. These yield NULL instead, row by row (NO-DATA-IN-VERDICTS).

use std::hash::Hash;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

/// The operations that have a checked form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Bands and last digits are honest uses. On a column of many values it also mixes people like a hash does, which
    /// nothing here stops: that is left to the noise of each count and to the budget.
    Remainder,
    Negate,
    Absolute,
}

impl Operation {
    const fn name(self) -> &'static str {
        match self {
            Self::Add => "total_add",
            Self::Subtract => "total_subtract",
            Self::Multiply => "total_multiply",
            Self::Divide => "total_divide",
            Self::Remainder => "total_remainder",
            Self::Negate => "total_negate",
            Self::Absolute => "total_absolute",
        }
    }

    const fn arguments(self) -> usize {
        match self {
            Self::Negate | Self::Absolute => 1,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder => 2,
        }
    }
}

/// The types that have checked arithmetic.
pub(super) const fn has_arithmetic(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int32 | DataType::Int64 | DataType::Float64)
}

/// The checked form of an operation.
pub(super) fn checked(operation: Operation) -> Arc<ScalarUDF> {
    let signature = Signature::any(operation.arguments(), Volatility::Immutable);
    Arc::new(ScalarUDF::new_from_impl(Checked { operation, signature }))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Checked {
    operation: Operation,
    signature: Signature,
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &str {
        self.operation.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [only] if has_arithmetic(only) => Ok(only.clone()),
            [left, right] if left == right && has_arithmetic(left) => Ok(left.clone()),
            _ => internal_err!("arithmetic on unexpected types"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let array = compute(self.operation, &arrays)?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}

fn compute(operation: Operation, arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let Some(first) = arrays.first() else {
        return internal_err!("arithmetic without arguments");
    };
    // One-argument operations see their argument twice and look at the first only.
    let second = arrays.get(1).unwrap_or(first);
    match first.data_type() {
        DataType::Int32 => Ok(zip::<Int32Type>(first, second, |a, b| {
            whole(operation, a.into(), b.into())?.try_into().ok()
        })),
        DataType::Int64 => Ok(zip::<Int64Type>(first, second, |a, b| whole(operation, a, b))),
        DataType::Float64 => Ok(zip::<Float64Type>(first, second, |a, b| real(operation, a, b))),
        _ => internal_err!("arithmetic on unexpected types"),
    }
}

fn zip<T: ArrowPrimitiveType>(
    left: &ArrayRef,
    right: &ArrayRef,
    operation: impl Fn(T::Native, T::Native) -> Option<T::Native>,
) -> ArrayRef {
    let (left, right) = (left.as_primitive::<T>(), right.as_primitive::<T>());
    let values = left.iter().zip(right.iter());
    let result: PrimitiveArray<T> = values.map(|(a, b)| operation(a?, b?)).collect();
    Arc::new(result)
}

/// Whole numbers: `None` on overflow and on a zero divisor.
fn whole(operation: Operation, a: i64, b: i64) -> Option<i64> {
    match operation {
        Operation::Add => a.checked_add(b),
        Operation::Subtract => a.checked_sub(b),
        Operation::Multiply => a.checked_mul(b),
        Operation::Divide => a.checked_div(b),
        Operation::Remainder => a.checked_rem(b),
        Operation::Negate => a.checked_neg(),
        Operation::Absolute => a.checked_abs(),
    }
}

/// Real numbers: `None` instead of an infinity or a NaN.
fn real(operation: Operation, a: f64, b: f64) -> Option<f64> {
    let result = match operation {
        Operation::Add => a + b,
        Operation::Subtract => a - b,
        Operation::Multiply => a * b,
        Operation::Divide => a / b,
        Operation::Remainder => a % b,
        Operation::Negate => -a,
        Operation::Absolute => a.abs(),
    };
    finite(result)
}

/// A number, unless it is an infinity or a NaN. There is one zero: a second one would be a group of its own.
pub(super) fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number + 0.0)
}
