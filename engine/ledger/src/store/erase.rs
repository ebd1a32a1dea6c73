//! Erases sealed texts, in one transaction with the entry that says so.

use serde_json::json;

use super::append::{append, stored};
use super::handle::Store;
use super::read::{entry_at, openings};
use super::review::DECISION;
use super::turn::{Turn, commit};
use crate::entry::{EntryReceipt, Kind, NewEntry};
use crate::erasure::Erasure;
use crate::error::{LedgerError, Result};
use crate::steps::Step;

/// Deletes the texts. `None` when one of them is not there: then nothing is deleted and nothing is written.
pub(crate) async fn erase(store: &Store, erasure: Erasure) -> Result<Option<EntryReceipt>> {
    if erasure.fields.is_empty() {
        return Err(LedgerError::Invalid("an erasure names at least one text".into()));
    }
    // A review needs the decisions until it has ended, and after that they stand in the log in words.
    if erasure.fields.iter().any(|field| field == DECISION) {
        return Err(LedgerError::Invalid("the decision of a checker is not erased".into()));
    }
    let mut turn = store.turn().await?;
    let result = write(store, &mut turn, erasure).await;
    turn.end(result).await
}

async fn write(
    store: &Store,
    turn: &mut Turn<'_>,
    erasure: Erasure,
) -> Result<Option<EntryReceipt>> {
    store.reached(Step::BeforeEntry)?;
    let Erasure { seq, mut fields, by, role, reason, policy_revision, at } = erasure;
    fields.sort();
    fields.dedup();
    let mut write = turn.begin().await?;
    let there = openings(&mut write, seq).await?;
    let is_there = |field: &String| there.iter().any(|opening| opening.field == *field);
    if !fields.iter().all(is_there) {
        return Ok(None);
    }
    let about = entry_at(&mut write, stored(seq)?).await?;
    let new = NewEntry {
        role,
        account: about.account,
        query_id: about.query_id,
        body: json!({
            "entry": seq,
            "fields": fields,
            "policy_revision": policy_revision,
            "reason": reason,
        }),
        ..NewEntry::new(Kind::OpeningErased, by, at)
    };
    let receipt = append(&mut write, new).await?;
    for field in &fields {
        sqlx::query("DELETE FROM openings WHERE seq = $1 AND field = $2")
            .bind(stored(seq)?)
            .bind(field)
            .execute(&mut *write)
            .await?;
    }
    store.reached(Step::EntryWritten)?;
    commit(write).await?;
    store.reached(Step::EntryCommitted)?;
    Ok(Some(receipt))
}
