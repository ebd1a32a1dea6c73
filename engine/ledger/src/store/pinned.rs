//! The files of an open ledger are still the ones that were opened.
//!
//! A file that is removed or replaced stays whole for the process that has it open: it would go on to charge and to
//! release, and with the next start all of it would be gone. A lock file that is removed lets a second server in.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::{LedgerError, Result};

/// The ledger, what SQLite has committed but not carried into it yet, and the lock.
const FILES: [&str; 3] = ["", "-wal", ".lock"];

/// Names, and the files that they led to.
pub(super) struct Pinned(Vec<(PathBuf, u64, u64)>);

impl Pinned {
    /// The files of the ledger at `path`, which is open.
    pub(super) fn files_of(path: &Path) -> Result<Self> {
        let pinned = FILES.into_iter().map(|end| {
            let mut name = OsString::from(path);
            name.push(end);
            let name = PathBuf::from(name);
            let (device, number) = identity(&name).map_err(|error| lost(&name, &error))?;
            Ok((name, device, number))
        });
        pinned.collect::<Result<_>>().map(Self)
    }

    /// Every name leads to the same file.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] with the name that does not.
    pub(super) fn still_there(&self) -> Result<()> {
        for (name, device, number) in &self.0 {
            match identity(name) {
                Ok(found) if found == (*device, *number) => {}
                Ok(_) => return Err(lost(name, &"it is another file now")),
                Err(error) => return Err(lost(name, &error)),
            }
        }
        Ok(())
    }
}

/// Never opens the file: closing it again would give away the locks that SQLite has on it.
fn identity(name: &Path) -> std::io::Result<(u64, u64)> {
    let found = name.symlink_metadata()?;
    Ok((found.dev(), found.ino()))
}

fn lost(name: &Path, why: &dyn std::fmt::Display) -> LedgerError {
    LedgerError::Unavailable(format!(
        "{} was removed or replaced while the ledger was open: {why}",
        name.display()
    ))
}
