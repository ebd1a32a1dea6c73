//! Ends the queries that the last stop cut off. Their charges stay: data may have been read (CHARGE-FIRST).

use serde_json::json;
use sqlx::AnyConnection;

use super::append::append;
use super::database::Database;
use super::handle::{begin_alone, commit_alone};
use super::read::entry_at;
use super::settle::end;
use crate::entry::{Kind, NewEntry};
use crate::error::Result;
use crate::moment::Moment;
use crate::query::QueryState;
use crate::steps::{Step, Steps};

/// Who acts when nobody does.
const SYSTEM: &str = "system";

/// Forfeits every running query, each with an entry of its own, and tells how many.
pub(super) async fn running(
    database: &Database,
    conn: &mut AnyConnection,
    steps: &dyn Steps,
    now: Moment,
) -> Result<u64> {
    let cut_off: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT query_id, account, intent_seq FROM queries WHERE state = 'running' ORDER BY intent_seq",
    )
    .fetch_all(&mut *conn)
    .await?;
    if cut_off.is_empty() {
        return Ok(0);
    }
    steps.reached(Step::BeforeForfeit)?;
    let mut forfeited = 0;
    let mut write = begin_alone(database, conn).await?;
    for (query_id, account, intent_seq) in cut_off {
        let intent = entry_at(&mut write, intent_seq).await?;
        let new = NewEntry {
            account: Some(account),
            query_id: Some(query_id.clone()),
            // The revision under which it was charged: none is in force yet.
            body: json!({
                "policy_revision": intent.body.get("policy_revision"),
                "state": QueryState::Forfeited.as_str(),
            }),
            ..NewEntry::new(Kind::Forfeited, SYSTEM, now)
        };
        let entry = append(&mut write, new).await?;
        end(&mut write, &query_id, QueryState::Forfeited, None, now, &entry).await?;
        forfeited += 1;
    }
    steps.reached(Step::ForfeitWritten)?;
    commit_alone(write).await?;
    steps.reached(Step::ForfeitCommitted)?;
    Ok(forfeited)
}
