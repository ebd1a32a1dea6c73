//! The one writer, the readers, and their health.
//!
//! Writes take turns. A [`Turn`] ends with its result in hand: when that result says that the disk cannot be trusted,
//! the store is closed before the next turn begins (after a failed fsync nobody knows what is durable).

use std::path::Path;
use std::sync::{Arc, OnceLock};

use sqlx::Connection;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool};
use sqlx::{Transaction, pool::PoolConnection};
use tokio::sync::{Mutex, MutexGuard};

use super::lock::ProcessLock;
use super::{connect, fault, forfeit, schema, verify};
use crate::error::{LedgerError, Result};
use crate::moment::Moment;
use crate::steps::{Step, Steps};

/// An open ledger file.
pub(crate) struct Store {
    writer: Mutex<Option<SqliteConnection>>,
    readers: SqlitePool,
    steps: Arc<dyn Steps>,
    closed: OnceLock<String>,
    lock: ProcessLock,
}

/// A store that passed all checks, and what was found.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) created: bool,
    pub(crate) forfeited: u64,
    pub(crate) entries: u64,
}

impl Store {
    /// Opens the file, checks everything in it, and forfeits what the last stop cut off.
    pub(crate) async fn open(path: &Path, steps: Arc<dyn Steps>, now: Moment) -> Result<Opened> {
        let lock = ProcessLock::take(path)?;
        connect::create_private(path)?;
        let mut writer = connect::writer(path).await.map_err(|error| foreign(path, error))?;
        let created = schema::upgrade(&mut writer, path, steps.as_ref()).await?;
        verify::file(&mut writer).await?;
        verify::log(&mut writer).await?;
        verify::books(&mut writer).await?;
        let forfeited = forfeit::running(&mut writer, steps.as_ref(), now).await?;
        let entries = verify::length(&mut writer).await?;
        let readers = connect::readers(path).await?;
        let closed = OnceLock::new();
        let store = Self { writer: Mutex::new(Some(writer)), readers, steps, closed, lock };
        Ok(Opened { store, created, forfeited, entries })
    }

    /// Waits for the writer.
    pub(super) async fn turn(&self) -> Result<Turn<'_>> {
        let writer = self.writer.lock().await;
        self.sound()?;
        Ok(Turn { store: self, writer })
    }

    /// A connection to read with.
    pub(super) async fn reader(&self) -> Result<PoolConnection<Sqlite>> {
        self.sound()?;
        self.readers.acquire().await.map_err(|error| self.judged(error.into()))
    }

    pub(super) fn reached(&self, step: Step) -> Result<()> {
        Ok(self.steps.reached(step)?)
    }

    /// Closes the store when the error says that it cannot be trusted any more.
    pub(crate) fn judged(&self, error: LedgerError) -> LedgerError {
        if let LedgerError::Unavailable(cause) = &error
            && self.closed.set(cause.clone()).is_ok()
        {
            tracing::error!(%cause, "the ledger closes itself; restart the server");
        }
        error
    }

    /// Ends all work after the current turn and gives the file back.
    pub(crate) async fn close(&self) {
        let mut writer = self.writer.lock().await;
        // A failure that came first stays the reason.
        drop(self.closed.set("it was closed".into()));
        self.readers.close().await;
        if let Some(writer) = writer.take() {
            if let Err(error) = writer.close().await {
                tracing::warn!(%error, "the ledger did not close cleanly; the next start recovers it");
            }
            self.lock.release();
        }
    }

    fn sound(&self) -> Result<()> {
        match self.closed.get() {
            None => Ok(()),
            Some(cause) => Err(LedgerError::Unavailable(cause.clone())),
        }
    }
}

/// A file that SQLite cannot read at all was not damaged by us: say what it is.
fn foreign(path: &Path, error: LedgerError) -> LedgerError {
    match error {
        LedgerError::Unavailable(text) if text.contains("not a database") => {
            LedgerError::NotALedger { path: path.to_owned() }
        }
        other => other,
    }
}

/// The right to write, held by one task at a time.
pub(super) struct Turn<'s> {
    store: &'s Store,
    writer: MutexGuard<'s, Option<SqliteConnection>>,
}

impl Turn<'_> {
    /// Begins the one transaction of this turn. Dropped without [`commit`], it leaves no trace.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>> {
        let writer =
            self.writer.as_mut().ok_or_else(|| LedgerError::Unavailable("it was closed".into()))?;
        Ok(writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Ends the turn: a result that shows the disk to be unreliable closes the store before anybody else writes.
    pub(super) fn end<T>(self, result: Result<T>) -> Result<T> {
        result.map_err(|error| self.store.judged(error))
    }
}

/// Makes the transaction durable.
pub(super) async fn commit(write: Transaction<'_, Sqlite>) -> Result<()> {
    write.commit().await.map_err(|error| fault::commit_failed(&error))
}
