//! Rows of one table, split by shard and kept on disk until each shard is sorted. Holds person numbers, never
//! pseudonyms.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{SchemaRef, UInt32Type};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use arrow::record_batch::RecordBatch;

use super::error::{Doing, ExtractError};
use super::shard::{self, Shard};

/// One file per shard, in the order of the source.
pub(super) struct Spill {
    parts: Vec<(PathBuf, StreamWriter<BufWriter<File>>)>,
    person: usize,
}

impl Spill {
    /// Starts one file per shard; `person` is the position of the person column.
    pub(super) fn create(
        folder: &Path,
        schema: &SchemaRef,
        person: usize,
        shards: usize,
    ) -> Result<Self, ExtractError> {
        fs::create_dir_all(folder).doing("create", folder)?;
        let part = |shard: usize| {
            let path = part_path(folder, shard);
            let file = File::create(&path).doing("create", &path)?;
            let writer =
                StreamWriter::try_new(BufWriter::new(file), schema).doing("write", &path)?;
            Ok((path, writer))
        };
        Ok(Self { parts: (0..shards).map(part).collect::<Result<_, ExtractError>>()?, person })
    }

    /// Splits a batch; within a shard rows keep their order.
    pub(super) fn write(
        &mut self,
        batch: &RecordBatch,
        shards: &[Shard],
    ) -> Result<(), ExtractError> {
        let persons = batch.column(self.person).as_primitive::<UInt32Type>();
        let of_row: Vec<usize> =
            persons.values().iter().map(|person| shard::position(shards, *person)).collect();
        let groups = group(&of_row, self.parts.len());
        let order = UInt32Array::from_iter_values(groups.order);
        let mut start = 0;
        let mut sorted = None;
        for ((path, writer), rows) in self.parts.iter_mut().zip(groups.sizes) {
            if rows == 0 {
                continue;
            }
            let sorted = match &sorted {
                Some(sorted) => sorted,
                None => sorted.insert(take_record_batch(batch, &order).doing("write", path)?),
            };
            writer.write(&sorted.slice(start, rows)).doing("write", path)?;
            start += rows;
        }
        Ok(())
    }

    /// Ends every file.
    pub(super) fn finish(self) -> Result<(), ExtractError> {
        for (path, mut writer) in self.parts {
            writer.finish().doing("write", &path)?;
            writer.flush().doing("write", &path)?;
        }
        Ok(())
    }
}

/// The rows of one shard, as they were written; the file is removed.
pub(super) fn take(folder: &Path, shard: usize) -> Result<Vec<RecordBatch>, ExtractError> {
    let path = part_path(folder, shard);
    let file = File::open(&path).doing("read", &path)?;
    let reader = StreamReader::try_new(BufReader::new(file), None).doing("read", &path)?;
    let batches = reader.collect::<Result<Vec<_>, _>>().doing("read", &path)?;
    fs::remove_file(&path).doing("remove", &path)?;
    Ok(batches)
}

fn part_path(folder: &Path, shard: usize) -> PathBuf {
    folder.join(format!("{shard:05}.arrow"))
}

/// Rows by group: how many each has, and all rows, group after group.
pub(super) struct Groups {
    pub(super) sizes: Vec<usize>,
    pub(super) order: Vec<u32>,
}

/// Counting sort: rows of the same group keep their order. A group past the last is put into none.
pub(super) fn group(group_of_row: &[usize], groups: usize) -> Groups {
    let mut sizes = vec![0_usize; groups];
    for group in group_of_row {
        if let Some(size) = sizes.get_mut(*group) {
            *size += 1;
        }
    }
    let mut next: Vec<usize> = sizes
        .iter()
        .scan(0, |start, size| {
            let here = *start;
            *start += size;
            Some(here)
        })
        .collect();
    let mut order = vec![0_u32; sizes.iter().sum()];
    for (row, group) in (0_u32..).zip(group_of_row) {
        let Some(at) = next.get_mut(*group) else { continue };
        if let Some(slot) = order.get_mut(*at) {
            *slot = row;
        }
        *at += 1;
    }
    Groups { sizes, order }
}
