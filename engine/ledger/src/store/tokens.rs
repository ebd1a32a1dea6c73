//! Issues and withdraws API tokens, each in one transaction with its audit entry.

use serde_json::json;
use sqlx::AnyConnection;

use super::append::{append, keepable, stored};
use super::handle::Store;
use super::turn::{Turn, commit};
use crate::entry::{EntryReceipt, Kind, NewEntry};
use crate::error::{LedgerError, Result};
use crate::moment::Moment;
use crate::steps::Step;
use crate::token::NewToken;

/// Makes the token durable.
pub(crate) async fn store_token(store: &Store, token: NewToken) -> Result<EntryReceipt> {
    if token.expires_at <= token.issued_at {
        return Err(LedgerError::Invalid("a token must expire after it was issued".into()));
    }
    keepable([&token.token_id, &token.user])?;
    let mut turn = store.turn().await?;
    let result = issue(store, &mut turn, token).await;
    turn.end(result).await
}

async fn issue(store: &Store, turn: &mut Turn<'_>, token: NewToken) -> Result<EntryReceipt> {
    store.reached(Step::BeforeEntry)?;
    let mut write = turn.begin().await?;
    if user_of(&mut write, &token.token_id).await?.is_some() {
        return Err(LedgerError::DuplicateToken { token_id: token.token_id });
    }
    let new = NewEntry {
        body: json!({
            "expires_at": token.expires_at.0,
            "policy_revision": token.policy_revision,
            "token_id": token.token_id,
            "user": token.user,
        }),
        ..NewEntry::new(Kind::TokenIssued, &token.issued_by, token.issued_at)
    };
    let receipt = append(&mut write, new).await?;
    insert(&mut write, &token, &receipt).await?;
    store.reached(Step::EntryWritten)?;
    commit(write).await?;
    store.reached(Step::EntryCommitted)?;
    Ok(receipt)
}

/// Withdraws the token, from now on. `None` when there is no such token or it was withdrawn before.
pub(crate) async fn revoke_token(
    store: &Store,
    token_id: &str,
    by: &str,
    policy_revision: Option<u64>,
    at: Moment,
) -> Result<Option<EntryReceipt>> {
    let mut turn = store.turn().await?;
    let result = revoke(store, &mut turn, token_id, by, policy_revision, at).await;
    turn.end(result).await
}

async fn revoke(
    store: &Store,
    turn: &mut Turn<'_>,
    token_id: &str,
    by: &str,
    policy_revision: Option<u64>,
    at: Moment,
) -> Result<Option<EntryReceipt>> {
    store.reached(Step::BeforeEntry)?;
    let mut write = turn.begin().await?;
    let Some((user, None)) = user_of(&mut write, token_id).await? else { return Ok(None) };
    let new = NewEntry {
        body: json!({ "policy_revision": policy_revision, "token_id": token_id, "user": user }),
        ..NewEntry::new(Kind::TokenRevoked, by, at)
    };
    let receipt = append(&mut write, new).await?;
    sqlx::query("UPDATE tokens SET revoked_at = $2, revoked_seq = $3 WHERE token_id = $1")
        .bind(token_id)
        .bind(at.0)
        .bind(stored(receipt.seq)?)
        .execute(&mut *write)
        .await?;
    store.reached(Step::EntryWritten)?;
    commit(write).await?;
    store.reached(Step::EntryCommitted)?;
    Ok(Some(receipt))
}

/// Owner of the token, and when it was withdrawn.
async fn user_of(
    conn: &mut AnyConnection,
    token_id: &str,
) -> Result<Option<(String, Option<i64>)>> {
    Ok(sqlx::query_as("SELECT user_id, revoked_at FROM tokens WHERE token_id = $1")
        .bind(token_id)
        .fetch_optional(conn)
        .await?)
}

async fn insert(conn: &mut AnyConnection, token: &NewToken, receipt: &EntryReceipt) -> Result<()> {
    sqlx::query(
        "INSERT INTO tokens (token_id, user_id, secret_hash, issued_at, expires_at, issued_seq)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&token.token_id)
    .bind(&token.user)
    .bind(token.secret_hash.as_slice())
    .bind(token.issued_at.0)
    .bind(token.expires_at.0)
    .bind(stored(receipt.seq)?)
    .execute(conn)
    .await?;
    Ok(())
}
