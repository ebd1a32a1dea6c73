//! Adding an extract: from a folder of source tables to a complete snapshot, in three passes that each hold little
//! in memory: collect the pseudonyms; check all rows and split them by shard; sort each shard.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::convert::{arrow_schema, convert};
use super::error::{Doing, ExtractError};
use super::findings::Findings;
use super::intake::{Intake, note_broken};
use super::manifest::{FORMAT, FileEntry, Manifest, Provenance, TableEntry, id_of};
use super::persons::{Census, Persons, lineage};
use super::shard::{self, Shard};
use super::sort::{Target, write_shard};
use super::source::{self, SourceTable};
use super::spill::{self, Spill};
use super::staging::Staging;
use super::writer::TableWriter;
use super::{Snapshot, durable, layout};
use crate::catalog::contract::{ColumnType, Contract, TableContract};
use crate::progress::Progress;
use crate::secret::Secret;

/// Persons of a shard, unless somebody asks for another number: one shard fits in memory several times.
pub const PERSONS_PER_SHARD: u32 = 65_536;

/// What to add.
pub struct AddRequest<'a> {
    /// The home; the snapshot goes below `extracts/`.
    pub home: &'a Path,
    /// The contract file.
    pub contract: &'a Path,
    /// A folder with `<table>.parquet` or `<table>.csv` for every table of the contract.
    pub source: &'a Path,
    /// Key of the record keys; the same for every extract of a universe, for ever.
    pub record_secret: &'a Secret,
    /// Most persons of a shard, usually [`PERSONS_PER_SHARD`].
    pub persons_per_shard: u32,
    /// Now; kept beside the manifest.
    pub added_at: OffsetDateTime,
}

/// A source table and what the contract says of it.
type Tables<'c> = [(&'c TableContract, SourceTable)];

/// Checks an extract, writes it as a snapshot and makes that the current one of its dataset.
///
/// The same data, contract and secret give the same snapshot id. Blocks for as long as it takes: minutes for
/// millions of persons.
///
/// # Errors
/// [`ExtractError`]: the contract is wrong, the data do not keep to it, somebody else is adding to the dataset, or
/// the disk refuses. Nothing is left behind then, and the current snapshot stays.
pub fn add(request: AddRequest<'_>, progress: &dyn Progress) -> Result<Snapshot, ExtractError> {
    let text = fs::read_to_string(request.contract).doing("read", request.contract)?;
    let contract = Contract::parse(&request.contract.display().to_string(), &text)?;
    let staging = Staging::begin(request.home, &contract.dataset)?;
    let lineage = lineage(request.record_secret, &contract.universe);
    same_lineage(request.home, &contract, &lineage)?;
    let mut findings = Findings::default();
    let tables = source::find(&contract, request.source, &mut findings)?;
    reject_if_any(&mut findings)?;

    let persons =
        census(&tables, &mut findings, progress)?.finish(request.record_secret, &contract.universe);
    let shards = shard::cut(persons.count(), request.persons_per_shard);
    let mut folder = Folder { path: staging.path(), shards: &shards, progress };
    let staged = folder.stage(&tables, &persons, &mut findings)?;
    reject_if_any(&mut findings)?;

    let record_keys = folder.write_record_keys(&persons)?;
    let count = persons.count();
    drop(persons);
    let entries = folder.write_shards(&tables, staged)?;
    let manifest = Manifest {
        format: FORMAT,
        dataset: contract.dataset.clone(),
        universe: contract.universe.clone(),
        lineage,
        contract_sha256: hex::encode(Sha256::digest(&text)),
        persons: count,
        shards: shards.clone(),
        record_keys,
        tables: entries,
    };
    publish(&request, staging, &text, &manifest)
}

/// Refuses an extract whose persons would get other record keys than those of the snapshot before: all noise would be
/// drawn anew, and an old answer and a new one could be averaged.
fn same_lineage(home: &Path, contract: &Contract, lineage: &str) -> Result<(), ExtractError> {
    // A damaged snapshot tells nothing; adding the data again is how it is healed.
    let current = Snapshot::current(home).unwrap_or_default();
    let before = current.iter().find(|known| known.contract().dataset == contract.dataset);
    match before {
        Some(before) if before.lineage() != lineage => {
            Err(ExtractError::OtherLineage(contract.dataset.clone()))
        }
        _ => Ok(()),
    }
}

fn reject_if_any(findings: &mut Findings) -> Result<(), ExtractError> {
    if findings.is_empty() {
        return Ok(());
    }
    Err(ExtractError::Rejected(std::mem::take(findings)))
}

/// First pass: every pseudonym of every personal table.
fn census(
    tables: &Tables<'_>,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Census, ExtractError> {
    progress.begin("collecting persons", total_rows(tables));
    let mut census = Census::default();
    for (table, source) in tables {
        let person = table.person_column().and_then(|position| table.columns.get(position));
        let Some(person) = person else { continue };
        for batch in source.read(&[person.name.as_str()])? {
            match batch {
                Ok(columns) => {
                    for column in columns {
                        census.add(convert(&column, ColumnType::Text).as_string())?;
                        progress.advance(column.len() as u64);
                    }
                }
                Err(line) => {
                    note_broken(source, line, findings);
                    break;
                }
            }
        }
    }
    progress.finish();
    reject_if_any(findings)?;
    Ok(census)
}

/// Rows of all tables, where every file tells.
fn total_rows(tables: &Tables<'_>) -> Option<u64> {
    tables.iter().map(|(_, source)| source.rows).sum()
}

/// The growing snapshot.
struct Folder<'a> {
    path: &'a Path,
    shards: &'a [Shard],
    progress: &'a dyn Progress,
}

/// A table after the second pass.
struct Staged {
    rows: u64,
    /// The finished file of a table without persons.
    whole: Option<FileEntry>,
}

impl Folder<'_> {
    /// Where rows wait for the third pass.
    fn spill(&self, table: &TableContract) -> std::path::PathBuf {
        self.path.join("spill").join(table.name.as_str())
    }

    /// Second pass: checks every row, splits personal tables by shard, writes the others.
    fn stage(
        &mut self,
        tables: &Tables<'_>,
        persons: &Persons,
        findings: &mut Findings,
    ) -> Result<Vec<Staged>, ExtractError> {
        self.progress.begin("checking rows", total_rows(tables));
        let mut staged = Vec::new();
        for (table, source) in tables {
            let intake = Intake::new(table, source, persons);
            let schema: SchemaRef = Arc::new(arrow_schema(table));
            staged.push(match table.person_column() {
                Some(person) => {
                    let folder = self.spill(table);
                    let mut spill = Spill::create(&folder, &schema, person, self.shards.len())?;
                    let rows = intake
                        .run(findings, self.progress, |batch| spill.write(batch, self.shards))?;
                    spill.finish()?;
                    Staged { rows, whole: None }
                }
                None => {
                    let relative = layout::whole(table.name.as_str());
                    let mut writer = TableWriter::create(self.path, relative, schema, None)?;
                    let rows = intake.run(findings, self.progress, |batch| writer.write(batch))?;
                    Staged { rows, whole: Some(writer.finish()?) }
                }
            });
        }
        self.progress.finish();
        Ok(staged)
    }

    /// Third pass: sorts every shard of every personal table.
    fn write_shards(
        &self,
        tables: &Tables<'_>,
        staged: Vec<Staged>,
    ) -> Result<Vec<TableEntry>, ExtractError> {
        self.progress.begin("sorting shards", Some(staged.iter().map(|table| table.rows).sum()));
        let mut entries = Vec::new();
        for ((table, _), Staged { rows, whole }) in tables.iter().zip(staged) {
            let files = match whole {
                Some(file) => vec![file],
                None => self.sort_table(table)?,
            };
            let written: u64 = files.iter().map(|file| file.rows).sum();
            if written != rows {
                let what = format!("{rows} rows were read but {written} written; try again");
                return Err(ExtractError::damaged(&self.spill(table), what));
            }
            entries.push(TableEntry { name: table.name.clone(), rows, files });
        }
        let spill = self.path.join("spill");
        if spill.exists() {
            fs::remove_dir_all(&spill).doing("remove", &spill)?;
        }
        self.progress.finish();
        Ok(entries)
    }

    fn sort_table(&self, table: &TableContract) -> Result<Vec<FileEntry>, ExtractError> {
        let schema: SchemaRef = Arc::new(arrow_schema(table));
        let target = Target {
            snapshot: self.path,
            table: table.name.as_str(),
            schema: &schema,
            person: table.person_column().unwrap_or(0),
        };
        let mut files = Vec::new();
        for (index, shard) in self.shards.iter().enumerate() {
            let batches = spill::take(&self.spill(table), index)?;
            let file = write_shard(&target, index, *shard, &batches)?;
            self.progress.advance(file.rows);
            files.push(file);
        }
        Ok(files)
    }

    fn write_record_keys(&self, persons: &Persons) -> Result<Vec<FileEntry>, ExtractError> {
        let schema: SchemaRef =
            Arc::new(Schema::new(vec![Field::new("record_key", DataType::UInt64, false)]));
        let mut files = Vec::new();
        for (index, shard) in self.shards.iter().enumerate() {
            let range = shard.first as usize..shard.end as usize;
            let keys = persons.record_keys.get(range).unwrap_or_default();
            let relative = layout::record_keys(index);
            let path = self.path.join(&relative);
            let mut writer =
                TableWriter::create(self.path, relative, SchemaRef::clone(&schema), None)?;
            let column = Arc::new(UInt64Array::from_iter_values(keys.iter().copied()));
            let batch = RecordBatch::try_new(SchemaRef::clone(&schema), vec![column])
                .doing("write", &path)?;
            writer.write(&batch)?;
            files.push(writer.finish()?);
        }
        Ok(files)
    }
}

/// Writes what describes the snapshot, and puts it in its place.
fn publish(
    request: &AddRequest<'_>,
    staging: Staging,
    contract: &str,
    manifest: &Manifest,
) -> Result<Snapshot, ExtractError> {
    let folder = staging.path();
    let provenance = Provenance {
        added_at: request.added_at.format(&Rfc3339).unwrap_or_default(),
        source: request.source.display().to_string(),
        contract: request.contract.display().to_string(),
    };
    let path = folder.join(layout::MANIFEST);
    let bytes = to_json(manifest, &path)?;
    let id = id_of(&bytes, &path)?;
    durable::write(&path, &bytes)?;
    durable::write(&folder.join(layout::CONTRACT), contract.as_bytes())?;
    let path = folder.join(layout::PROVENANCE);
    durable::write(&path, &to_json(&provenance, &path)?)?;
    let place = staging.publish(&id, |place| Snapshot::open(place).is_ok())?;
    Snapshot::open(&place)
}

fn to_json(value: &impl serde::Serialize, path: &Path) -> Result<Vec<u8>, ExtractError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|_| ExtractError::Format { doing: "write", path: path.to_owned() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
