//! Proves that a snapshot is what its manifest says: every file by size and digest, every table by schema, rows and
//! order of persons.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use arrow::datatypes::Schema;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use sha2::{Digest, Sha256};

use super::error::{Doing, ExtractError};
use super::manifest::{FileEntry, Manifest};
use super::shard::Shard;
use super::{convert, layout};
use crate::catalog::contract::{Contract, TableContract};

/// Checks everything that the manifest says without opening a file: shards, tables, names of files, sums.
pub(super) fn check_manifest(
    manifest: &Manifest,
    contract: &Contract,
    path: &Path,
) -> Result<(), ExtractError> {
    let require = |holds: bool, what: &str| {
        if holds { Ok(()) } else { Err(ExtractError::damaged(path, what)) }
    };
    require(manifest.dataset == contract.dataset, "names another dataset than the contract")?;
    require(manifest.universe == contract.universe, "names another universe than the contract")?;
    let starts = manifest.shards.iter().map(|shard| shard.first).chain([manifest.persons]);
    let ends = [0].into_iter().chain(manifest.shards.iter().map(|shard| shard.end));
    require(starts.eq(ends), "has shards that do not cover every person once")?;
    require(
        manifest.shards.iter().all(|shard| shard.first < shard.end),
        "has a shard without persons",
    )?;
    let shards = manifest.shards.len();
    let paths = manifest.record_keys.iter().map(|file| file.path.clone());
    require(paths.eq((0..shards).map(layout::record_keys)), "has misplaced record keys")?;
    let names = manifest.tables.iter().map(|table| &table.name);
    require(
        names.eq(contract.tables.iter().map(|table| &table.name)),
        "has other tables than the contract",
    )?;
    for (entry, table) in manifest.tables.iter().zip(&contract.tables) {
        let paths = entry.files.iter().map(|file| file.path.clone());
        let placed = match table.person_column() {
            Some(_) => paths.eq((0..shards).map(|shard| layout::part(table.name.as_str(), shard))),
            None => paths.eq([layout::whole(table.name.as_str())]),
        };
        require(placed, &format!("has misplaced files of the table `{}`", table.name))?;
        let rows = entry.files.iter().map(|file| file.rows).sum::<u64>();
        require(rows == entry.rows, &format!("has wrong row counts of `{}`", table.name))?;
    }
    Ok(())
}

/// Checks the rows of a table: `shard` for a part of a personal table, nothing for a table without persons.
pub(super) fn check_table_file(
    path: &Path,
    entry: &FileEntry,
    table: &TableContract,
    shard: Option<Shard>,
) -> Result<(), ExtractError> {
    check_digest(path, entry.bytes, &entry.sha256)?;
    let groups = check_parquet(path, entry, &convert::arrow_schema(table))?;
    match shard.zip(table.person_column()) {
        Some((shard, person)) => check_persons(path, &groups, person, shard),
        None => Ok(()),
    }
}

/// Checks the record keys of a shard.
pub(super) fn check_record_keys(
    path: &Path,
    entry: &FileEntry,
    shard: Shard,
) -> Result<(), ExtractError> {
    check_digest(path, entry.bytes, &entry.sha256)?;
    if entry.rows != u64::from(shard.end - shard.first) {
        return Err(ExtractError::damaged(path, "does not hold one record key per person"));
    }
    Ok(())
}

/// Checks size and SHA-256.
fn check_digest(path: &Path, bytes: u64, sha256: &str) -> Result<(), ExtractError> {
    let mut file = open(path)?;
    if file.metadata().doing("read", path)?.len() != bytes {
        return Err(ExtractError::damaged(path, "has another size than the manifest says"));
    }
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).doing("read", path)?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { break };
        digest.update(chunk);
    }
    if hex::encode(digest.finalize()) != sha256 {
        return Err(ExtractError::damaged(path, "was changed after it was written"));
    }
    Ok(())
}

/// Opens a file of a snapshot; a missing one is damage.
pub(super) fn open(path: &Path) -> Result<File, ExtractError> {
    File::open(path).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => ExtractError::damaged(path, "is missing"),
        _ => ExtractError::Io { doing: "read", path: path.to_owned(), cause },
    })
}

/// Checks schema and number of rows; what the file says about its row groups.
fn check_parquet(
    path: &Path,
    entry: &FileEntry,
    schema: &Schema,
) -> Result<Vec<RowGroupMetaData>, ExtractError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(open(path)?)
        .map_err(|_| ExtractError::damaged(path, "is not a Parquet file"))?;
    let fields = builder.schema().fields().iter();
    let same =
        fields.map(|field| (field.name(), field.data_type(), field.is_nullable())).eq(schema
            .fields()
            .iter()
            .map(|field| (field.name(), field.data_type(), field.is_nullable())));
    if !same {
        return Err(ExtractError::damaged(path, "has other columns than the contract"));
    }
    let rows = builder.metadata().file_metadata().num_rows();
    if u64::try_from(rows) != Ok(entry.rows) {
        return Err(ExtractError::damaged(
            path,
            "has another number of rows than the manifest says",
        ));
    }
    Ok(builder.metadata().row_groups().to_vec())
}

/// Persons stay within the shard and never step back from one row group to the next.
fn check_persons(
    path: &Path,
    groups: &[RowGroupMetaData],
    person: usize,
    shard: Shard,
) -> Result<(), ExtractError> {
    let mut least = shard.first;
    for group in groups {
        let statistics = group.columns().get(person).and_then(|column| column.statistics());
        let range = match statistics {
            Some(Statistics::Int32(range)) => range.min_opt().zip(range.max_opt()),
            _ => None,
        };
        let in_order = range.is_some_and(|(min, max)| {
            let (min, max) = (min.cast_unsigned(), max.cast_unsigned());
            let fits = least <= min && min <= max && max < shard.end;
            least = max;
            fits
        });
        if !in_order {
            return Err(ExtractError::damaged(
                path,
                "has persons out of order or of another shard",
            ));
        }
    }
    Ok(())
}
