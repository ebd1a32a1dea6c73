//! A copy of a ledger in a file, made while a server writes to it; and the way back.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use sqlx::Connection;

use super::database::Database;
use super::inspect::{beside, inspect};
use super::lock::ProcessLock;
use super::sqlite::{create_private, sync_folder_of};
use crate::config::LedgerPlace;
use crate::error::{LedgerError, Result};
use crate::upkeep::Inspected;

/// Makes a checked copy of one moment of the ledger `from` in a new file `to`.
pub(crate) async fn back_up(from: &Path, to: &Path) -> Result<Inspected> {
    let draft = beside(to, ".part");
    remove(&draft)?;
    create_private(&draft)?;
    let copied = copy(from, &draft).await;
    let inspected = match copied {
        Ok(()) => inspect(&LedgerPlace::File(draft.clone())).await,
        Err(error) => Err(error),
    };
    if inspected.is_err() {
        remove(&draft)?;
        return inspected;
    }
    let placed = fs::hard_link(&draft, to);
    placed.map_err(|error| failed("cannot write", to, &error))?;
    remove(&draft)?;
    sync_folder_of(to).map_err(|error| failed("cannot write", to, &error))?;
    inspected
}

/// The database copies itself: pages that a writer changes meanwhile are not mixed.
async fn copy(from: &Path, to: &Path) -> Result<()> {
    let name = to.to_str().ok_or_else(|| {
        LedgerError::Unavailable(format!("the name {} is not in UTF-8", to.display()))
    })?;
    let (_, mut reader) = Database::look(&LedgerPlace::File(from.to_owned())).await?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut reader).await?;
    reader.close().await?;
    let synced = File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|error| failed("cannot write", to, &error))
}

/// Puts a copy that was checked in the place of the ledger at `to`, which is kept beside it under the name that is given.
/// Nobody may have the ledger open.
pub(crate) async fn restore(from: &Path, to: &Path, aside: &Path) -> Result<()> {
    let lock = ProcessLock::take(to)?;
    let draft = beside(to, ".restoring");
    let place = || -> io::Result<()> {
        if draft.exists() {
            fs::remove_file(&draft)?;
        }
        fs::copy(from, &draft)?;
        private(&draft)?;
        File::open(&draft)?.sync_all()?;
        // Cut off in between, the file stays without what its side file held: shorter than its log, so no server starts on
        // it, and this can be done again.
        if to.exists() {
            fs::hard_link(to, aside)?;
        }
        for end in ["-wal", "-shm"] {
            let old = beside(to, end);
            if old.exists() {
                fs::rename(&old, beside(aside, end))?;
            }
        }
        fs::rename(&draft, to)?;
        sync_folder_of(to)
    };
    let placed = place().map_err(|error| failed("cannot restore", to, &error));
    lock.release();
    placed
}

fn private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failed("cannot remove", path, &error))
        }
        _ => Ok(()),
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> LedgerError {
    LedgerError::Unavailable(format!("{what} {}: {error}", path.display()))
}
