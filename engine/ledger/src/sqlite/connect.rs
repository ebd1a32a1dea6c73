//! Connections and their settings.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use crate::error::{LedgerError, Result};

/// Readers at the same time. Reads are short; more would only wait for the disk.
const READERS: u32 = 4;
/// How long a foreign tool (a backup) may hold the file before a write is given up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Creates the file for its owner only, if it is not there. SQLite gives its side files the same mode.
///
/// # Errors
/// [`LedgerError::Unavailable`] when the folder is not there or not writable.
pub(super) fn create_private(path: &Path) -> Result<bool> {
    let unavailable = |error: std::io::Error| {
        LedgerError::Unavailable(format!("cannot create {}: {error}", path.display()))
    };
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            file.sync_all().map_err(unavailable)?;
            sync_folder_of(path).map_err(unavailable)?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unavailable(error)),
    }
}

/// Makes the name of the new file durable, too: a ledger that vanishes with the power is a refund.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The one connection that writes.
pub(super) async fn writer(path: &Path) -> Result<SqliteConnection> {
    let options = settings(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("recursive_triggers", "ON");
    Ok(SqliteConnection::connect_with(&options).await?)
}

/// Connections that cannot write.
pub(super) async fn readers(path: &Path) -> Result<SqlitePool> {
    let options = settings(path).read_only(true).pragma("query_only", "ON");
    Ok(SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?)
}

fn settings(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .disable_statement_logging()
}
