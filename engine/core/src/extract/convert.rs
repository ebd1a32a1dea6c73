//! From the types of source files to the types of the contract.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};

use crate::catalog::contract::{ColumnType, Role, TableContract};

/// The schema of a table inside a snapshot: the columns of the contract in its order, the person as `UInt32`.
#[must_use]
pub fn arrow_schema(table: &TableContract) -> Schema {
    let field = |column: &crate::catalog::contract::ColumnContract| {
        let kind = match column.role {
            Role::Person => DataType::UInt32,
            _ => arrow_type(column.kind),
        };
        Field::new(column.name.as_str(), kind, column.nullable)
    };
    Schema::new(table.columns.iter().map(field).collect::<Vec<_>>())
}

/// How values of a type are held.
pub(super) fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Text => DataType::Utf8,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// Whether a source column of this type can hold such values without a change of meaning.
pub(super) fn is_convertible(source: &DataType, kind: ColumnType) -> bool {
    let decimal = matches!(source, DataType::Decimal128(..) | DataType::Decimal256(..));
    match (kind, source) {
        (_, DataType::Dictionary(_, values)) => is_convertible(values, kind),
        (ColumnType::Integer, source) => source.is_integer(),
        (ColumnType::Number, source) => source.is_integer() || source.is_floating() || decimal,
        (ColumnType::Text, source) => source.is_string(),
        (ColumnType::Boolean, source) => *source == DataType::Boolean,
        (ColumnType::Date, source) => matches!(source, DataType::Date32 | DataType::Date64),
        (ColumnType::Timestamp, DataType::Timestamp(_, zone)) => {
            zone.as_deref().is_none_or(|zone| matches!(zone, "UTC" | "+00:00"))
        }
        (ColumnType::Timestamp, _) => false,
    }
}

/// What a data steward calls values of a type.
pub(super) fn describe(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer => "a whole number",
        ColumnType::Number => "a number",
        ColumnType::Text => "text",
        ColumnType::Boolean => "true or false",
        ColumnType::Date => "a date like 2024-01-31",
        ColumnType::Timestamp => "a time like 2024-01-31T12:00:00, without time zone",
    }
}

/// The values in the type of the contract; what cannot be converted becomes NULL.
pub(super) fn convert(source: &ArrayRef, kind: ColumnType) -> ArrayRef {
    let target = arrow_type(kind);
    if *source.data_type() == target {
        return Arc::clone(source);
    }
    let options = CastOptions { safe: true, ..CastOptions::default() };
    cast_with_options(source, &target, &options)
        .unwrap_or_else(|_| new_null_array(&target, source.len()))
}
