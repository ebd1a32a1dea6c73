//! Where things are inside the home and inside a snapshot.

use std::path::{Path, PathBuf};

use crate::ids::DatasetId;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const CONTRACT: &str = "contract.toml";
pub(super) const PROVENANCE: &str = "provenance.json";
/// Names the snapshot in use.
pub(super) const CURRENT: &str = "current";
/// Held while an extract is added.
pub(super) const LOCK: &str = ".lock";
/// Folders with this prefix are half-written.
pub(super) const STAGING_PREFIX: &str = ".staging-";

/// The folder of all datasets.
pub(super) fn extracts(home: &Path) -> PathBuf {
    home.join("extracts")
}

/// The folder of one dataset.
pub(super) fn dataset(home: &Path, dataset: &DatasetId) -> PathBuf {
    extracts(home).join(dataset.as_str())
}

/// The rows of a shard of a personal table, relative to the snapshot.
pub(super) fn part(table: &str, shard: usize) -> String {
    format!("tables/{table}/part-{shard:05}.parquet")
}

/// The rows of a table without persons, relative to the snapshot.
pub(super) fn whole(table: &str) -> String {
    format!("tables/{table}/all.parquet")
}

/// The record keys of a shard, relative to the snapshot.
pub(super) fn record_keys(shard: usize) -> String {
    format!("persons/part-{shard:05}.parquet")
}
