//! One process per ledger: an exclusive lock on a file beside it.
//!
//! SQLite would let two servers take turns, and both would charge correctly; but each would forfeit the running
//! queries of the other when it starts. So the second one is turned away. The lock dies with its process; the lock file
//! stays, because removing it would let two processes lock two files of the same name.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{LedgerError, Result};

/// Held as long as the ledger is open.
pub(super) struct ProcessLock(File);

impl ProcessLock {
    /// Takes the lock of the ledger at `path`.
    ///
    /// # Errors
    /// [`LedgerError::InUse`] when somebody holds it.
    pub(super) fn take(path: &Path) -> Result<Self> {
        let lock = lock_path(path);
        let unavailable = |error: std::io::Error| {
            LedgerError::Unavailable(format!("cannot lock {}: {error}", lock.display()))
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock)
            .map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                let place = path.display().to_string();
                Err(LedgerError::InUse { place, lock: format!("the lock {}", lock.display()) })
            }
            Err(TryLockError::Error(error)) => Err(unavailable(error)),
        }
    }

    /// Gives the lock back while the handle still lives.
    pub(super) fn release(&self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the lock of the ledger is given back when the process ends");
        }
    }
}

/// A lock belongs to the open file, and a program that is being started at this moment has a copy of it for as long as it
/// takes: closing alone would leave the ledger in use until then.
impl Drop for ProcessLock {
    fn drop(&mut self) {
        // Given back twice is given back.
        drop(self.0.unlock());
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
