//! The one writer, the readers, and their health.
//!
//! Writes take turns. A [`Turn`] ends with its result in hand: when that result says that the disk cannot be trusted,
//! the store is closed before the next turn begins (after a failed fsync nobody knows what is durable).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Transaction};
use tokio::sync::Mutex;

use super::database::Database;
use super::log::{self, Log, Reading};
use super::turn::{Batch, Turn, Writer};
use super::{fault, forfeit, schema, verify};
use crate::config::LedgerConfig;
use crate::error::{LedgerError, Result};
use crate::moment::Moment;
use crate::steps::{Step, Steps};
use crate::tlog::Verifier;

/// An open ledger.
pub(crate) struct Store {
    pub(super) database: Database,
    /// The right to write.
    pub(super) right: Mutex<()>,
    /// How many wait for it.
    pub(super) waiting: AtomicUsize,
    pub(super) writer: Mutex<Option<Writer>>,
    /// What is written and not committed; told when the store closes.
    pub(super) batch: std::sync::Mutex<Option<Batch>>,
    readers: AnyPool,
    steps: Arc<dyn Steps>,
    closed: OnceLock<String>,
    pub(super) log: Log,
}

/// A store that passed all checks, and what was found.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) created: bool,
    pub(crate) forfeited: u64,
    pub(crate) entries: u64,
}

impl Store {
    /// Opens the ledger, checks everything in it, and forfeits what the last stop cut off.
    pub(crate) async fn open(config: LedgerConfig, now: Moment) -> Result<Opened> {
        let LedgerConfig { place, log: log_config, steps } = config;
        let (database, mut writer) = Database::take(&place).await?;
        let version = schema::version(&database, &mut writer).await?;
        let mut published = Reading::begin(&log_config, Arc::clone(&steps))?;
        if version.is_some() {
            database.whole(&mut writer).await?;
            verify::log(&mut writer, &mut published).await?;
        }
        // Nothing was written yet: what was published of the log is held against the books before anything is.
        let agreed = published.end()?;
        schema::upgrade(&database, &mut writer, version, steps.as_ref()).await?;
        verify::books(&mut writer, |_| ()).await?;
        let forfeited = forfeit::running(&database, &mut writer, steps.as_ref(), now).await?;
        let entries = verify::length(&mut writer).await?;
        let log = Log::open(&log_config, agreed, &mut writer).await?;
        let readers = database.readers().await?;
        let store = Self {
            database,
            right: Mutex::new(()),
            waiting: AtomicUsize::new(0),
            writer: Mutex::new(Some(Writer::new(writer))),
            batch: std::sync::Mutex::new(None),
            readers,
            steps,
            closed: OnceLock::new(),
            log,
        };
        log::publish(&store).await?;
        Ok(Opened { store, created: version.is_none(), forfeited, entries })
    }

    pub(crate) const fn log_verifier(&self) -> &Verifier {
        self.log.verifier()
    }

    /// Waits for the writer.
    pub(super) async fn turn(&self) -> Result<Turn<'_>> {
        let waits = Waits::among(&self.waiting);
        let right = self.right.lock().await;
        drop(waits);
        self.sound()?;
        Ok(Turn::new(self, right))
    }

    /// A connection to read with.
    pub(super) async fn reader(&self) -> Result<PoolConnection<Any>> {
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
            let batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(batch) = batch {
                batch.end(&Err(error.clone()));
            }
        }
        error
    }

    /// Ends all work after the current turn and gives the ledger back.
    pub(crate) async fn close(&self) {
        let _right = self.right.lock().await;
        let mut writer = self.writer.lock().await;
        // What is not committed when something is wrong is left to the database to take back.
        if let Some(writer) = writer.as_mut().filter(|_| self.sound().is_ok()) {
            writer.commit(self).await;
        }
        if writer.is_some()
            && self.sound().is_ok()
            && let Err(error) = log::publish(self).await
        {
            tracing::warn!(%error, "the log was not published to its end; the next start does it");
        }
        // A failure that came first stays the reason.
        drop(self.closed.set("it was closed".into()));
        self.readers.close().await;
        if let Some(writer) = writer.take() {
            if let Err(error) = writer.conn.close().await {
                tracing::warn!(%error, "the ledger did not close cleanly; the next start recovers it");
            }
            self.database.release();
        }
    }

    pub(super) fn sound(&self) -> Result<()> {
        match self.closed.get() {
            None => Ok(()),
            Some(cause) => Err(LedgerError::Unavailable(cause.clone())),
        }
    }
}

/// Somebody waits for the right to write. Who gives up waiting is not counted on.
struct Waits<'c>(&'c AtomicUsize);

impl<'c> Waits<'c> {
    fn among(count: &'c AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Begins a transaction while the store is not open yet.
pub(super) async fn begin_alone<'c>(
    database: &Database,
    writer: &'c mut AnyConnection,
) -> Result<Transaction<'c, Any>> {
    let mut write = writer.begin_with(database.begin()).await?;
    database.still_ours(&mut write).await?;
    Ok(write)
}

/// Makes it durable.
pub(super) async fn commit_alone(write: Transaction<'_, Any>) -> Result<()> {
    write.commit().await.map_err(|error| fault::commit_failed(&error))
}
