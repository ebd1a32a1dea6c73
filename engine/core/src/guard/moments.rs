//! Dates and times that a calendar can name.
//!
//! A date is a number of days, and SQL can make it of any number. Writing it as text, taking the day of a
//! timestamp and cutting it to a unit fail outside the calendar, for one row as for all. These dates and times
//! become NULL before that (NO-DATA-IN-VERDICTS).

use std::sync::Arc;

use datafusion::arrow::array::temporal_conversions::as_datetime;
use datafusion::arrow::array::types::ArrowTemporalType;
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, TimeUnit, TimestampMicrosecondType, TimestampNanosecondType,
};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

/// What must be possible with a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Span {
    /// It has a year, a month and a day.
    Calendar,
    /// So has the first moment of its year, counted in nanoseconds: what cutting to a unit needs.
    Nanoseconds,
}

/// 1678-01-01, the first moment of the first whole year that nanoseconds reach.
const FIRST: i64 = -9_214_560_000_000_000_000;

/// The function that lets only dates and times of this span through.
pub(super) fn within(span: Span) -> Arc<ScalarUDF> {
    let signature = Signature::any(1, Volatility::Immutable);
    Arc::new(ScalarUDF::new_from_impl(Within { span, signature }))
}

/// Whether this is a type of dates or times.
pub(super) const fn is_moment(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Date32 | DataType::Timestamp(..))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Within {
    span: Span,
    signature: Signature,
}

impl ScalarUDFImpl for Within {
    fn name(&self) -> &str {
        match self.span {
            Span::Calendar => "total_within_calendar",
            Span::Nanoseconds => "total_within_nanoseconds",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [only] if is_moment(only) => Ok(only.clone()),
            _ => internal_err!("a span of something that is no date or time"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(array) = arrays.first() else {
            return internal_err!("a span of nothing");
        };
        let array = reachable(self.span, array)?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}

fn reachable(span: Span, array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            Ok(Arc::new(days.unary_opt::<_, Date32Type>(|day| {
                named::<Date32Type>(i64::from(day)).then_some(day)
            })))
        }
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            let times = array.as_primitive::<TimestampMicrosecondType>();
            Ok(Arc::new(times.unary_opt::<_, TimestampMicrosecondType>(|time| {
                let fits = match span {
                    Span::Calendar => named::<TimestampMicrosecondType>(time),
                    Span::Nanoseconds => time.checked_mul(1_000).is_some_and(|ns| ns >= FIRST),
                };
                fits.then_some(time)
            })))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            let times = array.as_primitive::<TimestampNanosecondType>();
            Ok(Arc::new(times.unary_opt::<_, TimestampNanosecondType>(|time| {
                (span == Span::Calendar || time >= FIRST).then_some(time)
            })))
        }
        _ => internal_err!("a span of something that is no date or time"),
    }
}

/// Whether a calendar has a name for it.
fn named<T: ArrowTemporalType>(value: i64) -> bool {
    as_datetime::<T>(value).is_some()
}
