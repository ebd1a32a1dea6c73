//! Votes about answers that are held, and what one reader may see of them.
//!
//! The last vote and the end of its review are one transaction: nothing is released that somebody has yet to decide, and
//! nothing is left waiting that everybody has decided. What the others decided is read here, inside that transaction,
//! and told to nobody before it. The end is an entry of its own: the author of the answer has it in a receipt, and is told
//! that two people decided and not who.

use serde_json::{Map, json};
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::append::{append, loaded, stored};
use super::handle::Store;
use super::read::{Kept, damaged, entry_at, openings, query_of, reading};
use super::turn::{Turn, commit};
use crate::entry::{EntryReceipt, Kind, NewEntry};
use crate::error::Result;
use crate::moment::Moment;
use crate::query::QueryRecord;
use crate::review::{
    DECIDED, Decision, HeldAnswer, NewVote, REVIEWERS, ReviewRecord, ReviewState, VoteRecord, Voted,
};
use crate::seal::Sealed;
use crate::steps::Step;

/// What a vote seals, and under which names.
pub(super) const DECISION: &str = "decision";
const TO_AUTHOR: &str = "to_author";
const TO_CHECKERS: &str = "to_checkers";

/// Queries as [`query_of`] reads them.
const REVIEWED: &str = "SELECT q.*, c.cost, r.state AS review, r.decided_at FROM reviews r
     JOIN queries q ON q.query_id = r.query_id JOIN charges c ON c.query_id = r.query_id";

/// Holds the answer of a query that is being settled, within the transaction of the caller.
pub(super) async fn hold(
    conn: &mut AnyConnection,
    query_id: &str,
    outcome: &EntryReceipt,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO reviews (query_id, held_seq, reviewers, state) VALUES ($1, $2, $3, $4)",
    )
    .bind(query_id)
    .bind(stored(outcome.seq)?)
    .bind(i64::from(REVIEWERS))
    .bind(ReviewState::Held.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes a vote durable, and the end of the review with the last one.
pub(crate) async fn vote(store: &Store, vote: NewVote) -> Result<Voted> {
    let mut turn = store.turn().await?;
    let result = write(store, &mut turn, vote).await;
    turn.end(result).await
}

async fn write(store: &Store, turn: &mut Turn<'_>, vote: NewVote) -> Result<Voted> {
    store.reached(Step::BeforeVote)?;
    let mut write = turn.begin().await?;
    let Some(open) = Open::of(&mut write, &vote.query_id).await? else {
        return Ok(Voted::NotTheirs);
    };
    if open.author == vote.checker {
        return Ok(Voted::NotTheirs);
    }
    if open.state != ReviewState::Held {
        return Ok(Voted::Ended);
    }
    let mut decisions = decided(&mut write, &vote.query_id).await?;
    if decisions.iter().any(|(checker, _)| *checker == vote.checker) {
        return Ok(Voted::Before);
    }
    decisions.push((vote.checker.clone(), vote.decision));
    let state = open.state_after(&decisions);
    let entry = append(&mut write, entry(&vote, &open.account, state, &decisions)).await?;
    insert(&mut write, &vote, &entry).await?;
    if state != ReviewState::Held {
        let mut ended = end_entry(&vote, open.account, state);
        if state == ReviewState::Released {
            name_answer(&mut write, &vote.query_id, &mut ended).await?;
        }
        let ended = append(&mut write, ended).await?;
        end(&mut write, &vote, state, &ended).await?;
    }
    store.reached(Step::VoteWritten)?;
    commit(write).await?;
    store.reached(Step::VoteCommitted)?;
    Ok(Voted::Counted(state))
}

/// A review as a vote meets it.
struct Open {
    account: String,
    author: String,
    state: ReviewState,
    reviewers: usize,
}

impl Open {
    async fn of(conn: &mut AnyConnection, query_id: &str) -> Result<Option<Self>> {
        let found: Option<(String, String, String, i64)> = sqlx::query_as(
            "SELECT q.account, q.user_id, r.state, r.reviewers FROM reviews r
             JOIN queries q ON q.query_id = r.query_id WHERE r.query_id = $1",
        )
        .bind(query_id)
        .fetch_optional(conn)
        .await?;
        let Some((account, author, state, reviewers)) = found else { return Ok(None) };
        let state = state_of(&state)?;
        let reviewers =
            usize::try_from(reviewers).map_err(|_| damaged("a review has no reviewers"))?;
        Ok(Some(Self { account, author, state, reviewers }))
    }

    fn state_after(&self, decisions: &[(String, Decision)]) -> ReviewState {
        if decisions.len() < self.reviewers {
            return ReviewState::Held;
        }
        let decisions: Vec<Decision> = decisions.iter().map(|(_, decision)| *decision).collect();
        ReviewState::of(&decisions)
    }
}

/// Who decided what so far. The table alone is not believed: each decision must open its commitment in the log.
pub(super) async fn decided(
    conn: &mut AnyConnection,
    query_id: &str,
) -> Result<Vec<(String, Decision)>> {
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT checker, decision, seq FROM votes WHERE query_id = $1 ORDER BY seq")
            .bind(query_id)
            .fetch_all(&mut *conn)
            .await?;
    let mut decisions = vec![];
    for (checker, decision, seq) in rows {
        let logged = openings(conn, loaded(seq)?).await?;
        if !logged.iter().any(|opening| opening.field == DECISION && opening.text == decision) {
            return Err(damaged("a vote is not the one in the log"));
        }
        decisions.push((checker, decision_of(&decision)?));
    }
    Ok(decisions)
}

/// Before the end only commitments stand in the log; the last vote says in words who decided what.
fn entry(
    vote: &NewVote,
    account: &str,
    state: ReviewState,
    decisions: &[(String, Decision)],
) -> NewEntry {
    let last = state != ReviewState::Held;
    let word = if last { DECIDED } else { ReviewState::Held.as_str() };
    let mut body = json!({ "policy_revision": vote.policy_revision, "state": word });
    if let (true, Some(body)) = (last, body.as_object_mut()) {
        let words = decisions.iter().map(|(who, what)| (who.clone(), json!(what.as_str())));
        body.insert("decisions".to_owned(), words.collect::<Map<_, _>>().into());
    }
    NewEntry {
        role: Some(vote.role.clone()),
        account: Some(account.to_owned()),
        query_id: Some(vote.query_id.clone()),
        body,
        sealed: vec![
            Sealed::new(DECISION, vote.decision.as_str()),
            Sealed::new(TO_AUTHOR, vote.to_author.as_str()),
            Sealed::new(TO_CHECKERS, vote.to_checkers.as_str()),
        ],
        ..NewEntry::new(Kind::Review, &vote.checker, vote.at)
    }
}

/// What came of the votes, by nobody in particular.
fn end_entry(vote: &NewVote, account: String, state: ReviewState) -> NewEntry {
    NewEntry {
        account: Some(account),
        query_id: Some(vote.query_id.clone()),
        body: json!({
            "policy_revision": vote.policy_revision,
            "reviewers": REVIEWERS,
            "state": state.as_str(),
        }),
        ..NewEntry::new(Kind::ReviewEnded, "system", vote.at)
    }
}

/// The entry that releases an answer says which one: a receipt rests on it alone.
async fn name_answer(conn: &mut AnyConnection, query_id: &str, entry: &mut NewEntry) -> Result<()> {
    let kept = Kept::of(conn, query_id).await?;
    let kept = kept.ok_or_else(|| damaged("a review has no answer"))?;
    if let Some(body) = entry.body.as_object_mut() {
        body.insert("answer_digest".to_owned(), kept.digest.into());
    }
    Ok(())
}

async fn insert(conn: &mut AnyConnection, vote: &NewVote, entry: &EntryReceipt) -> Result<()> {
    sqlx::query("INSERT INTO votes (query_id, checker, seq, decision) VALUES ($1, $2, $3, $4)")
        .bind(&vote.query_id)
        .bind(&vote.checker)
        .bind(stored(entry.seq)?)
        .bind(vote.decision.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

async fn end(
    conn: &mut AnyConnection,
    vote: &NewVote,
    state: ReviewState,
    entry: &EntryReceipt,
) -> Result<()> {
    sqlx::query(
        "UPDATE reviews SET state = $2, decided_at = $3, decided_seq = $4 WHERE query_id = $1",
    )
    .bind(&vote.query_id)
    .bind(state.as_str())
    .bind(vote.at.0)
    .bind(stored(entry.seq)?)
    .execute(conn)
    .await?;
    Ok(())
}

/// A review as this reader may see it.
pub(crate) async fn review(store: &Store, id: &str, reader: &str) -> Result<Option<ReviewRecord>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{REVIEWED} WHERE r.query_id = $1")))
            .bind(id)
            .fetch_optional(&mut *conn)
            .await?;
        match row {
            Some(row) => record(conn, &row, reader).await.map(Some),
            None => Ok(None),
        }
    })
}

/// The reviews that wait, oldest first; or those that ended, newest first.
pub(crate) async fn reviews(
    store: &Store,
    waiting: bool,
    reader: &str,
    limit: u32,
) -> Result<Vec<ReviewRecord>> {
    let which = if waiting {
        "WHERE r.state = 'held' ORDER BY r.held_seq"
    } else {
        "WHERE r.state <> 'held' ORDER BY r.decided_seq DESC"
    };
    reading!(store, async |conn: &mut AnyConnection| {
        let sql = sqlx::AssertSqlSafe(format!("{REVIEWED} {which} LIMIT $1"));
        let rows = sqlx::query(sql).bind(i64::from(limit)).fetch_all(&mut *conn).await?;
        let mut records = vec![];
        for row in &rows {
            records.push(record(conn, row, reader).await?);
        }
        Ok(records)
    })
}

async fn record(conn: &mut AnyConnection, row: &AnyRow, reader: &str) -> Result<ReviewRecord> {
    let query = query_of(row)?;
    let state = state_of(row.try_get("review")?)?;
    let decided_at = row.try_get::<Option<i64>, _>("decided_at")?.map(Moment);
    let mut votes = votes(conn, &query.query_id).await?;
    if state == ReviewState::Held {
        votes.retain(|vote| vote.checker == reader);
    }
    Ok(ReviewRecord { query, state, decided_at, votes })
}

async fn votes(conn: &mut AnyConnection, query_id: &str) -> Result<Vec<VoteRecord>> {
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT v.checker, v.decision, v.seq, e.at FROM votes v JOIN entries e ON e.seq = v.seq
         WHERE v.query_id = $1 ORDER BY v.seq",
    )
    .bind(query_id)
    .fetch_all(&mut *conn)
    .await?;
    let mut votes = vec![];
    for (checker, decision, seq, at) in rows {
        let sealed = openings(conn, loaded(seq)?).await?;
        let opened = |field: &str| {
            let found = sealed.iter().find(|opening| opening.field == field);
            found.map(|opening| opening.text.clone())
        };
        votes.push(VoteRecord {
            checker,
            decision: decision_of(&decision)?,
            at: Moment(at),
            to_author: opened(TO_AUTHOR),
            to_checkers: opened(TO_CHECKERS),
        });
    }
    Ok(votes)
}

/// The answer of a review, for whoever has a durable entry about reading it.
pub(crate) async fn held_answer(
    store: &Store,
    id: &str,
    receipt: EntryReceipt,
) -> Result<Option<HeldAnswer>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let entry = entry_at(conn, stored(receipt.seq)?).await?;
        let of_this = entry.kind == Kind::ReviewRead && entry.query_id.as_deref() == Some(id);
        if !of_this || entry.leaf_hash != receipt.leaf_hash {
            return Ok(None);
        }
        let reviewed: Option<i64> = sqlx::query_scalar("SELECT 1 FROM reviews WHERE query_id = $1")
            .bind(id)
            .fetch_optional(&mut *conn)
            .await?;
        if reviewed.is_none() {
            return Ok(None);
        }
        let kept = Kept::of(conn, id).await?;
        Ok(kept.map(|kept| HeldAnswer { bytes: kept.bytes, reading: receipt }))
    })
}

/// The queries of an account whose answers were released, newest first.
pub(crate) async fn released_answers(
    store: &Store,
    account: &str,
    limit: u32,
) -> Result<Vec<QueryRecord>> {
    reading!(store, async |conn: &mut AnyConnection| {
        let rows = sqlx::query(
            "SELECT q.*, c.cost, r.state AS review FROM queries q JOIN charges c ON c.query_id = q.query_id
             LEFT JOIN reviews r ON r.query_id = q.query_id
             WHERE q.account = $1 AND q.state = 'released' AND coalesce(r.state, 'released') = 'released'
             ORDER BY q.outcome_seq DESC LIMIT $2",
        )
        .bind(account)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
        rows.iter().map(query_of).collect::<Result<Vec<_>>>()
    })
}

fn state_of(text: &str) -> Result<ReviewState> {
    ReviewState::parse(text).ok_or_else(|| damaged("a review has no known state"))
}

fn decision_of(text: &str) -> Result<Decision> {
    Decision::parse(text).ok_or_else(|| damaged("a vote has no known decision"))
}
