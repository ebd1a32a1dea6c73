//! The log follows the books: it grows by what is committed, and by nothing else.
//!
//! After a write nothing is handed over; whoever needs the log (a checkpoint for an answer, the task that publishes) reads
//! from the books what was added. So an entry that was not committed is in no tree that was ever signed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::sync::{Mutex, MutexGuard, Notify};

use super::handle::Store;
use super::read::{damaged, page};
use crate::config::LogConfig;
use crate::error::{LedgerError, Result};
use crate::steps::Steps;
use crate::tlog::growing::{Growing, Snapshot};
use crate::tlog::opening::{Agreed, Opening};
use crate::tlog::publish::{Batch, Publisher};
use crate::tlog::{
    Bundle, Cosignature, Hash, LogError, LogKey, Place, SignedCheckpoint, TileId, TileNodes,
    Verifier, prove_consistency,
};

/// A folder that is copied is at most this far behind. More often would cost more writes than the books themselves.
const PUBLISH_EVERY: Duration = Duration::from_secs(2);
/// So many entries fill a file; they are written at once, so that what waits in memory stays small.
const PUBLISH_AT: u64 = 256;
/// Entries read at a time.
const PAGE: u32 = 1_000;

/// The log of an open ledger.
pub(crate) struct Log {
    key: LogKey,
    folder: PathBuf,
    grown: Mutex<Grown>,
    /// Held while a batch is written: files are written by one at a time.
    publisher: Arc<std::sync::Mutex<Publisher>>,
    publishing: Mutex<()>,
    signals: Arc<Signals>,
}

/// What writers tell the log.
#[derive(Default)]
struct Signals {
    /// The books may hold entries that the log has not read.
    behind: AtomicBool,
    /// Writes since the last batch.
    writes: AtomicU64,
    /// Something was written.
    written: Notify,
    /// A file's worth was written, or it is over.
    hurry: Notify,
}

struct Grown {
    growing: Growing,
    /// The newest checkpoint that was signed.
    signed: SignedCheckpoint,
    /// The size of the one in the folder.
    published: u64,
    /// The newest one that witnesses signed, too.
    cosigned: Option<SignedCheckpoint>,
}

/// The log is held against the books before anything is written.
pub(super) struct Reading(Opening);

impl Reading {
    pub(super) fn begin(config: &LogConfig, steps: Arc<dyn Steps>) -> Result<Self> {
        Opening::begin(config, steps).map(Self)
    }

    /// The text of the next entry.
    pub(super) fn entry(&mut self, text: &str) -> Result<()> {
        self.0.entry(text)
    }

    pub(super) fn end(self) -> Result<Agreed> {
        self.0.end()
    }
}

impl Log {
    /// The log of books that agree with it. What is missing in its folder is written from them.
    pub(super) async fn open(
        config: &LogConfig,
        agreed: Agreed,
        conn: &mut AnyConnection,
    ) -> Result<Self> {
        let Agreed { key, growing, mut publisher, published, missing_entries, behind } = agreed;
        for number in missing_entries {
            let file = bundle(conn, number).await?;
            let place = Place::Entries(TileId { level: 0, index: number, width: 256 });
            publisher.restore(place, &file).map_err(unwritable)?;
        }
        publisher.tidy(&growing).map_err(unwritable)?;
        let current = published.filter(|published| published.head() == growing.head());
        let published = current.as_ref().filter(|_| !behind).map(|c| c.head().size);
        let signed = current.unwrap_or_else(|| SignedCheckpoint::sign(&key, growing.head()));
        let grown = Grown {
            // An empty log need not be published; anything else that the folder does not have yet is.
            published: published.unwrap_or(if growing.size() == 0 { 0 } else { u64::MAX }),
            growing,
            signed,
            cosigned: None,
        };
        let signals = Arc::new(Signals { behind: AtomicBool::new(true), ..Signals::default() });
        Ok(Self {
            key,
            folder: config.folder.clone(),
            grown: Mutex::new(grown),
            publisher: Arc::new(std::sync::Mutex::new(publisher)),
            publishing: Mutex::new(()),
            signals,
        })
    }

    pub(crate) const fn verifier(&self) -> &Verifier {
        self.key.verifier()
    }

    /// Something may have been committed.
    pub(super) fn follow(&self) {
        self.signals.behind.store(true, Ordering::Release);
        self.signals.written.notify_one();
        if self.signals.writes.fetch_add(1, Ordering::Relaxed) + 1 >= PUBLISH_AT {
            self.signals.hurry.notify_one();
        }
    }

    /// The tree of all that is committed.
    async fn caught_up(&self, store: &Store) -> Result<MutexGuard<'_, Grown>> {
        let mut grown = self.grown.lock().await;
        if self.signals.behind.swap(false, Ordering::AcqRel)
            && let Err(error) = read_on(store, &mut grown.growing).await
        {
            self.signals.behind.store(true, Ordering::Release);
            return Err(store.judged(error));
        }
        if grown.signed.head().size != grown.growing.size() {
            grown.signed = SignedCheckpoint::sign(&self.key, grown.growing.head());
        }
        Ok(grown)
    }
}

/// The task that publishes must not outlive the ledger.
impl Drop for Log {
    fn drop(&mut self) {
        self.signals.written.notify_one();
        self.signals.hurry.notify_one();
    }
}

async fn read_on(store: &Store, growing: &mut Growing) -> Result<()> {
    let mut conn = store.reader().await?;
    loop {
        let entries = page(&mut conn, growing.size(), PAGE).await?;
        if entries.is_empty() {
            return Ok(());
        }
        for entry in entries {
            let wrong = |error: LogError| {
                LedgerError::Damaged(format!("audit entry {}: {error}", entry.seq))
            };
            growing.push(&entry.leaf_data()?).map_err(wrong)?;
        }
    }
}

/// A full file of entries, from the books.
async fn bundle(conn: &mut AnyConnection, number: u64) -> Result<Vec<u8>> {
    let mut bundle = Bundle::default();
    for entry in page(conn, number * 256, 256).await? {
        let text = entry.leaf_data()?;
        bundle.push(text.as_bytes()).map_err(|_| damaged("an audit entry is too long"))?;
    }
    Ok(bundle.take())
}

/// Size and root of all that is committed, signed; with the signatures of witnesses where they have seen just this size.
pub(crate) async fn checkpoint(store: &Store) -> Result<SignedCheckpoint> {
    store.sound()?;
    Ok(store.log.caught_up(store).await?.signed.clone())
}

/// The tree as it is, and the checkpoint that a proof about this entry should rest on: one that witnesses signed, where
/// there is one that reaches so far.
pub(super) async fn tree_for(store: &Store, index: u64) -> Result<(Snapshot, SignedCheckpoint)> {
    let grown = store.log.caught_up(store).await?;
    let cosigned = grown.cosigned.as_ref().filter(|cosigned| cosigned.head().size > index);
    let checkpoint = cosigned.unwrap_or(&grown.signed).clone();
    Ok((grown.growing.snapshot(&store.log.folder), checkpoint))
}

/// The hashes that show that the log of size `new` began with that of size `old`.
pub(crate) async fn consistency(store: &Store, old: u64, new: u64) -> Result<Vec<Hash>> {
    store.sound()?;
    let snapshot = {
        let grown = store.log.caught_up(store).await?;
        grown.growing.snapshot(&store.log.folder)
    };
    let proved = blocking(move || {
        let size = snapshot.head().size;
        if new > size {
            return Err(LogError::Beyond { index: new, size });
        }
        prove_consistency(&TileNodes::new(&snapshot, size), old, new)
    });
    proved.await?.map_err(unprovable)
}

/// Keeps a signature of a witness under a checkpoint that it was shown.
pub(crate) async fn cosigned(
    store: &Store,
    checkpoint: SignedCheckpoint,
    cosignature: Cosignature,
) -> Result<()> {
    store.sound()?;
    let _one_at_a_time = store.log.publishing.lock().await;
    let mut grown = store.log.grown.lock().await;
    let size = checkpoint.head().size;
    let kept = grown.cosigned.take();
    let kept = match kept {
        Some(kept) if kept.head().size > size => Some(kept),
        Some(kept) if kept.head().size == size => Some(kept.with(cosignature.signature)),
        _ => Some(checkpoint.with(cosignature.signature)),
    };
    if let Some(kept) = &kept
        && grown.signed.head() == kept.head()
    {
        grown.signed = kept.clone();
    }
    let in_folder = kept.clone().filter(|kept| kept.head().size == grown.published);
    grown.cosigned = kept;
    drop(grown);
    let Some(checkpoint) = in_folder else { return Ok(()) };
    let publisher = Arc::clone(&store.log.publisher);
    let written = blocking(move || locked(&publisher).checkpoint(&checkpoint)).await?;
    written.map_err(unwritable).map_err(|error| store.judged(error))
}

/// Brings the folder up to the books. A folder that cannot be written closes the ledger (FAIL-CLOSED): nothing may be
/// released that nobody could check afterwards.
pub(crate) async fn publish(store: &Store) -> Result<()> {
    let log = &store.log;
    let _one_at_a_time = log.publishing.lock().await;
    log.signals.writes.store(0, Ordering::Relaxed);
    let (mut batch, digests) = {
        let mut grown = log.caught_up(store).await?;
        if grown.published == grown.growing.size() {
            return Ok(());
        }
        (Batch::of(&grown.growing, grown.signed.clone()), grown.growing.take_documents())
    };
    for digest in digests {
        let bytes = super::read::document(store, &digest).await?;
        let bytes = bytes.ok_or_else(|| damaged("a document in the log is missing"))?;
        batch.documents.push((digest, bytes));
    }
    let publisher = Arc::clone(&log.publisher);
    let written = blocking(move || locked(&publisher).publish(&batch).map(|()| batch));
    let batch = written.await?.map_err(unwritable).map_err(|error| store.judged(error))?;
    let mut grown = log.grown.lock().await;
    grown.growing.written(batch.full());
    grown.published = batch.checkpoint.head().size;
    Ok(())
}

/// Publishes what is written, until the ledger is closed or nobody has it any more.
pub(crate) fn keep_publishing(store: &Arc<Store>) {
    let (signals, store) = (Arc::clone(&store.log.signals), Arc::downgrade(store));
    tokio::spawn(async move {
        loop {
            signals.written.notified().await;
            // Whether the time is over or a file is full: it is written either way.
            drop(tokio::time::timeout(PUBLISH_EVERY, signals.hurry.notified()).await);
            if !published(&store).await {
                return;
            }
        }
    });
}

/// Publishes once; false when there is nothing to be published any more.
async fn published(store: &Weak<Store>) -> bool {
    let Some(store) = store.upgrade() else { return false };
    if store.sound().is_err() {
        return false;
    }
    match publish(&store).await {
        Ok(()) => true,
        Err(LedgerError::TryLater(_)) => {
            store.log.signals.written.notify_one();
            true
        }
        // It may have been closed in between; otherwise it is closed now.
        Err(error) => {
            if store.sound().is_ok() {
                store.judged(LedgerError::Unavailable(error.to_string()));
            }
            false
        }
    }
}

/// Runs what reads or writes files where it does not hold up others.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        LedgerError::Unavailable(format!("work on the log ended by a defect: {error}"))
    })
}

fn locked(publisher: &std::sync::Mutex<Publisher>) -> std::sync::MutexGuard<'_, Publisher> {
    publisher.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unwritable(error: std::io::Error) -> LedgerError {
    LedgerError::Unavailable(format!("the folder of the log cannot be written: {error}"))
}

/// A file of the log is missing or was changed while the server runs.
pub(super) fn unprovable(error: LogError) -> LedgerError {
    match error {
        LogError::Beyond { .. } => LedgerError::Invalid(error.to_string()),
        other => LedgerError::Damaged(format!("the folder of the log: {other}")),
    }
}
