//! The manifest: what a snapshot consists of. Its digest is the id of the snapshot, so it holds nothing that differs
//! between two runs over the same data: no time, no place.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::ExtractError;
use super::shard::Shard;
use crate::ids::{DatasetId, SnapshotId, TableName};

/// The version of the layout that this engine writes and reads.
pub(super) const FORMAT: u32 = 1;

/// What a snapshot consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) dataset: DatasetId,
    pub(super) universe: String,
    /// Same lineage, same record keys.
    pub(super) lineage: String,
    /// SHA-256 of the contract file, hexadecimal.
    pub(super) contract_sha256: String,
    pub(super) persons: u32,
    pub(super) shards: Vec<Shard>,
    /// Record keys, one file per shard.
    pub(super) record_keys: Vec<FileEntry>,
    /// In the order of the contract.
    pub(super) tables: Vec<TableEntry>,
}

/// One table: one file per shard, or one file for a table without persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableEntry {
    pub(super) name: TableName,
    pub(super) rows: u64,
    pub(super) files: Vec<FileEntry>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileEntry {
    /// Relative to the snapshot.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    /// Hexadecimal.
    pub(super) sha256: String,
}

/// When and from where the data came; kept beside the manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Provenance {
    /// RFC 3339.
    pub(super) added_at: String,
    pub(super) source: String,
    pub(super) contract: String,
}

/// The id of the snapshot with this manifest.
pub(super) fn id_of(manifest: &[u8], path: &std::path::Path) -> Result<SnapshotId, ExtractError> {
    SnapshotId::new(hex::encode(Sha256::digest(manifest)))
        .map_err(|bad| ExtractError::damaged(path, bad.to_string()))
}
