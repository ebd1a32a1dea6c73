//! Ends a query: outcome, state and answer, in one transaction (CHARGE-FIRST).

use serde_json::json;
use sqlx::AnyConnection;

use super::append::{append, keepable, stored};
use super::handle::Store;
use super::turn::{Turn, commit};
use crate::entry::{EntryReceipt, Kind, NewEntry};
use crate::error::{LedgerError, Result};
use crate::intent::IntentReceipt;
use crate::moment::Moment;
use crate::outcome::{Outcome, OutcomeReceipt, Remembered, digest_of};
use crate::query::QueryState;
use crate::review::REVIEWERS;
use crate::seal::Sealed;
use crate::steps::Step;

/// Class of a query whose outcome the ledger could not take.
const UNRECORDABLE: &str = "unrecordable_outcome";

/// Makes the outcome durable. An outcome that cannot be recorded (wrong digest, a body without canonical form) ends
/// the query as failed, so that it does not hang until the next start, and gives the error.
pub(crate) async fn settle(
    store: &Store,
    intent: IntentReceipt,
    outcome: Outcome,
    at: Moment,
) -> Result<OutcomeReceipt> {
    let mut turn = store.turn().await?;
    let mut result = write(store, &mut turn, &intent, outcome, at).await;
    if let Err(LedgerError::Invalid(why)) = &result {
        let failed = Outcome::Failed { class: UNRECORDABLE.into(), sealed_cause: why.clone() };
        if let Err(worse) = write(store, &mut turn, &intent, failed, at).await {
            result = Err(worse);
        }
    }
    turn.end(result).await
}

/// How a query ends, in the words of the `queries` table and of the audit body.
struct Ending {
    state: QueryState,
    failure_class: Option<String>,
    body: serde_json::Value,
    sealed: Vec<Sealed>,
    answer: Option<(String, Vec<u8>)>,
    held: bool,
    remembered: Vec<Remembered>,
}

impl Ending {
    fn of(outcome: Outcome) -> Result<Self> {
        match outcome {
            Outcome::Released { answer, digest, summary, sealed, reviewers, remembered } => {
                if digest != digest_of(&answer) {
                    return Err(LedgerError::Invalid("the answer does not have its digest".into()));
                }
                if reviewers != 0 && reviewers != REVIEWERS {
                    let why = format!("an answer is reviewed by {REVIEWERS} people or by nobody");
                    return Err(LedgerError::Invalid(why));
                }
                let held = reviewers != 0;
                let state = if held { QueryState::Held } else { QueryState::Released };
                Ok(Self {
                    state: QueryState::Released,
                    failure_class: None,
                    body: json!({
                        "answer_bytes": answer.len(),
                        "answer_digest": digest,
                        "state": state.as_str(),
                        "summary": summary,
                    }),
                    sealed,
                    answer: Some((digest, answer)),
                    held,
                    remembered,
                })
            }
            Outcome::Failed { class, sealed_cause } => Ok(Self {
                state: QueryState::Failed,
                body: json!({ "class": class, "state": QueryState::Failed.as_str() }),
                failure_class: Some(class),
                // A cause may quote data; whether it can be kept must not decide how the query ends.
                sealed: vec![Sealed::new("cause", sealed_cause.replace('\0', "\u{2400}"))],
                answer: None,
                held: false,
                remembered: Vec::new(),
            }),
        }
    }
}

async fn write(
    store: &Store,
    turn: &mut Turn<'_>,
    intent: &IntentReceipt,
    outcome: Outcome,
    at: Moment,
) -> Result<OutcomeReceipt> {
    store.reached(Step::BeforeOutcome)?;
    let Ending { state, failure_class, body, sealed, answer, held, remembered } =
        Ending::of(outcome)?;
    let mut write = turn.begin().await?;
    let (account, user, role) = running(&mut write, intent).await?;
    let body = under(body, intent.policy_revision);
    let new = NewEntry {
        role: Some(role),
        account: Some(account.clone()),
        query_id: Some(intent.query_id.clone()),
        body,
        sealed,
        ..NewEntry::new(Kind::Outcome, user, at)
    };
    let entry = append(&mut write, new).await?;
    end(&mut write, &intent.query_id, state, failure_class.as_deref(), at, &entry).await?;
    if let Some((digest, bytes)) = &answer {
        insert_answer(&mut write, &intent.query_id, digest, bytes).await?;
    }
    remember(&mut write, &entry, &account, &remembered).await?;
    if held {
        super::review::hold(&mut write, &intent.query_id, &entry).await?;
    }
    store.reached(Step::OutcomeWritten)?;
    commit(write).await?;
    store.reached(Step::OutcomeCommitted)?;
    let answer_digest = answer.filter(|_| !held).map(|(digest, _)| digest);
    Ok(OutcomeReceipt { query_id: intent.query_id.clone(), entry, answer_digest })
}

/// The body with the policy revision under which the query was charged.
fn under(mut body: serde_json::Value, policy_revision: Option<u64>) -> serde_json::Value {
    if let Some(body) = body.as_object_mut() {
        body.insert("policy_revision".into(), policy_revision.into());
    }
    body
}

/// Account, user and role of the query, which must be running and have this very intent.
async fn running(
    conn: &mut AnyConnection,
    intent: &IntentReceipt,
) -> Result<(String, String, String)> {
    let found: Option<(String, String, String)> = sqlx::query_as(
        "SELECT q.account, q.user_id, q.role FROM queries q JOIN entries e ON e.seq = q.intent_seq
         WHERE q.query_id = $1 AND q.state = 'running' AND e.seq = $2 AND e.leaf_hash = $3",
    )
    .bind(&intent.query_id)
    .bind(stored(intent.entry.seq)?)
    .bind(intent.entry.leaf_hash.0.as_slice())
    .fetch_optional(conn)
    .await?;
    found.ok_or_else(|| LedgerError::NotRunning { query_id: intent.query_id.clone() })
}

/// Gives a running query its end.
pub(super) async fn end(
    conn: &mut AnyConnection,
    query_id: &str,
    state: QueryState,
    failure_class: Option<&str>,
    at: Moment,
    entry: &EntryReceipt,
) -> Result<()> {
    keepable(failure_class)?;
    let changed = sqlx::query(
        "UPDATE queries SET state = $2, failure_class = $3, ended_at = $4, outcome_seq = $5
         WHERE query_id = $1 AND state = 'running'",
    )
    .bind(query_id)
    .bind(state.as_str())
    .bind(failure_class)
    .bind(at.0)
    .bind(stored(entry.seq)?)
    .execute(conn)
    .await?
    .rows_affected();
    if changed == 1 {
        return Ok(());
    }
    Err(LedgerError::NotRunning { query_id: query_id.to_owned() })
}

async fn insert_answer(
    conn: &mut AnyConnection,
    query_id: &str,
    digest: &str,
    bytes: &[u8],
) -> Result<()> {
    sqlx::query("INSERT INTO answers (query_id, digest, bytes) VALUES ($1, $2, $3)")
        .bind(query_id)
        .bind(digest)
        .bind(bytes)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps what the account is to be answered by, beside the outcome of which it is.
async fn remember(
    conn: &mut AnyConnection,
    outcome: &EntryReceipt,
    account: &str,
    remembered: &[Remembered],
) -> Result<()> {
    keepable(remembered.iter().map(|remembered| &remembered.topic))?;
    for (place, Remembered { topic, body }) in (0_i64..).zip(remembered) {
        sqlx::query(
            "INSERT INTO remembered (seq, place, account, topic, body) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(stored(outcome.seq)?)
        .bind(place)
        .bind(account)
        .bind(topic)
        .bind(body.as_slice())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
