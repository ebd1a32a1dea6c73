//! A ledger in a file: SQLite, one process at a time.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, ConnectOptions, raw_sql};

use super::database::{Found, Version};
use super::lock::ProcessLock;
use super::pinned::Pinned;
use crate::error::{LedgerError, Result};

/// Stands in the file, so that another program's database is not taken for a ledger. "TRSR" in ASCII.
const APPLICATION_ID: i64 = 0x5452_5352;
/// Each version sets `user_version` to its number.
pub(super) const VERSIONS: &[Version] = &[
    (1, include_str!("schema/sqlite/v1.sql")),
    (2, include_str!("schema/sqlite/v2.sql")),
    (3, include_str!("schema/sqlite/v3.sql")),
    (4, include_str!("schema/sqlite/v4.sql")),
    (5, include_str!("schema/sqlite/v5.sql")),
];

/// Readers at the same time. Reads are short; more would only wait for the disk.
const READERS: u32 = 4;
/// The time-out is how long a foreign tool (a backup) may hold the file before a write is given up.
const OF_ALL: &str =
    "PRAGMA busy_timeout = 10000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
const OF_WRITER: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON;";
const OF_READERS: &str = "PRAGMA query_only = ON;";

/// A file; locked, unless it is only looked at.
pub(super) struct Sqlite {
    path: PathBuf,
    lock: Option<ProcessLock>,
    /// Set when all its files are there.
    pinned: OnceLock<Pinned>,
}

impl Sqlite {
    /// Locks the file, makes it where it is missing, and opens it for writing.
    pub(super) async fn take(path: &Path) -> Result<(Self, AnyConnection)> {
        let lock = ProcessLock::take(path)?;
        create_private(path)?;
        let writer = writer(path).await?;
        Ok((Self { path: path.to_owned(), lock: Some(lock), pinned: OnceLock::new() }, writer))
    }

    /// Opens the file for reading, whoever else has it open.
    pub(super) async fn look(path: &Path) -> Result<(Self, AnyConnection)> {
        let open = async {
            let mut reader = address(path, true)?.connect().await?;
            raw_sql(OF_ALL).execute(&mut reader).await?;
            Ok(reader)
        };
        let reader = open.await.map_err(|error| foreign(path, error))?;
        Ok((Self { path: path.to_owned(), lock: None, pinned: OnceLock::new() }, reader))
    }

    pub(super) async fn readers(&self) -> Result<AnyPool> {
        let pool = AnyPoolOptions::new().max_connections(READERS).after_connect(|conn, _| {
            Box::pin(async move {
                raw_sql(OF_ALL).execute(&mut *conn).await?;
                raw_sql(OF_READERS).execute(&mut *conn).await?;
                Ok(())
            })
        });
        let readers = pool.connect_with(address(&self.path, true)?).await?;
        // The write-ahead log is a file of its own by now. SQLite syncs its name, too, but goes on when that fails.
        sync_folder_of(&self.path).map_err(|error| {
            LedgerError::Unavailable(format!("cannot sync the folder of the ledger: {error}"))
        })?;
        if self.lock.is_some() {
            // Set once: a ledger is opened once.
            drop(self.pinned.set(Pinned::files_of(&self.path)?));
        }
        Ok(readers)
    }

    /// The files are the ones that were locked and opened.
    pub(super) fn still_ours(&self) -> Result<()> {
        self.pinned.get().map_or(Ok(()), Pinned::still_there)
    }

    pub(super) async fn found(writer: &mut AnyConnection) -> Result<Found> {
        let (version, id, tables): (i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT user_version FROM pragma_user_version),
                    (SELECT application_id FROM pragma_application_id),
                    (SELECT count(*) FROM sqlite_schema)",
        )
        .fetch_one(writer)
        .await?;
        Ok(match (version, id, tables) {
            (0, 0, 0) => Found::Empty,
            (version, APPLICATION_ID, _) => Found::Version(version),
            _ => Found::Foreign,
        })
    }

    /// The pages are readable, and no row refers to nothing.
    pub(super) async fn whole(writer: &mut AnyConnection) -> Result<()> {
        let verdict: String =
            sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *writer).await?;
        if verdict != "ok" {
            return Err(LedgerError::Damaged(verdict));
        }
        let loose: Option<(String,)> =
            sqlx::query_as("SELECT \"table\" FROM pragma_foreign_key_check")
                .fetch_optional(writer)
                .await?;
        match loose {
            None => Ok(()),
            Some((table,)) => {
                Err(LedgerError::Damaged(format!("a row of `{table}` refers to nothing")))
            }
        }
    }

    pub(super) fn release(&self) {
        if let Some(lock) = &self.lock {
            lock.release();
        }
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// Creates the file for its owner only, if it is not there. SQLite gives its side files the same mode.
///
/// # Errors
/// [`LedgerError::Unavailable`] when the folder is not there or not writable.
pub(super) fn create_private(path: &Path) -> Result<()> {
    let unavailable = |error: std::io::Error| {
        LedgerError::Unavailable(format!("cannot create {}: {error}", path.display()))
    };
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            file.sync_all().map_err(unavailable)?;
            sync_folder_of(path).map_err(unavailable)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(unavailable(error)),
    }
}

/// Makes the name of the new file durable, too: a ledger that vanishes with the power is a refund.
pub(super) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The one connection that writes.
pub(super) async fn writer(path: &Path) -> Result<AnyConnection> {
    let open = async {
        let mut writer = address(path, false)?.connect().await?;
        raw_sql(OF_ALL).execute(&mut writer).await?;
        raw_sql(OF_WRITER).execute(&mut writer).await?;
        Ok(writer)
    };
    open.await.map_err(|error| foreign(path, error))
}

/// A file that SQLite cannot read at all was not damaged by us: say what it is.
fn foreign(path: &Path, error: LedgerError) -> LedgerError {
    match error {
        LedgerError::Unavailable(text) if text.contains("not a database") => {
            LedgerError::NotALedger { place: path.display().to_string() }
        }
        other => other,
    }
}

/// The file as the address of a connection that logs no statement. The folder is resolved first, because an address would
/// treat `..` in its own way.
fn address(path: &Path, read_only: bool) -> Result<AnyConnectOptions> {
    let unavailable = |error: std::io::Error| {
        LedgerError::Unavailable(format!("cannot find {}: {error}", path.display()))
    };
    let path = path.canonicalize().map_err(unavailable)?;
    let mut url = String::from("sqlite://");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                url.push(char::from(*byte));
            }
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url.push_str(if read_only { "?mode=ro" } else { "?mode=rw" });
    Ok(url.parse::<AnyConnectOptions>()?.disable_statement_logging())
}
