//! The rows of the tables that refer to some entries, as the books would imply them.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;

use super::append::{loaded, stored};
use crate::books::Row;
use crate::error::Result;

/// All rows that refer to the entries from number `from` up to `to`, which is not one of them.
pub(super) async fn rows(conn: &mut AnyConnection, from: u64, to: u64) -> Result<BTreeSet<Row>> {
    let range = (stored(from)?, stored(to)?);
    let mut rows = BTreeSet::new();
    rows.extend(charges(conn, range).await?);
    rows.extend(queries(conn, range).await?);
    rows.extend(ends(conn, range).await?);
    rows.extend(votes(conn, range).await?);
    rows.extend(decided(conn, range).await?);
    rows.extend(tokens(conn, range).await?);
    Ok(rows)
}

async fn charges(conn: &mut AnyConnection, (from, to): (i64, i64)) -> Result<Vec<Row>> {
    let found: Vec<(i64, String, String, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT intent_seq, query_id, account, cost, spent_before, spent_after, spend_limit FROM charges
         WHERE intent_seq >= $1 AND intent_seq < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    let row = |(seq, query, account, cost, before, after, limit)| {
        let (seq, cost, before) = (loaded(seq)?, loaded(cost)?, loaded(before)?);
        let (after, limit) = (loaded(after)?, loaded(limit)?);
        Ok(Row::Charge { seq, query, account, cost, before, after, limit })
    };
    found.into_iter().map(row).collect()
}

/// A row of `queries`, as far as the intent says it.
type Asked = (i64, String, String, String, String, i64, String, String, String, String, String);

async fn queries(conn: &mut AnyConnection, (from, to): (i64, i64)) -> Result<Vec<Row>> {
    let found: Vec<Asked> = sqlx::query_as(
        "SELECT intent_seq, query_id, account, user_id, role, submitted_at, sql_fingerprint, policy_digest, profile,
             snapshots, plan_digest FROM queries WHERE intent_seq >= $1 AND intent_seq < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    let row = |row: Asked| {
        let (seq, query, account, user, role, at, fingerprint, policy, profile, snapshots, plan) =
            row;
        let seq = loaded(seq)?;
        Ok(Row::Query {
            seq,
            query,
            account,
            user,
            role,
            at,
            fingerprint,
            policy,
            profile,
            snapshots,
            plan,
        })
    };
    found.into_iter().map(row).collect()
}

/// A row of `queries`, as far as the outcome says it, with the digest of its answer and its reviewers.
type Ended =
    (i64, String, String, String, Option<String>, Option<i64>, Option<String>, Option<i64>);

async fn ends(conn: &mut AnyConnection, (from, to): (i64, i64)) -> Result<Vec<Row>> {
    let found: Vec<Ended> = sqlx::query_as(
        "SELECT q.outcome_seq, q.query_id, q.account, q.state, q.failure_class, q.ended_at, a.digest, r.reviewers
         FROM queries q LEFT JOIN answers a ON a.query_id = q.query_id
         LEFT JOIN reviews r ON r.query_id = q.query_id AND r.held_seq = q.outcome_seq
         WHERE q.outcome_seq >= $1 AND q.outcome_seq < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    let row = |(seq, query, account, state, class, at, answer, reviewers): Ended| {
        let (seq, reviewers) = (loaded(seq)?, reviewers.map(loaded).transpose()?);
        let at = at.ok_or_else(|| super::read::damaged("a query ended at no time"))?;
        Ok(Row::End { seq, query, account, state, class, at, answer, reviewers })
    };
    found.into_iter().map(row).collect()
}

async fn votes(conn: &mut AnyConnection, (from, to): (i64, i64)) -> Result<Vec<Row>> {
    let found: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT seq, query_id, checker FROM votes WHERE seq >= $1 AND seq < $2")
            .bind(from)
            .bind(to)
            .fetch_all(conn)
            .await?;
    let row = |(seq, query, checker)| Ok(Row::Vote { seq: loaded(seq)?, query, checker });
    found.into_iter().map(row).collect()
}

/// A review that ended, with one of its votes.
type Vote = (i64, String, String, Option<i64>, Option<String>, Option<String>);

async fn decided(conn: &mut AnyConnection, (from, to): (i64, i64)) -> Result<Vec<Row>> {
    let found: Vec<Vote> = sqlx::query_as(
        "SELECT r.decided_seq, r.query_id, r.state, r.decided_at, v.checker, v.decision
         FROM reviews r LEFT JOIN votes v ON v.query_id = r.query_id
         WHERE r.decided_seq >= $1 AND r.decided_seq < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    let mut ended: BTreeMap<(i64, String, String, i64), BTreeMap<String, String>> = BTreeMap::new();
    for (seq, query, state, at, checker, decision) in found {
        let at = at.ok_or_else(|| super::read::damaged("a review ended at no time"))?;
        let decisions = ended.entry((seq, query, state, at)).or_default();
        decisions.extend(checker.zip(decision));
    }
    let row = |((seq, query, state, at), decisions)| {
        Ok(Row::Decided { seq: loaded(seq)?, query, state, at, decisions })
    };
    ended.into_iter().map(row).collect()
}

async fn tokens(conn: &mut AnyConnection, (from, to): (i64, i64)) -> Result<Vec<Row>> {
    let issued: Vec<(i64, String, String, i64, i64)> = sqlx::query_as(
        "SELECT issued_seq, token_id, user_id, issued_at, expires_at FROM tokens
         WHERE issued_seq >= $1 AND issued_seq < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_all(&mut *conn)
    .await?;
    let revoked: Vec<(i64, String, Option<i64>)> = sqlx::query_as(
        "SELECT revoked_seq, token_id, revoked_at FROM tokens
         WHERE revoked_seq >= $1 AND revoked_seq < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    let mut rows = Vec::new();
    for (seq, token, user, at, expires) in issued {
        rows.push(Row::TokenIssued { seq: loaded(seq)?, token, user, at, expires });
    }
    for (seq, token, at) in revoked {
        let at = at.ok_or_else(|| super::read::damaged("a token was withdrawn at no time"))?;
        rows.push(Row::TokenRevoked { seq: loaded(seq)?, token, at });
    }
    Ok(rows)
}
