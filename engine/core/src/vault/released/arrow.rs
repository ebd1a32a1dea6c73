//! Arrow and Parquet: numbers stay numbers, a withheld one is null, and what was done to it stands in columns beside it.
//!
//! The table carries the record of its release, each protected column how it was protected.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array, NullArray,
    StringArray, UInt64Array,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type, Schema, TimeUnit};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

use super::columns::{Laid, Part, laid};
use super::stored::Answer;
use crate::refusal::Refusal;
use crate::vault::mark::Mark;

/// The answer as an Arrow IPC stream.
pub(super) fn stream(answer: &Answer) -> Result<Vec<u8>, Refusal> {
    let write = || -> Result<Vec<u8>, ArrowError> {
        let batch = batch(answer)?;
        let mut writer = StreamWriter::try_new(vec![], &batch.schema())?;
        writer.write(&batch)?;
        writer.into_inner()
    };
    write().map_err(|error| unwritten(&error))
}

/// The answer as a Parquet file.
pub(super) fn parquet(answer: &Answer) -> Result<Vec<u8>, Refusal> {
    let write = || -> Result<Vec<u8>, ParquetError> {
        let batch = batch(answer)?;
        let level = Compression::ZSTD(ZstdLevel::default());
        // Beside the Arrow schema, for readers that know no Arrow.
        let about =
            answer.about.iter().map(|(name, text)| KeyValue::new((*name).to_owned(), text.clone()));
        let properties = WriterProperties::builder()
            .set_compression(level)
            .set_created_by("tresor".to_owned())
            .set_key_value_metadata(Some(about.collect()))
            .build();
        let mut writer = ArrowWriter::try_new(vec![], batch.schema(), Some(properties))?;
        writer.write(&batch)?;
        writer.into_inner()
    };
    write().map_err(|error| unwritten(&error))
}

fn unwritten(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::internal(format!("a stored answer could not be written: {error}"))
}

fn batch(answer: &Answer) -> Result<RecordBatch, ArrowError> {
    let columns = laid(answer);
    let mut fields = vec![];
    let mut arrays = vec![];
    for column in &columns {
        let array = array(answer, column)?;
        let field = Field::new(&column.name, array.data_type().clone(), true);
        fields.push(field.with_metadata(of_field(column, &columns)));
        arrays.push(array);
    }
    let about = answer.about.iter().map(|(name, text)| ((*name).to_owned(), text.clone()));
    let schema = Schema::new_with_metadata(fields, about.collect::<HashMap<_, _>>());
    RecordBatch::try_new(Arc::new(schema), arrays)
}

/// `tresor:protection`: how a protected column was protected, and which columns stand beside it.
fn of_field(column: &Laid<'_>, all: &[Laid<'_>]) -> HashMap<String, String> {
    if column.part != Part::Value || !column.column.is_measure() {
        return HashMap::new();
    }
    let beside = |part: Part| {
        let found = all.iter().find(|other| other.of == column.of && other.part == part);
        found.map(|other| other.name.as_str())
    };
    let told = json!({
        "status": column.column.status,
        "protection": column.column.protection,
        "columns": {
            "status": beside(Part::Status),
            "reason": beside(Part::Reason),
            "low": beside(Part::Low),
            "high": beside(Part::High),
        },
    });
    HashMap::from([("tresor:protection".to_owned(), told.to_string())])
}

fn array(answer: &Answer, column: &Laid<'_>) -> Result<ArrayRef, ArrowError> {
    let rows = 0..answer.rows.len();
    let interval = |row| answer.interval(row, column.of);
    Ok(match column.part {
        Part::Value => values(answer, column)?,
        Part::Status => {
            // The same dictionary whatever occurs, so that two answers can be put together.
            let place = |mark| Mark::ALL.iter().position(|known| *known == mark);
            let key = |row| i32::try_from(place(column.mark(answer, row)?)?).ok();
            dictionary(rows.map(key).collect(), Mark::ALL.map(Mark::code).to_vec())?
        }
        Part::Reason => {
            let mut reasons: Vec<&str> = vec![];
            let key = |row| {
                let reason = column.reason(answer, row)?;
                let known = reasons.iter().position(|known| *known == reason);
                let at = known.unwrap_or_else(|| {
                    reasons.push(reason);
                    reasons.len() - 1
                });
                i32::try_from(at).ok()
            };
            let keys = rows.map(key).collect();
            dictionary(keys, reasons)?
        }
        Part::Low => {
            Arc::new(Float64Array::from_iter(rows.map(|row| interval(row).map(|(low, _)| low))))
        }
        Part::High => {
            Arc::new(Float64Array::from_iter(rows.map(|row| interval(row).map(|(_, high)| high))))
        }
    })
}

fn dictionary(keys: Vec<Option<i32>>, words: Vec<&str>) -> Result<ArrayRef, ArrowError> {
    let (keys, words) = (Int32Array::from(keys), StringArray::from(words));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(words))?))
}

fn values(answer: &Answer, column: &Laid<'_>) -> Result<ArrayRef, ArrowError> {
    let cells = (0..answer.rows.len()).map(|row| answer.value(row, column.of));
    let whole = || cells.clone().map(|value| value.and_then(Value::as_i64));
    let texts = || StringArray::from_iter(cells.clone().map(|value| value.and_then(Value::as_str)));
    let (plain, wanted): (ArrayRef, DataType) = match column.column.stored_as.as_str() {
        "null" => (Arc::new(NullArray::new(answer.rows.len())), DataType::Null),
        "bool" => {
            let flags = cells.clone().map(|value| value.and_then(Value::as_bool));
            (Arc::new(BooleanArray::from_iter(flags)), DataType::Boolean)
        }
        "int32" => (Arc::new(Int64Array::from_iter(whole())), DataType::Int32),
        "int64" => (Arc::new(Int64Array::from_iter(whole())), DataType::Int64),
        "uint32" => (Arc::new(Int64Array::from_iter(whole())), DataType::UInt32),
        "uint64" => {
            let numbers = cells.clone().map(|value| value.and_then(Value::as_u64));
            (Arc::new(UInt64Array::from_iter(numbers)), DataType::UInt64)
        }
        "float64" => {
            let numbers = cells.clone().map(|value| value.and_then(Value::as_f64));
            (Arc::new(Float64Array::from_iter(numbers)), DataType::Float64)
        }
        "utf8" => (Arc::new(texts()), DataType::Utf8),
        "date32" => (Arc::new(texts()), DataType::Date32),
        "timestamp[us]" => (Arc::new(texts()), DataType::Timestamp(TimeUnit::Microsecond, None)),
        "timestamp[ns]" => (Arc::new(texts()), DataType::Timestamp(TimeUnit::Nanosecond, None)),
        other => return Err(ArrowError::SchemaError(format!("a column of type {other}"))),
    };
    let strictly = CastOptions { safe: false, ..CastOptions::default() };
    let array = cast_with_options(&plain, &wanted, &strictly)?;
    // What JSON holds must not get lost on the way.
    let present = cells.filter(Option::is_some).count();
    if wanted != DataType::Null && array.len() - array.null_count() != present {
        return Err(ArrowError::CastError("a value does not fit the type of its column".into()));
    }
    Ok(array)
}
