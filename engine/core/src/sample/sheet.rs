//! One table of the sample on its way to a Parquet file, in the columns of the contract.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::error::{SampleError, writing};
use crate::catalog::contract::{ColumnType, Contract};

/// Rows kept in memory before they are written.
const ROWS_PER_BATCH: usize = 32_768;

/// One value of a row.
#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01.
    Day(i32),
    Missing,
}

/// One table.
pub(super) struct Sheet {
    name: String,
    path: PathBuf,
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
    writer: ArrowWriter<File>,
}

impl Sheet {
    /// Starts the file of a table of the contract.
    pub(super) fn create(
        contract: &Contract,
        table: &str,
        folder: &Path,
    ) -> Result<Self, SampleError> {
        let missing = || SampleError::Table(table.to_owned());
        let columns = &contract.table(table).ok_or_else(missing)?.columns;
        let field = |column: &crate::catalog::contract::ColumnContract| {
            Field::new(column.name.as_str(), data_type(column.kind), column.nullable)
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let path = folder.join(format!("{table}.parquet"));
        let file = File::create(&path).map_err(writing(&path))?;
        let properties = WriterProperties::builder()
            .set_created_by("tresor sample".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let writer = ArrowWriter::try_new(file, SchemaRef::clone(&schema), Some(properties))
            .map_err(writing(&path))?;
        Ok(Self {
            name: table.to_owned(),
            path,
            schema,
            columns: columns.iter().map(|column| Column::new(column.kind)).collect(),
            rows: 0,
            writer,
        })
    }

    /// Adds a row, one cell per column of the contract.
    pub(super) fn add(&mut self, row: &[Cell<'_>]) -> Result<(), SampleError> {
        let fits = row.len() == self.columns.len()
            && self.columns.iter_mut().zip(row).all(|(column, cell)| column.push(*cell));
        if !fits {
            return Err(SampleError::Table(self.name.clone()));
        }
        self.rows += 1;
        if self.rows == ROWS_PER_BATCH { self.flush() } else { Ok(()) }
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<(), SampleError> {
        self.flush()?;
        self.writer.close().map(|_| ()).map_err(writing(&self.path))
    }

    fn flush(&mut self) -> Result<(), SampleError> {
        let columns = self.columns.iter_mut().map(Column::take).collect();
        let batch = RecordBatch::try_new(SchemaRef::clone(&self.schema), columns)
            .map_err(|_| SampleError::Table(self.name.clone()))?;
        self.rows = 0;
        self.writer.write(&batch).map_err(writing(&self.path))
    }
}

fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Text | ColumnType::Timestamp => DataType::Utf8,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
    }
}

/// The values of a column that are not yet written. The sample has no timestamps.
enum Column {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Day(Date32Builder),
}

impl Column {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text | ColumnType::Timestamp => Self::Text(StringBuilder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Number => Self::Number(Float64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Date => Self::Day(Date32Builder::new()),
        }
    }

    /// Adds a cell; false when it has another type.
    fn push(&mut self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Text(values), Cell::Text(value)) => values.append_value(value),
            (Self::Integer(values), Cell::Integer(value)) => values.append_value(value),
            (Self::Number(values), Cell::Number(value)) => values.append_value(value),
            (Self::Boolean(values), Cell::Boolean(value)) => values.append_value(value),
            (Self::Day(values), Cell::Day(value)) => values.append_value(value),
            (Self::Text(values), Cell::Missing) => values.append_null(),
            (Self::Integer(values), Cell::Missing) => values.append_null(),
            (Self::Number(values), Cell::Missing) => values.append_null(),
            (Self::Boolean(values), Cell::Missing) => values.append_null(),
            (Self::Day(values), Cell::Missing) => values.append_null(),
            _ => return false,
        }
        true
    }

    fn take(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(values.finish()),
            Self::Integer(values) => Arc::new(values.finish()),
            Self::Number(values) => Arc::new(values.finish()),
            Self::Boolean(values) => Arc::new(values.finish()),
            Self::Day(values) => Arc::new(values.finish()),
        }
    }
}
