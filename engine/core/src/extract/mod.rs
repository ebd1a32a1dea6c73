//! Extracts: how data come in, and the immutable snapshots that queries read.
//!
//! [`add`] checks a folder of source tables against their contract, replaces every pseudonym by a dense person
//! number, and writes a [`Snapshot`]: personal tables sorted by person and cut at the same persons into shards,
//! tables without persons once, a manifest with the digest of every file. [`Snapshot::open`] checks all of that
//! again. Must never know: queries, projects, policies.
//!
//! ```text
//! <home>/extracts/<dataset>/current                                 the id of the snapshot in use
//! <home>/extracts/<dataset>/<snapshot id>/manifest.json             what follows, with digests; names the folder
//!                                         contract.toml             as it was when the data came in
//!                                         provenance.json           when and from where; not part of the id
//!                                         persons/part-00000.parquet     record keys of shard 0
//!                                         tables/<table>/part-00000.parquet   rows of shard 0
//!                                         tables/<table>/all.parquet     a table without persons
//! ```

mod add;
mod check;
mod convert;
mod durable;
mod error;
mod findings;
mod identifiers;
mod intake;
mod keys;
mod layout;
mod manifest;
mod persons;
mod shard;
mod snapshot;
mod sort;
mod source;
mod spill;
mod staging;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

pub use add::{AddRequest, PERSONS_PER_SHARD, add};
pub use convert::arrow_schema;
pub use error::ExtractError;
pub use findings::{Finding, Findings};
pub use shard::Shard;
pub use snapshot::{Snapshot, SnapshotFile};
