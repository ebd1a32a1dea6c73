//! The folder in which a snapshot grows until it is complete.
//!
//! It is removed when adding fails, and swept by the next add when the process was killed. Readers never look into
//! it. One add at a time per dataset.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::error::{Doing, ExtractError};
use super::{durable, layout};
use crate::ids::{DatasetId, SnapshotId};

/// A half-written snapshot. Dropped, it disappears.
pub(super) struct Staging {
    dataset: PathBuf,
    folder: PathBuf,
    /// Held until the end.
    _lock: File,
}

impl Staging {
    /// Takes the dataset for itself, sweeps what a killed run left, and makes an empty folder.
    pub(super) fn begin(home: &Path, dataset: &DatasetId) -> Result<Self, ExtractError> {
        let folder = layout::dataset(home, dataset);
        durable::create_folders(&folder)?;
        let lock_path = folder.join(layout::LOCK);
        let lock = File::create(&lock_path).doing("create", &lock_path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ExtractError::Busy(dataset.clone())),
            Err(TryLockError::Error(cause)) => Err(cause).doing("lock", &lock_path)?,
        }
        sweep(&folder)?;
        let name = format!("{}{}", layout::STAGING_PREFIX, std::process::id());
        let staging = Self { folder: folder.join(name), dataset: folder, _lock: lock };
        fs::create_dir(&staging.folder).doing("create", &staging.folder)?;
        Ok(staging)
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    /// Makes it the snapshot of this id and the current one. A complete snapshot of the same id stays as it is.
    pub(super) fn publish(
        self,
        id: &SnapshotId,
        is_complete: impl Fn(&Path) -> bool,
    ) -> Result<PathBuf, ExtractError> {
        durable::sync_folders(&self.folder)?;
        let target = self.dataset.join(id.as_str());
        if !is_complete(&target) {
            if target.exists() {
                let aside = self.dataset.join(format!("{}damaged", layout::STAGING_PREFIX));
                fs::rename(&target, &aside).doing("move", &target)?;
            }
            fs::rename(&self.folder, &target).doing("move", &self.folder)?;
            durable::sync_folder(&self.dataset)?;
        }
        let current = self.dataset.join(layout::CURRENT);
        durable::replace(&current, format!("{id}\n").as_bytes())?;
        sweep(&self.dataset)?;
        Ok(target)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Best effort: what stays is never read and swept by the next add.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes what killed runs left. Only called with the lock held.
fn sweep(dataset: &Path) -> Result<(), ExtractError> {
    for entry in fs::read_dir(dataset).doing("read", dataset)? {
        let entry = entry.doing("read", dataset)?;
        if entry.file_name().to_string_lossy().starts_with(layout::STAGING_PREFIX) {
            fs::remove_dir_all(entry.path()).doing("remove", &entry.path())?;
        }
    }
    Ok(())
}
