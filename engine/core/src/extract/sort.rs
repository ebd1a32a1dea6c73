//! Sorts the rows of one shard by person and writes its file. Rows of the same person keep the order of the source.

use std::path::Path;

use arrow::array::AsArray;
use arrow::compute::interleave_record_batch;
use arrow::datatypes::{SchemaRef, UInt32Type};
use arrow::record_batch::RecordBatch;

use super::error::{Doing, ExtractError};
use super::layout;
use super::manifest::FileEntry;
use super::shard::Shard;
use super::spill::group;
use super::writer::TableWriter;

/// Rows gathered at a time.
const ROWS_PER_BATCH: usize = 16_384;

/// Where a shard goes.
pub(super) struct Target<'a> {
    pub(super) snapshot: &'a Path,
    pub(super) table: &'a str,
    pub(super) schema: &'a SchemaRef,
    /// Position of the person column.
    pub(super) person: usize,
}

/// Writes the rows of a shard, sorted by person.
pub(super) fn write_shard(
    target: &Target<'_>,
    index: usize,
    shard: Shard,
    batches: &[RecordBatch],
) -> Result<FileEntry, ExtractError> {
    let relative = layout::part(target.table, index);
    let path = target.snapshot.join(&relative);
    let mut writer = TableWriter::create(
        target.snapshot,
        relative,
        SchemaRef::clone(target.schema),
        Some(target.person),
    )?;
    let references: Vec<&RecordBatch> = batches.iter().collect();
    for rows in order(batches, target.person, shard).chunks(ROWS_PER_BATCH) {
        let batch = interleave_record_batch(&references, rows).doing("write", &path)?;
        writer.write(&batch)?;
    }
    writer.finish()
}

/// Every row as batch and row within it, by person.
fn order(batches: &[RecordBatch], person: usize, shard: Shard) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut persons = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let column = batch.column(person).as_primitive::<UInt32Type>();
        for (row, number) in column.values().iter().enumerate() {
            places.push((index, row));
            // A person of another shard would wrap, be left out, and be missed by the count of rows.
            persons.push(number.wrapping_sub(shard.first) as usize);
        }
    }
    let by_person = group(&persons, (shard.end - shard.first) as usize);
    by_person.order.iter().filter_map(|row| places.get(*row as usize).copied()).collect()
}
