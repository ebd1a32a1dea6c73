//! Charges a query and records its intent, in one transaction (CHARGE-FIRST).
//!
//! The transaction takes the right to write before the balance is read: nobody can spend between check and charge.

use serde_json::json;
use sqlx::AnyConnection;

use super::append::{append, keepable, loaded, stored};
use super::handle::Store;
use super::turn::{Turn, commit};
use crate::entry::{EntryReceipt, Kind, NewEntry};
use crate::error::{LedgerError, Result};
use crate::intent::{Intent, IntentReceipt, MAX_AMOUNT, Reservation};
use crate::query::QueryState;
use crate::seal::Sealed;
use crate::steps::Step;

/// What happens to an intent, once the books were read.
enum Verdict {
    Charge { spent_before: u64, spent_after: u64 },
    Replay { query_id: String },
    Conflict,
    OverBudget { spent: u64 },
}

/// Decides, charges and records.
pub(crate) async fn reserve(store: &Store, intent: Intent) -> Result<Reservation> {
    check_amounts(&intent)?;
    check_texts(&intent)?;
    let mut turn = store.turn().await?;
    let result = write(store, &mut turn, intent).await;
    turn.end(result).await
}

fn check_amounts(intent: &Intent) -> Result<()> {
    if intent.cost == 0 {
        return Err(LedgerError::Invalid("a query costs at least one point".into()));
    }
    if intent.cost > MAX_AMOUNT || intent.limit > MAX_AMOUNT {
        return Err(LedgerError::Invalid(format!("amounts end at {MAX_AMOUNT} points")));
    }
    Ok(())
}

/// Those that stand beside the log; the log checks its own.
fn check_texts(intent: &Intent) -> Result<()> {
    let idempotency = intent.idempotency.iter().flat_map(|i| [&i.key, &i.body_digest]);
    let texts =
        [&intent.sql_fingerprint, &intent.policy_digest, &intent.profile, &intent.plan_digest];
    keepable(texts.into_iter().chain(idempotency))
}

async fn write(store: &Store, turn: &mut Turn<'_>, intent: Intent) -> Result<Reservation> {
    store.reached(Step::BeforeIntent)?;
    let mut write = turn.begin().await?;
    match decide(&mut write, &intent).await? {
        Verdict::Conflict => Ok(Reservation::Conflict),
        Verdict::OverBudget { spent } => Ok(Reservation::OverBudget { spent, limit: intent.limit }),
        Verdict::Replay { query_id } => {
            append(&mut write, replay_entry(&intent, &query_id)).await?;
            store.reached(Step::EntryWritten)?;
            commit(write).await?;
            store.reached(Step::EntryCommitted)?;
            Ok(Reservation::Replay { query_id })
        }
        Verdict::Charge { spent_before, spent_after } => {
            let entry =
                append(&mut write, intent_entry(&intent, spent_before, spent_after)).await?;
            insert_account(&mut write, &intent, spent_after).await?;
            insert_query(&mut write, &intent, &entry).await?;
            insert_charge(&mut write, &intent, spent_before, spent_after, &entry).await?;
            store.reached(Step::IntentWritten)?;
            commit(write).await?;
            store.reached(Step::IntentCommitted)?;
            let query_id = intent.query_id;
            let (spent, policy_revision) = (spent_after, intent.policy_revision);
            Ok(Reservation::Fresh(IntentReceipt { query_id, entry, spent, policy_revision }))
        }
    }
}

async fn decide(conn: &mut AnyConnection, intent: &Intent) -> Result<Verdict> {
    if let Some(verdict) = repeat(conn, intent).await? {
        return Ok(verdict);
    }
    let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM queries WHERE query_id = $1")
        .bind(&intent.query_id)
        .fetch_optional(&mut *conn)
        .await?;
    if known.is_some() {
        return Err(LedgerError::DuplicateQuery { query_id: intent.query_id.clone() });
    }
    let spent_before = spent(conn, &intent.account).await?;
    let spent_after = spent_before
        .checked_add(intent.cost)
        .ok_or_else(|| LedgerError::Invalid("the account would overflow".into()))?;
    if spent_after > intent.limit {
        return Ok(Verdict::OverBudget { spent: spent_before });
    }
    Ok(Verdict::Charge { spent_before, spent_after })
}

/// The same key, account and user: the same body is a replay, another body a conflict.
async fn repeat(conn: &mut AnyConnection, intent: &Intent) -> Result<Option<Verdict>> {
    let Some(idempotency) = &intent.idempotency else { return Ok(None) };
    let earlier: Option<(String, String)> = sqlx::query_as(
        "SELECT query_id, body_digest FROM queries
         WHERE account = $1 AND user_id = $2 AND idempotency_key = $3",
    )
    .bind(&intent.account)
    .bind(&intent.user)
    .bind(&idempotency.key)
    .fetch_optional(conn)
    .await?;
    Ok(earlier.map(|(query_id, body_digest)| {
        if body_digest == idempotency.body_digest {
            Verdict::Replay { query_id }
        } else {
            Verdict::Conflict
        }
    }))
}

/// Spent by the account so far, in points.
pub(super) async fn spent(conn: &mut AnyConnection, account: &str) -> Result<u64> {
    let spent: Option<i64> = sqlx::query_scalar("SELECT spent FROM accounts WHERE account = $1")
        .bind(account)
        .fetch_optional(conn)
        .await?;
    loaded(spent.unwrap_or(0))
}

fn replay_entry(intent: &Intent, query_id: &str) -> NewEntry {
    NewEntry {
        role: Some(intent.role.clone()),
        account: Some(intent.account.clone()),
        query_id: Some(query_id.to_owned()),
        body: json!({
            "policy_digest": intent.policy_digest,
            "policy_revision": intent.policy_revision,
        }),
        ..NewEntry::new(Kind::Replay, &intent.user, intent.at)
    }
}

/// Everything public about the intent. Key and body digest stay out: a bare digest of the request would let anyone
/// test guesses of the SQL text.
fn intent_entry(intent: &Intent, spent_before: u64, spent_after: u64) -> NewEntry {
    NewEntry {
        role: Some(intent.role.clone()),
        account: Some(intent.account.clone()),
        query_id: Some(intent.query_id.clone()),
        body: json!({
            "cost": intent.cost,
            "details": intent.details,
            "limit": intent.limit,
            "plan_digest": intent.plan_digest,
            "policy_digest": intent.policy_digest,
            "policy_revision": intent.policy_revision,
            "profile": intent.profile,
            "snapshots": intent.snapshots,
            "spent_after": spent_after,
            "spent_before": spent_before,
            "sql_fingerprint": intent.sql_fingerprint,
        }),
        sealed: std::iter::once(Sealed::new("sql", intent.sql.as_str()))
            .chain(intent.sealed.iter().cloned())
            .collect(),
        ..NewEntry::new(Kind::Intent, &intent.user, intent.at)
    }
}

async fn insert_account(conn: &mut AnyConnection, intent: &Intent, spent_after: u64) -> Result<()> {
    sqlx::query(
        "INSERT INTO accounts (account, spent) VALUES ($1, $2)
         ON CONFLICT (account) DO UPDATE SET spent = excluded.spent",
    )
    .bind(&intent.account)
    .bind(stored(spent_after)?)
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_query(
    conn: &mut AnyConnection,
    intent: &Intent,
    entry: &EntryReceipt,
) -> Result<()> {
    let snapshots = crate::canonical::canonical(&json!(intent.snapshots))?;
    let idempotency = intent.idempotency.as_ref();
    sqlx::query(
        "INSERT INTO queries (query_id, account, user_id, role, idempotency_key, body_digest, sql_fingerprint,
             policy_digest, profile, snapshots, plan_digest, submitted_at, intent_seq, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(&intent.query_id)
    .bind(&intent.account)
    .bind(&intent.user)
    .bind(&intent.role)
    .bind(idempotency.map(|i| &i.key))
    .bind(idempotency.map(|i| &i.body_digest))
    .bind(&intent.sql_fingerprint)
    .bind(&intent.policy_digest)
    .bind(&intent.profile)
    .bind(snapshots)
    .bind(&intent.plan_digest)
    .bind(intent.at.0)
    .bind(stored(entry.seq)?)
    .bind(QueryState::Running.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_charge(
    conn: &mut AnyConnection,
    intent: &Intent,
    spent_before: u64,
    spent_after: u64,
    entry: &EntryReceipt,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO charges (query_id, account, cost, spent_before, spent_after, spend_limit, intent_seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&intent.query_id)
    .bind(&intent.account)
    .bind(stored(intent.cost)?)
    .bind(stored(spent_before)?)
    .bind(stored(spent_after)?)
    .bind(stored(intent.limit)?)
    .bind(stored(entry.seq)?)
    .execute(conn)
    .await?;
    Ok(())
}
