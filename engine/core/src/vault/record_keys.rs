//! Record keys of persons, read once per shard and kept: eight bytes a person, whatever the number of rows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use datafusion::common::{DataFusionError, Result};

use crate::extract::Snapshot;
use crate::ids::SnapshotId;

/// Record keys by snapshot and shard. Has no `Debug`: with them cells could be recognised.
#[derive(Default)]
pub(crate) struct RecordKeys(Mutex<HashMap<Place, Arc<[u64]>>>);

/// Snapshot and shard.
type Place = (SnapshotId, usize);

impl RecordKeys {
    /// The keys of a shard's persons, in order.
    pub(super) fn of(&self, snapshot: &Snapshot, shard: usize) -> Result<Arc<[u64]>> {
        let place = (snapshot.id().clone(), shard);
        if let Some(known) = self.0.lock().ok().and_then(|kept| kept.get(&place).cloned()) {
            return Ok(known);
        }
        let read = snapshot.record_keys(shard);
        let keys: Arc<[u64]> =
            read.map_err(|error| DataFusionError::External(Box::new(error)))?.into();
        if let Ok(mut kept) = self.0.lock() {
            kept.insert(place, Arc::clone(&keys));
        }
        Ok(keys)
    }

    /// The key of each person of a snapshot; 0 for nobody.
    pub(super) fn all(&self, snapshot: &Snapshot) -> Result<impl Fn(u32) -> u64 + use<>> {
        let mut shards = vec![];
        for (at, shard) in snapshot.shards().iter().enumerate() {
            shards.push((shard.first, self.of(snapshot, at)?));
        }
        Ok(move |person: u32| {
            let after = shards.partition_point(|(first, _)| *first <= person);
            let found = after.checked_sub(1).and_then(|at| shards.get(at));
            let key = found.and_then(|(first, keys)| keys.get((person - first) as usize));
            key.copied().unwrap_or(0)
        })
    }
}
