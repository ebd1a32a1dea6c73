//! Writes one Parquet file of a snapshot and takes its digest on the way.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;
use sha2::{Digest, Sha256};

use super::durable;
use super::error::{Doing, ExtractError};
use super::manifest::FileEntry;

/// Rows of a row group: enough to compress well, few enough to skip by statistics.
const ROWS_PER_GROUP: usize = 131_072;

/// A Parquet file that is being written.
pub(super) struct TableWriter {
    path: PathBuf,
    relative: String,
    writer: ArrowWriter<DigestFile>,
    rows: u64,
}

impl TableWriter {
    /// Starts a file below the snapshot folder; `person` is the column it is sorted by.
    pub(super) fn create(
        snapshot: &Path,
        relative: String,
        schema: SchemaRef,
        person: Option<usize>,
    ) -> Result<Self, ExtractError> {
        let path = snapshot.join(&relative);
        if let Some(parent) = path.parent() {
            durable::create_folders(parent)?;
        }
        let file = DigestFile::create(&path)?;
        let properties = properties(person);
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).doing("write", &path)?;
        Ok(Self { path, relative, writer, rows: 0 })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ExtractError> {
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch).doing("write", &self.path)
    }

    /// Waits until the file is on disk and says what the manifest must know.
    pub(super) fn finish(mut self) -> Result<FileEntry, ExtractError> {
        self.writer.finish().doing("write", &self.path)?;
        let file = self.writer.inner();
        file.inner.sync_all().doing("write", &self.path)?;
        Ok(FileEntry {
            path: self.relative,
            bytes: file.bytes,
            rows: self.rows,
            sha256: hex::encode(file.digest.clone().finalize()),
        })
    }
}

fn properties(person: Option<usize>) -> WriterProperties {
    let sorting = person.and_then(|position| i32::try_from(position).ok()).map(|column_idx| {
        vec![SortingColumn { column_idx, descending: false, nulls_first: false }]
    });
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_sorting_columns(sorting)
        .build()
}

/// A file that remembers the digest and number of the bytes written to it.
struct DigestFile {
    inner: File,
    digest: Sha256,
    bytes: u64,
}

impl DigestFile {
    fn create(path: &Path) -> Result<Self, ExtractError> {
        let inner = File::create(path).doing("create", path)?;
        Ok(Self { inner, digest: Sha256::new(), bytes: 0 })
    }
}

impl Write for DigestFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write_all(bytes)?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
