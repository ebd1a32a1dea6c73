//! A snapshot that was found complete: what is in it and where. Opening verifies everything; afterwards files are
//! trusted. Must never know: what a query wants.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::UInt64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};

use super::error::{Doing, ExtractError};
use super::manifest::{FORMAT, Manifest, TableEntry, id_of};
use super::shard::Shard;
use super::{layout, verify};
use crate::catalog::contract::{Contract, TableContract, TableKind};
use crate::ids::SnapshotId;

/// A complete, verified snapshot of one dataset.
#[derive(Debug, Clone)]
pub struct Snapshot {
    folder: PathBuf,
    id: SnapshotId,
    contract: Contract,
    manifest: Manifest,
    tables: Vec<Vec<SnapshotFile>>,
}

/// A file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Absolute.
    pub path: PathBuf,
    /// Size.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
}

impl Snapshot {
    /// Opens a snapshot after verifying its manifest, the digest of every file, and the layout. Reads every byte
    /// once.
    ///
    /// # Errors
    /// [`ExtractError::Damaged`] names the file that is missing, changed or misplaced; a half-written snapshot has no
    /// manifest.
    pub fn open(dir: &Path) -> Result<Self, ExtractError> {
        let folder = fs::canonicalize(dir).map_err(|cause| match cause.kind() {
            ErrorKind::NotFound => ExtractError::damaged(dir, "is missing"),
            _ => ExtractError::Io { doing: "read", path: dir.to_owned(), cause },
        })?;
        let path = folder.join(layout::MANIFEST);
        let bytes = read(&path)?;
        let id = id_of(&bytes, &path)?;
        if folder.file_name().and_then(|name| name.to_str()) != Some(id.as_str()) {
            let what = "was changed after it was written, or is in the wrong folder";
            return Err(ExtractError::damaged(&path, what));
        }
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| {
            ExtractError::damaged(&path, "is not a manifest that this version reads")
        })?;
        if manifest.format != FORMAT {
            let what = format!("has format {}, this version reads {FORMAT}", manifest.format);
            return Err(ExtractError::damaged(&path, what));
        }
        let contract = open_contract(&folder, &manifest)?;
        verify::check_manifest(&manifest, &contract, &path)?;
        let tables = open_files(&folder, &manifest, &contract)?;
        Ok(Self { folder, id, contract, manifest, tables })
    }

    /// The current snapshot of every dataset below the home, by name of the dataset. A dataset whose first extract
    /// has not arrived is left out.
    ///
    /// # Errors
    /// As [`Snapshot::open`]: one damaged snapshot is an error, because a dataset must not silently disappear.
    pub fn current(home: &Path) -> Result<Vec<Self>, ExtractError> {
        let extracts = layout::extracts(home);
        if !extracts.exists() {
            return Ok(Vec::new());
        }
        let mut datasets = fs::read_dir(&extracts)
            .and_then(|entries| {
                entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>()
            })
            .doing("read", &extracts)?;
        datasets.sort();
        let mut snapshots = Vec::new();
        for dataset in datasets {
            let current = dataset.join(layout::CURRENT);
            if !current.exists() {
                continue;
            }
            let text = fs::read_to_string(&current).doing("read", &current)?;
            let id = SnapshotId::new(text.trim())
                .map_err(|_| ExtractError::damaged(&current, "does not hold a snapshot id"))?;
            snapshots.push(Self::open(&dataset.join(id.as_str()))?);
        }
        Ok(snapshots)
    }

    /// The content address: SHA-256 of the manifest.
    #[must_use]
    pub fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The contract, as it was when the data came in.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// SHA-256 of the contract file, hexadecimal.
    #[must_use]
    pub fn contract_digest(&self) -> &str {
        &self.manifest.contract_sha256
    }

    /// Snapshots of the same lineage give a person the same record key; a changed secret or universe changes it.
    #[must_use]
    pub fn lineage(&self) -> &str {
        &self.manifest.lineage
    }

    /// How many persons there are; they are numbered from 0.
    #[must_use]
    pub fn persons(&self) -> u32 {
        self.manifest.persons
    }

    /// The ranges of person numbers at which every personal table is cut.
    #[must_use]
    pub fn shards(&self) -> &[Shard] {
        &self.manifest.shards
    }

    /// Rows of a table.
    #[must_use]
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.entry(table).map(|(_, _, entry)| entry.rows)
    }

    /// The file with the rows of a shard of a personal table; it exists even when no person of the shard has a row.
    #[must_use]
    pub fn shard_file(&self, table: &str, shard: usize) -> Option<&SnapshotFile> {
        let (position, table, _) = self.entry(table)?;
        matches!(table.kind, TableKind::Personal { .. })
            .then(|| self.tables.get(position)?.get(shard))
            .flatten()
    }

    /// The file with the rows of a table without persons.
    #[must_use]
    pub fn public_file(&self, table: &str) -> Option<&SnapshotFile> {
        let (position, table, _) = self.entry(table)?;
        matches!(table.kind, TableKind::Public { .. })
            .then(|| self.tables.get(position)?.first())
            .flatten()
    }

    /// The record keys of the persons of a shard, in order.
    ///
    /// # Errors
    /// When there is no such shard or its file cannot be read.
    pub fn record_keys(&self, shard: usize) -> Result<Vec<u64>, ExtractError> {
        let path = self.folder.join(layout::record_keys(shard));
        let damaged = || ExtractError::damaged(&path, "does not hold record keys");
        let reader = ParquetRecordBatchReaderBuilder::try_new(verify::open(&path)?)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|_| damaged())?;
        let mut keys = Vec::new();
        for batch in reader {
            let batch = batch.map_err(|_| damaged())?;
            let column = batch.columns().first().ok_or_else(damaged)?;
            let column = column.as_primitive_opt::<UInt64Type>().ok_or_else(damaged)?;
            keys.extend_from_slice(column.values());
        }
        Ok(keys)
    }

    /// A table by name: its position, contract and entry in the manifest.
    fn entry(&self, table: &str) -> Option<(usize, &TableContract, &TableEntry)> {
        self.contract
            .tables
            .iter()
            .zip(&self.manifest.tables)
            .enumerate()
            .map(|(position, (table, entry))| (position, table, entry))
            .find(|(_, contract, _)| contract.name.as_str() == table)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ExtractError> {
    fs::read(path).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => ExtractError::damaged(path, "is missing"),
        _ => ExtractError::Io { doing: "read", path: path.to_owned(), cause },
    })
}

fn open_contract(folder: &Path, manifest: &Manifest) -> Result<Contract, ExtractError> {
    let path = folder.join(layout::CONTRACT);
    let bytes = read(&path)?;
    if hex::encode(Sha256::digest(&bytes)) != manifest.contract_sha256 {
        return Err(ExtractError::damaged(&path, "was changed after it was written"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| ExtractError::damaged(&path, "is not text in UTF-8"))?;
    Ok(Contract::parse(&path.display().to_string(), &text)?)
}

/// Verifies every file; those of each table, in the order of the contract.
fn open_files(
    folder: &Path,
    manifest: &Manifest,
    contract: &Contract,
) -> Result<Vec<Vec<SnapshotFile>>, ExtractError> {
    for (entry, shard) in manifest.record_keys.iter().zip(&manifest.shards) {
        verify::check_record_keys(&folder.join(&entry.path), entry, *shard)?;
    }
    let mut tables = Vec::new();
    for (entry, table) in manifest.tables.iter().zip(&contract.tables) {
        let personal = table.person_column().is_some();
        let mut files = Vec::new();
        for (index, file) in entry.files.iter().enumerate() {
            let path = folder.join(&file.path);
            let shard = manifest.shards.get(index).copied().filter(|_| personal);
            verify::check_table_file(&path, file, table, shard)?;
            files.push(SnapshotFile { path, bytes: file.bytes, rows: file.rows });
        }
        tables.push(files);
    }
    Ok(tables)
}
