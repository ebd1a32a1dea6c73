//! Writes an entry that is a whole act: a refusal, a start, a reading of the log, a step of a policy change.

use sqlx::AnyConnection;

use super::append::{append, stored};
use super::handle::Store;
use super::turn::{Turn, commit};
use crate::entry::{EntryReceipt, NewEntry};
use crate::error::{LedgerError, Result};
use crate::outcome::digest_of;
use crate::steps::Step;

/// Makes the entry durable, with the document that it speaks of.
pub(crate) async fn record(
    store: &Store,
    entry: NewEntry,
    document: Option<Vec<u8>>,
) -> Result<EntryReceipt> {
    if !entry.kind.stands_alone() {
        return Err(LedgerError::Invalid(format!(
            "an entry of kind `{}` is written only by the operation that it records",
            entry.kind.as_str()
        )));
    }
    let named = entry.body.get("document").and_then(|digest| digest.as_str());
    if let Some(bytes) = &document
        && named != Some(digest_of(bytes).as_str())
    {
        return Err(LedgerError::Invalid(
            "the document does not have the digest in the body".into(),
        ));
    }
    let mut turn = store.turn().await?;
    let result = write(store, &mut turn, entry, document).await;
    turn.end(result).await
}

async fn write(
    store: &Store,
    turn: &mut Turn<'_>,
    entry: NewEntry,
    document: Option<Vec<u8>>,
) -> Result<EntryReceipt> {
    store.reached(Step::BeforeEntry)?;
    let mut write = turn.begin().await?;
    let receipt = append(&mut write, entry).await?;
    if let Some(bytes) = document {
        keep(&mut write, &bytes, receipt.seq).await?;
    }
    store.reached(Step::EntryWritten)?;
    commit(write).await?;
    store.reached(Step::EntryCommitted)?;
    Ok(receipt)
}

/// The same text may be spoken of more than once; it is kept once.
async fn keep(conn: &mut AnyConnection, bytes: &[u8], seq: u64) -> Result<()> {
    sqlx::query(
        "INSERT INTO documents (digest, seq, bytes) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
    )
    .bind(digest_of(bytes))
    .bind(stored(seq)?)
    .bind(bytes)
    .execute(conn)
    .await?;
    Ok(())
}
