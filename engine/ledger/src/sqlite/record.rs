//! Writes an entry that is a whole act: a refusal, a start, a reading of the log.

use super::append::append;
use super::store::{Store, Turn, commit};
use crate::entry::{EntryReceipt, NewEntry};
use crate::error::{LedgerError, Result};
use crate::steps::Step;

/// Makes the entry durable.
pub(crate) async fn record(store: &Store, entry: NewEntry) -> Result<EntryReceipt> {
    if !entry.kind.stands_alone() {
        return Err(LedgerError::Invalid(format!(
            "an entry of kind `{}` is written only by the operation that it records",
            entry.kind.as_str()
        )));
    }
    let mut turn = store.turn().await?;
    let result = write(store, &mut turn, entry).await;
    turn.end(result)
}

async fn write(store: &Store, turn: &mut Turn<'_>, entry: NewEntry) -> Result<EntryReceipt> {
    store.reached(Step::BeforeEntry);
    let mut write = turn.begin().await?;
    let receipt = append(&mut write, entry).await?;
    store.reached(Step::EntryWritten);
    commit(write).await?;
    store.reached(Step::EntryCommitted);
    Ok(receipt)
}
