//! The source folder: one Parquet or CSV file per table of the contract, and no other table.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::convert::{describe, is_convertible};
use super::error::{Doing, ExtractError};
use super::findings::Findings;
use crate::catalog::contract::{Contract, TableContract};

/// Rows read at a time.
const PARQUET_BATCH: usize = 65_536;
const CSV_BATCH: usize = 8_192;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum FileFormat {
    Parquet,
    Csv,
}

/// The file of one table.
pub(super) struct SourceTable {
    /// Name in the source folder.
    pub(super) file: String,
    pub(super) path: PathBuf,
    format: FileFormat,
    /// The columns of the file; those of a CSV file are all text.
    schema: SchemaRef,
    /// Rows, where the file tells.
    pub(super) rows: Option<u64>,
}

/// Batches of chosen columns; an error says in which line a CSV file is broken, where it is known.
pub(super) type Batches = Box<dyn Iterator<Item = Result<Vec<ArrayRef>, Option<u64>>>>;

/// The file of every table, in the order of the contract, after noting everything that does not fit.
pub(super) fn find<'c>(
    contract: &'c Contract,
    folder: &Path,
    findings: &mut Findings,
) -> Result<Vec<(&'c TableContract, SourceTable)>, ExtractError> {
    let files = list(folder)?;
    for (file, stem, _) in &files {
        if contract.table(stem).is_none() {
            findings.add(
                file,
                None,
                "is not a table of the contract; remove it or describe it there",
            );
        }
    }
    let mut tables = Vec::new();
    for table in &contract.tables {
        let mut found = files.iter().filter(|(_, stem, _)| stem == table.name.as_str());
        match (found.next(), found.next()) {
            (None, _) => {
                let problem = "is missing, neither as .parquet nor as .csv";
                findings.add(table.name.as_str(), None, problem);
            }
            (Some((first, ..)), Some((second, ..))) => {
                findings.add(first, None, format!("is there twice, also as {second}; remove one"));
            }
            (Some((file, _, format)), None) => {
                if let Some(source) = SourceTable::open(folder, file, *format, findings)? {
                    source.check_columns(table, findings);
                    tables.push((table, source));
                }
            }
        }
    }
    Ok(tables)
}

/// The Parquet and CSV files of the folder: name, stem, format.
fn list(folder: &Path) -> Result<Vec<(String, String, FileFormat)>, ExtractError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).doing("read", folder)? {
        let name = entry.doing("read", folder)?.file_name().to_string_lossy().into_owned();
        let Some((stem, extension)) = name.rsplit_once('.') else { continue };
        let format = match extension.to_ascii_lowercase().as_str() {
            "parquet" => FileFormat::Parquet,
            "csv" => FileFormat::Csv,
            _ => continue,
        };
        files.push((name.clone(), stem.to_owned(), format));
    }
    files.sort();
    Ok(files)
}

impl SourceTable {
    fn open(
        folder: &Path,
        file: &str,
        format: FileFormat,
        findings: &mut Findings,
    ) -> Result<Option<Self>, ExtractError> {
        let path = folder.join(file);
        let input = File::open(&path).doing("read", &path)?;
        let opened = match format {
            FileFormat::Parquet => parquet_schema(input),
            FileFormat::Csv => csv_schema(input).map(|schema| (schema, None)),
        };
        let Some((schema, rows)) = opened else {
            let problem = match format {
                FileFormat::Parquet => "is not a readable Parquet file",
                FileFormat::Csv => "is not a readable CSV file with a header line in UTF-8",
            };
            findings.add(file, None, problem);
            return Ok(None);
        };
        Ok(Some(Self { file: file.to_owned(), path, format, schema, rows }))
    }

    /// Exactly the columns of the contract, in any order, in types that fit.
    fn check_columns(&self, table: &TableContract, findings: &mut Findings) {
        let fields = self.schema.fields();
        for (position, field) in fields.iter().enumerate() {
            let name = Some(field.name().as_str());
            if table.column(field.name()).is_none() {
                let problem = "is not in the contract; remove it or describe it there";
                findings.add(&self.file, name, problem);
            }
            if fields.iter().skip(position + 1).any(|other| other.name() == field.name()) {
                findings.add(&self.file, name, "is there twice; remove one");
            }
        }
        for column in &table.columns {
            let name = column.name.as_str();
            let Ok(field) = self.schema.field_with_name(name) else {
                findings.add(&self.file, Some(name), "is missing");
                continue;
            };
            let text = self.format == FileFormat::Csv;
            if !text && !is_convertible(field.data_type(), column.kind) {
                let wanted = describe(column.kind);
                findings.add(&self.file, Some(name), format!("does not hold {wanted}"));
            }
        }
    }

    /// Reads the named columns, in that order.
    pub(super) fn read(&self, columns: &[&str]) -> Result<Batches, ExtractError> {
        let input = File::open(&self.path).doing("read", &self.path)?;
        let positions: Vec<usize> =
            columns.iter().filter_map(|name| self.schema.index_of(name).ok()).collect();
        let names: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        Ok(match self.format {
            FileFormat::Parquet => {
                let builder =
                    ParquetRecordBatchReaderBuilder::try_new(input).doing("read", &self.path)?;
                let mask = ProjectionMask::roots(builder.parquet_schema(), positions);
                let reader = builder
                    .with_projection(mask)
                    .with_batch_size(PARQUET_BATCH)
                    .build()
                    .doing("read", &self.path)?;
                Box::new(reader.map(move |batch| pick(batch, &names)))
            }
            FileFormat::Csv => {
                let reader = ReaderBuilder::new(SchemaRef::clone(&self.schema))
                    .with_header(true)
                    .with_batch_size(CSV_BATCH)
                    .with_projection(positions)
                    .build(input)
                    .doing("read", &self.path)?;
                Box::new(reader.map(move |batch| pick(batch, &names)))
            }
        })
    }
}

/// The named columns of a batch, in that order; of an error only the line, because the rest may quote cells.
fn pick(
    batch: Result<RecordBatch, ArrowError>,
    names: &[String],
) -> Result<Vec<ArrayRef>, Option<u64>> {
    let batch = batch.map_err(|error| line_of(&error.to_string()))?;
    names.iter().map(|name| batch.column_by_name(name).cloned().ok_or(None)).collect()
}

/// The number after the words "line" in a message.
fn line_of(message: &str) -> Option<u64> {
    let (_, after) = message.split_once("for line ")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn parquet_schema(input: File) -> Option<(SchemaRef, Option<u64>)> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(input).ok()?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).ok();
    Some((SchemaRef::clone(builder.schema()), rows))
}

/// The header line; every column is read as text and converted later, so that a value that does not fit is found
/// with its row.
fn csv_schema(input: File) -> Option<SchemaRef> {
    let (header, _) = Format::default().with_header(true).infer_schema(input, Some(0)).ok()?;
    let text = |name: &str| Field::new(name.trim().trim_matches('\u{feff}'), DataType::Utf8, true);
    let fields: Vec<Field> = header.fields().iter().map(|field| text(field.name())).collect();
    Some(Arc::new(Schema::new(fields)))
}
