//! Turns to write, and the commit that those who wait share.
//!
//! One turn at a time writes. When it has written, it commits; but where others wait, it leaves that to the next, and waits
//! for their common commit with its answer still in its hand. So nobody is answered before what they wrote is durable, a lone
//! write waits for nobody, and many at once share what is slow: the disk. A write that fails is taken back alone; a commit that
//! fails fails them all, and closes the store before anybody writes again.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{AnyConnection, raw_sql};
use tokio::sync::{MappedMutexGuard, MutexGuard, watch};

use super::database::Database;
use super::fault;
use super::handle::Store;
use crate::error::{LedgerError, Result};

/// So many writes share a commit at most; and when the first of them has waited so long, it comes as soon as one is finished.
/// A write takes a fraction of a millisecond in a file, and several on a server, where a shorter wait would share nothing.
const TOGETHER: usize = 64;
const PATIENCE: Duration = Duration::from_millis(10);
/// After so long, those who wait look themselves.
const FORGOTTEN: Duration = Duration::from_millis(100);

/// The connection that writes, and what it has written since the last commit.
pub(super) struct Writer {
    pub(super) conn: AnyConnection,
    open: Option<Open>,
    /// A write was begun and neither finished nor taken back.
    torn: bool,
}

/// A transaction that is not committed yet.
struct Open {
    end: Batch,
    writes: usize,
    since: Instant,
}

/// How the commit of some writes ended, for all who wait for it.
#[derive(Clone)]
pub(super) struct Batch(Arc<watch::Sender<Option<Result<()>>>>);

impl Batch {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }

    /// Tells those who wait, unless they were told before.
    pub(super) fn end(&self, result: &Result<()>) {
        self.0.send_if_modified(|told| {
            let news = told.is_none();
            if news {
                *told = Some(result.clone());
            }
            news
        });
    }

    async fn ended(&self) -> Result<()> {
        let mut told = self.0.subscribe();
        let told = told.wait_for(Option::is_some).await;
        told.ok().and_then(|told| told.clone()).unwrap_or_else(|| {
            Err(LedgerError::Unavailable("it is not known how a commit ended".into()))
        })
    }
}

impl Writer {
    pub(super) const fn new(conn: AnyConnection) -> Self {
        Self { conn, open: None, torn: false }
    }

    /// Begins a write: in a transaction of its own, or behind those that are not committed yet.
    async fn begin(&mut self, database: &Database) -> Result<Batch> {
        if let Some(open) = &self.open {
            raw_sql("SAVEPOINT one").execute(&mut self.conn).await?;
            self.torn = true;
            return Ok(open.end.clone());
        }
        raw_sql(database.begin()).execute(&mut self.conn).await?;
        let end = Batch::new();
        self.open = Some(Open { end: end.clone(), writes: 0, since: Instant::now() });
        self.torn = true;
        database.still_ours(&mut self.conn).await?;
        Ok(end)
    }

    /// Keeps a write for the next commit.
    async fn keep(&mut self) -> Result<()> {
        let Some(open) = &mut self.open else { return Err(nothing_open()) };
        if open.writes > 0 {
            raw_sql("RELEASE SAVEPOINT one").execute(&mut self.conn).await?;
        }
        open.writes += 1;
        self.torn = false;
        Ok(())
    }

    /// Takes back what a write left, and nothing of those before it.
    async fn take_back(&mut self) -> Result<()> {
        if !self.torn {
            return Ok(());
        }
        self.torn = false;
        if self.open.as_ref().is_some_and(|open| open.writes > 0) {
            let back = "ROLLBACK TO SAVEPOINT one; RELEASE SAVEPOINT one";
            raw_sql(back).execute(&mut self.conn).await?;
        } else {
            self.open = None;
            raw_sql("ROLLBACK").execute(&mut self.conn).await?;
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| open.writes >= TOGETHER || open.since.elapsed() >= PATIENCE)
    }

    /// Makes durable what was kept. A failure closes the store.
    pub(super) async fn commit(&mut self, store: &Store) {
        let Some(open) = self.open.take() else { return };
        let done = raw_sql("COMMIT").execute(&mut self.conn).await;
        let done = done.map(drop).map_err(|error| store.judged(fault::commit_failed(&error)));
        open.end.end(&done);
    }
}

/// The right to write, held by one task at a time.
pub(super) struct Turn<'s> {
    store: &'s Store,
    right: Option<MutexGuard<'s, ()>>,
}

impl<'s> Turn<'s> {
    pub(super) const fn new(store: &'s Store, right: MutexGuard<'s, ()>) -> Self {
        Self { store, right: Some(right) }
    }

    /// Begins the one write of this turn. Dropped without [`commit`], it leaves no trace.
    pub(super) async fn begin(&mut self) -> Result<Write<'_, 's>> {
        if self.right.is_none() {
            return Err(nothing_open());
        }
        let mut writer = writer_of(self.store).await?;
        writer.take_back().await?;
        let end = writer.begin(&self.store.database).await?;
        *self.store.batch.lock().unwrap_or_else(PoisonError::into_inner) = Some(end.clone());
        Ok(Write { turn: self, writer, end })
    }

    /// Ends the turn: a result that shows the disk to be unreliable closes the store before anybody else writes. One that
    /// wrote nothing is told when that which it read is durable.
    pub(super) async fn end<T>(mut self, result: Result<T>) -> Result<T> {
        let result = result.map_err(|error| self.store.judged(error));
        let pending = match self.right {
            Some(_) => self.take_back().await,
            None => Ok(None),
        };
        drop(self.right.take());
        self.store.log.follow();
        let result = result?;
        if let Some(end) = pending? {
            told(self.store, &end).await?;
        }
        Ok(result)
    }

    /// Takes back an unfinished write; what others left for this turn to commit is committed.
    async fn take_back(&self) -> Result<Option<Batch>> {
        let mut writer = writer_of(self.store).await?;
        writer.take_back().await.map_err(|error| {
            let why = format!("a write could not be taken back: {error}");
            self.store.judged(LedgerError::Unavailable(why))
        })?;
        self.store.sound()?;
        let pending = writer.open.as_ref().map(|open| open.end.clone());
        commit_or_pass_on(self.store, &mut writer).await;
        Ok(pending)
    }
}

/// A turn that ends by a defect leaves a write of which nothing is known.
impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.right.is_some() {
            self.store.judged(LedgerError::Unavailable("a write ended by a defect".into()));
        }
    }
}

/// A write that is being made.
pub(super) struct Write<'t, 's> {
    turn: &'t mut Turn<'s>,
    writer: MappedMutexGuard<'s, Writer>,
    end: Batch,
}

impl Deref for Write<'_, '_> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.writer.conn
    }
}

impl DerefMut for Write<'_, '_> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.writer.conn
    }
}

/// Makes the write durable. The right to write goes to the next before this returns.
pub(super) async fn commit(write: Write<'_, '_>) -> Result<()> {
    let Write { turn, mut writer, end } = write;
    writer.keep().await?;
    commit_or_pass_on(turn.store, &mut writer).await;
    drop(writer);
    drop(turn.right.take());
    told(turn.store, &end).await
}

/// Waits for the commit. Whoever was to make it may have given up waiting for their turn: then it is made here.
async fn told(store: &Store, end: &Batch) -> Result<()> {
    loop {
        if let Ok(ended) = tokio::time::timeout(FORGOTTEN, end.ended()).await {
            return ended;
        }
        let _right = store.right.lock().await;
        store.sound()?;
        writer_of(store).await?.commit(store).await;
    }
}

/// Where somebody waits for their turn, they commit this, too.
async fn commit_or_pass_on(store: &Store, writer: &mut Writer) {
    if store.waiting.load(Ordering::SeqCst) == 0 || writer.is_full() {
        writer.commit(store).await;
    }
}

async fn writer_of(store: &Store) -> Result<MappedMutexGuard<'_, Writer>> {
    let writer = store.writer.lock().await;
    MutexGuard::try_map(writer, Option::as_mut)
        .map_err(|_| LedgerError::Unavailable("it was closed".into()))
}

fn nothing_open() -> LedgerError {
    LedgerError::Defect("a turn writes once".into())
}
