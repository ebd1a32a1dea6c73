//! The reads. What they return was checked against its digest or hash on the way.

use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::append::{loaded, stored};
use super::handle::Store;
use super::reserve::spent;
use crate::entry::{AuditEntry, EntryReceipt, Kind};
use crate::error::{LedgerError, Result};
use crate::leaf::LeafHash;
use crate::moment::Moment;
use crate::outcome::{Answer, OutcomeReceipt, StoredAnswer, digest_of};
use crate::query::{QueryRecord, QueryState};
use crate::review::ReviewState;
use crate::seal::Opening;
use crate::token::TokenRecord;

/// Runs a read on a connection of its own; an error that shows the disk to be unreliable closes the store.
macro_rules! reading {
    ($store:expr, $read:expr) => {{
        let mut conn = $store.reader().await?;
        let read = $read;
        read(&mut conn).await.map_err(|error| $store.judged(error))
    }};
}

pub(super) use reading;

/// What is known of a query.
pub(crate) async fn query(store: &Store, id: &str) -> Result<Option<QueryRecord>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let row = sqlx::query(
            "SELECT q.*, c.cost, r.state AS review FROM queries q JOIN charges c ON c.query_id = q.query_id
             LEFT JOIN reviews r ON r.query_id = q.query_id WHERE q.query_id = $1",
        )
        .bind(id)
        .fetch_optional(conn)
        .await?;
        row.as_ref().map(query_of).transpose()
    })
}

/// The query of a row of `queries`, with its `cost` and the state of its `review`.
pub(super) fn query_of(row: &AnyRow) -> Result<QueryRecord> {
    let state: String = row.try_get("state")?;
    let review: Option<String> = row.try_get("review")?;
    let review = review.map(|state| ReviewState::parse(&state).ok_or_else(unknown_state));
    let review = review.transpose()?;
    let snapshots: String = row.try_get("snapshots")?;
    let outcome_seq: Option<i64> = row.try_get("outcome_seq")?;
    Ok(QueryRecord {
        query_id: row.try_get("query_id")?,
        account: row.try_get("account")?,
        user: row.try_get("user_id")?,
        role: row.try_get("role")?,
        state: QueryState::parse(&state, review).ok_or_else(unknown_state)?,
        failure_class: row.try_get("failure_class")?,
        cost: loaded(row.try_get("cost")?)?,
        submitted_at: Moment(row.try_get("submitted_at")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(Moment),
        sql_fingerprint: row.try_get("sql_fingerprint")?,
        policy_digest: row.try_get("policy_digest")?,
        profile: row.try_get("profile")?,
        snapshots: serde_json::from_str(&snapshots)
            .map_err(|_| damaged("the snapshots of a query are not a list"))?,
        plan_digest: row.try_get("plan_digest")?,
        intent_seq: loaded(row.try_get("intent_seq")?)?,
        outcome_seq: outcome_seq.map(loaded).transpose()?,
    })
}

/// The stored answer, unless it is held or refused. Its bytes must have the digest that stands beside them and the one
/// that stands in the log.
pub(crate) async fn answer(store: &Store, id: &str) -> Result<Option<Answer>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let Some(kept) = Kept::of(conn, id).await? else { return Ok(None) };
        match review_of(conn, id, &kept.outcome).await? {
            Some(ReviewState::Held) => Ok(Some(Answer::Held)),
            Some(ReviewState::Refused) => Ok(Some(Answer::Refused)),
            Some(ReviewState::Released) | None => Ok(Some(Answer::Released(kept.served(id)))),
        }
    })
}

/// An answer with its outcome, whether or not it may be served.
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    pub(super) digest: String,
    outcome: AuditEntry,
}

impl Kept {
    pub(super) async fn of(conn: &mut AnyConnection, id: &str) -> Result<Option<Self>> {
        let found: Option<(Vec<u8>, String, i64)> = sqlx::query_as(
            "SELECT a.bytes, a.digest, q.outcome_seq FROM answers a JOIN queries q ON q.query_id = a.query_id
             WHERE a.query_id = $1 AND q.state = 'released'",
        )
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
        let Some((bytes, digest, outcome_seq)) = found else { return Ok(None) };
        let outcome = entry_at(conn, outcome_seq).await?;
        let logged = outcome.body.get("answer_digest").and_then(|digest| digest.as_str());
        let of_this_query =
            outcome.kind == Kind::Outcome && outcome.query_id.as_deref() == Some(id);
        if !of_this_query || logged != Some(digest.as_str()) || digest_of(&bytes) != digest {
            return Err(LedgerError::Damaged(format!(
                "the answer of query `{id}` is not the one that was released"
            )));
        }
        Ok(Some(Self { bytes, digest, outcome }))
    }

    fn served(self, id: &str) -> StoredAnswer {
        let Self { bytes, digest, outcome } = self;
        let receipt = OutcomeReceipt {
            query_id: id.to_owned(),
            entry: EntryReceipt { seq: outcome.seq, leaf_hash: outcome.leaf_hash },
            answer_digest: Some(digest.clone()),
        };
        StoredAnswer { bytes, digest, receipt }
    }
}

/// Where the review of an answer stands, by the table and by the log: both must say that it was released.
async fn review_of(
    conn: &mut AnyConnection,
    id: &str,
    outcome: &AuditEntry,
) -> Result<Option<ReviewState>> {
    let found: Option<(String, Option<i64>)> =
        sqlx::query_as("SELECT state, decided_seq FROM reviews WHERE query_id = $1")
            .bind(id)
            .fetch_optional(&mut *conn)
            .await?;
    let held = word(outcome, "state") == Some(QueryState::Held.as_str());
    let contradicts = || damaged("a review is not the one in the log");
    let Some((state, decided_seq)) = found else {
        return if held { Err(contradicts()) } else { Ok(None) };
    };
    let state = ReviewState::parse(&state).filter(|_| held).ok_or_else(contradicts)?;
    if let Some(seq) = decided_seq {
        let last = entry_at(conn, seq).await?;
        // Reviews of earlier versions ended with the last vote itself.
        let ends = matches!(last.kind, Kind::ReviewEnded | Kind::Review);
        let of_this_query = ends && last.query_id.as_deref() == Some(id);
        if !of_this_query || word(&last, "state") != Some(state.as_str()) {
            return Err(contradicts());
        }
    }
    Ok(Some(state))
}

fn word<'a>(entry: &'a AuditEntry, name: &str) -> Option<&'a str> {
    entry.body.get(name).and_then(|word| word.as_str())
}

/// Entries from number `from_seq` on, at most `limit`.
pub(crate) async fn entries(store: &Store, from_seq: u64, limit: u32) -> Result<Vec<AuditEntry>> {
    reading!(store, async |conn: &mut AnyConnection| page(conn, from_seq, limit).await)
}

/// Entries of these kinds from number `from_seq` on, oldest first.
pub(crate) async fn entries_of(
    store: &Store,
    kinds: &[Kind],
    from_seq: u64,
    limit: u32,
) -> Result<Vec<AuditEntry>> {
    of_kinds(store, kinds, "", from_seq, limit).await
}

/// The last entries of these kinds, newest first.
pub(crate) async fn latest_of(
    store: &Store,
    kinds: &[Kind],
    limit: u32,
) -> Result<Vec<AuditEntry>> {
    of_kinds(store, kinds, "DESC", 0, limit).await
}

async fn of_kinds(
    store: &Store,
    kinds: &[Kind],
    order: &'static str,
    from_seq: u64,
    limit: u32,
) -> Result<Vec<AuditEntry>> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let among: Vec<String> = (3..).zip(kinds).map(|(place, _)| format!("${place}")).collect();
    let sql = format!(
        "SELECT * FROM entries WHERE seq >= $1 AND kind IN ({}) ORDER BY seq {order} LIMIT $2",
        among.join(", ")
    );
    reading!(store, async |conn: &mut AnyConnection| {
        // The text has places for kinds and no words of anybody.
        let mut query =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(stored(from_seq)?).bind(i64::from(limit));
        for kind in kinds {
            query = query.bind(kind.as_str());
        }
        let rows = query.fetch_all(conn).await?;
        rows.iter().map(entry_of).collect::<Result<Vec<_>>>()
    })
}

/// Entries about a query from number `from_seq` on, oldest first.
pub(crate) async fn entries_about(
    store: &Store,
    query_id: &str,
    from_seq: u64,
    limit: u32,
) -> Result<Vec<AuditEntry>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let rows = sqlx::query(
            "SELECT * FROM entries WHERE query_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3",
        )
        .bind(query_id)
        .bind(stored(from_seq)?)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
        rows.iter().map(entry_of).collect::<Result<Vec<_>>>()
    })
}

/// The document of this digest; its bytes must have it.
pub(crate) async fn document(store: &Store, digest: &str) -> Result<Option<Vec<u8>>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let found: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT bytes FROM documents WHERE digest = $1")
                .bind(digest)
                .fetch_optional(conn)
                .await?;
        match found {
            Some(bytes) if digest_of(&bytes) != digest => {
                Err(damaged("a document does not have its digest"))
            }
            found => Ok(found),
        }
    })
}

/// Entries from number `from_seq` on, each checked against its hash.
pub(super) async fn page(
    conn: &mut AnyConnection,
    from_seq: u64,
    limit: u32,
) -> Result<Vec<AuditEntry>> {
    let rows = sqlx::query("SELECT * FROM entries WHERE seq >= $1 ORDER BY seq LIMIT $2")
        .bind(stored(from_seq)?)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(entry_of).collect()
}

pub(super) async fn entry_at(conn: &mut AnyConnection, seq: i64) -> Result<AuditEntry> {
    let row = sqlx::query("SELECT * FROM entries WHERE seq = $1")
        .bind(seq)
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| LedgerError::Damaged(format!("audit entry {seq} is missing")))?;
    entry_of(&row)
}

/// The entry of a row; its stored hash must be the hash of all the rest.
fn entry_of(row: &AnyRow) -> Result<AuditEntry> {
    let seq = loaded(row.try_get("seq")?)?;
    let broken =
        || LedgerError::Damaged(format!("audit entry {seq} was changed after it was written"));
    let kind: String = row.try_get("kind")?;
    let body: String = row.try_get("body")?;
    let leaf_hash: Vec<u8> = row.try_get("leaf_hash")?;
    let entry = AuditEntry {
        seq,
        at: Moment(row.try_get("at")?),
        kind: Kind::parse(&kind).ok_or_else(broken)?,
        actor: row.try_get("actor")?,
        role: row.try_get("role")?,
        account: row.try_get("account")?,
        query_id: row.try_get("query_id")?,
        body: serde_json::from_str(&body).map_err(|_| broken())?,
        leaf_hash: LeafHash(leaf_hash.try_into().map_err(|_| broken())?),
    };
    let leaf_data = entry.leaf_data().map_err(|_| broken())?;
    if LeafHash::of(leaf_data.as_bytes()) != entry.leaf_hash {
        return Err(broken());
    }
    Ok(entry)
}

/// What opens the commitments of an entry; each opening must fit its commitment.
pub(crate) async fn opening(store: &Store, seq: u64) -> Result<Vec<Opening>> {
    reading!(store, async |conn: &mut AnyConnection| openings(conn, seq).await)
}

pub(super) async fn openings(conn: &mut AnyConnection, seq: u64) -> Result<Vec<Opening>> {
    let rows: Vec<(String, Vec<u8>, String)> =
        sqlx::query_as("SELECT field, salt, text FROM openings WHERE seq = $1 ORDER BY field")
            .bind(stored(seq)?)
            .fetch_all(&mut *conn)
            .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let entry = entry_at(conn, stored(seq)?).await?;
    rows.into_iter().map(|row| opening_of(&entry, row)).collect()
}

fn opening_of(
    entry: &AuditEntry,
    (field, salt, text): (String, Vec<u8>, String),
) -> Result<Opening> {
    let broken =
        || LedgerError::Damaged(format!("an opening of audit entry {} does not fit", entry.seq));
    let salt = salt.try_into().map_err(|_| broken())?;
    let opening = Opening { seq: entry.seq, field, salt, text };
    let committed = entry.body.get("commitments").and_then(|all| all.get(&opening.field));
    if committed.and_then(|text| text.as_str()) != Some(opening.commitment().as_str()) {
        return Err(broken());
    }
    Ok(opening)
}

/// Spent by the account so far, in points.
pub(crate) async fn balance(store: &Store, account: &str) -> Result<u64> {
    reading!(store, async |conn: &mut AnyConnection| spent(conn, account).await)
}

/// What an account remembers of a topic, in the order of writing, without the first `known`; each with its query.
pub(crate) async fn remembered(
    store: &Store,
    account: &str,
    topic: &str,
    known: u64,
) -> Result<Vec<(String, Vec<u8>)>> {
    reading!(store, async |conn: &mut AnyConnection| {
        Ok(sqlx::query_as(
            "SELECT q.query_id, r.body FROM remembered r JOIN queries q ON q.outcome_seq = r.seq
             WHERE r.account = $1 AND r.topic = $2 ORDER BY r.seq, r.place LIMIT $3 OFFSET $4",
        )
        .bind(account)
        .bind(topic)
        .bind(i64::MAX) // SQLite skips rows only where it is told how many to read
        .bind(stored(known)?)
        .fetch_all(conn)
        .await?)
    })
}

/// The token of this id, valid or not.
pub(crate) async fn find_token(store: &Store, token_id: &str) -> Result<Option<TokenRecord>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let row = sqlx::query("SELECT * FROM tokens WHERE token_id = $1")
            .bind(token_id)
            .fetch_optional(conn)
            .await?;
        row.as_ref().map(token_of).transpose()
    })
}

fn token_of(row: &AnyRow) -> Result<TokenRecord> {
    let hash: Vec<u8> = row.try_get("secret_hash")?;
    Ok(TokenRecord {
        token_id: row.try_get("token_id")?,
        user: row.try_get("user_id")?,
        issued_at: Moment(row.try_get("issued_at")?),
        expires_at: Moment(row.try_get("expires_at")?),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at")?.map(Moment),
        secret_hash: hash.try_into().map_err(|_| damaged("the hash of a token is not a hash"))?,
    })
}

fn unknown_state() -> LedgerError {
    damaged("a query has no known state")
}

pub(super) fn damaged(what: &str) -> LedgerError {
    LedgerError::Damaged(what.to_owned())
}
