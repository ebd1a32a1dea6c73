//! One value of a finished result: how JSON says it and which type it has.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    TimestampNanosecondType, UInt32Type, UInt64Type,
};
use datafusion::common::{Result, internal_err};
use serde_json::{Value, json};

/// The type in words for people.
pub(super) const fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "boolean",
        DataType::Int32 | DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "integer",
        DataType::Float64 => "number",
        DataType::Utf8 | DataType::Utf8View => "text",
        DataType::Date32 => "date",
        DataType::Timestamp(..) => "timestamp",
        _ => "null",
    }
}

/// The value as JSON.
pub(super) fn value(array: &dyn Array, at: usize) -> Result<Value> {
    if array.is_null(at) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => json!(array.as_boolean().value(at)),
        DataType::Int32 => json!(array.as_primitive::<Int32Type>().value(at)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(at)),
        DataType::UInt32 => json!(array.as_primitive::<UInt32Type>().value(at)),
        DataType::UInt64 => json!(array.as_primitive::<UInt64Type>().value(at)),
        DataType::Float64 => number(array.as_primitive::<Float64Type>().value(at)),
        DataType::Utf8 => json!(array.as_string::<i32>().value(at)),
        DataType::Utf8View => json!(array.as_string_view().value(at)),
        DataType::Date32 => {
            let day = array.as_primitive::<Date32Type>().value_as_date(at);
            json!(day.map(|day| day.to_string()))
        }
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            let moment = array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(at);
            json!(moment.map(|moment| moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string()))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            let moment = array.as_primitive::<TimestampNanosecondType>().value_as_datetime(at);
            json!(moment.map(|moment| moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string()))
        }
        _ => return internal_err!("a result of an unexpected type"),
    })
}

/// Twelve significant digits: more would be the noise of floating point.
fn number(value: f64) -> Value {
    if !value.is_finite() {
        return Value::Null;
    }
    let text = format!("{value:.12e}");
    text.parse::<f64>().map_or(Value::Null, |value| json!(value))
}
