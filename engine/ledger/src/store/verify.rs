//! Checks a ledger before it is used: the log entry by entry, and the books against the log.
//!
//! The tables could be edited by anyone who can write the file. The log is what is proved to others, so the books must
//! follow from it: every charge from an intent, every end from an outcome, every balance from its charges.

use sqlx::AnyConnection;

use super::append::next_seq;
use super::log::Reading;
use super::read::page;
use crate::error::{LedgerError, Result};

/// Entries read at a time.
const PAGE: u32 = 1_000;

/// Statements that count what must not be there, and what it means.
const BOOKS: [(&str, &str); 13] = [
    (
        "an account was not spent by its charges",
        "SELECT count(*) FROM accounts a
         WHERE spent <> (SELECT coalesce(sum(cost), 0) FROM charges c WHERE c.account = a.account)",
    ),
    (
        "the charges of an account do not add up one after the other",
        "SELECT count(*) FROM (
             SELECT spent_before, coalesce(sum(cost) OVER (PARTITION BY account ORDER BY intent_seq
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier FROM charges)
         WHERE spent_before <> earlier",
    ),
    (
        "a query was not charged",
        "SELECT count(*) FROM queries q LEFT JOIN charges c
             ON c.query_id = q.query_id AND c.account = q.account AND c.intent_seq = q.intent_seq
         WHERE c.query_id IS NULL",
    ),
    (
        "a charge is not the one in the log",
        "SELECT count(*) FROM charges c JOIN entries e ON e.seq = c.intent_seq
         WHERE e.kind <> 'intent' OR e.query_id IS NOT c.query_id OR e.account IS NOT c.account
             OR json_extract(e.body, '$.cost') IS NOT c.cost
             OR json_extract(e.body, '$.spent_after') IS NOT c.spent_after
             OR json_extract(e.body, '$.limit') IS NOT c.spend_limit",
    ),
    (
        "an intent in the log has no charge",
        "SELECT count(*) FROM entries e LEFT JOIN charges c ON c.intent_seq = e.seq
         WHERE e.kind = 'intent' AND c.query_id IS NULL",
    ),
    (
        "a query is not the one in the log",
        "SELECT count(*) FROM queries q JOIN entries e ON e.seq = q.intent_seq
         WHERE e.actor IS NOT q.user_id OR e.role IS NOT q.role OR e.at IS NOT q.submitted_at
             OR json_extract(e.body, '$.sql_fingerprint') IS NOT q.sql_fingerprint
             OR json_extract(e.body, '$.policy_digest') IS NOT q.policy_digest
             OR json_extract(e.body, '$.profile') IS NOT q.profile
             OR json_extract(e.body, '$.snapshots') IS NOT q.snapshots
             OR json_extract(e.body, '$.plan_digest') IS NOT q.plan_digest",
    ),
    (
        "the end of a query is not the one in the log",
        "SELECT count(*) FROM queries q JOIN entries e ON e.seq = q.outcome_seq
         LEFT JOIN reviews r ON r.query_id = q.query_id
         WHERE e.query_id IS NOT q.query_id OR e.account IS NOT q.account OR e.at IS NOT q.ended_at
             OR e.kind <> iif(q.state = 'forfeited', 'forfeited', 'outcome')
             OR json_extract(e.body, '$.state') IS NOT iif(r.query_id IS NULL, q.state, 'held')
             OR json_extract(e.body, '$.class') IS NOT q.failure_class",
    ),
    (
        "an end in the log belongs to no query",
        "SELECT count(*) FROM entries e LEFT JOIN queries q ON q.outcome_seq = e.seq
         WHERE e.kind IN ('outcome', 'forfeited') AND q.query_id IS NULL",
    ),
    (
        "an answer is not the one in the log",
        "SELECT count(*) FROM queries q LEFT JOIN answers a ON a.query_id = q.query_id
             LEFT JOIN entries e ON e.seq = q.outcome_seq
         WHERE (q.state = 'released') <> (a.query_id IS NOT NULL)
             OR json_extract(e.body, '$.answer_digest') IS NOT a.digest",
    ),
    (
        "a review is not the one in the log",
        "SELECT count(*) FROM reviews r JOIN queries q ON q.query_id = r.query_id
         LEFT JOIN entries e ON e.seq = r.decided_seq
         WHERE q.state <> 'released' OR r.held_seq IS NOT q.outcome_seq
             OR (SELECT count(*) FROM votes v WHERE v.query_id = r.query_id) > r.reviewers
             OR ((SELECT count(*) FROM votes v WHERE v.query_id = r.query_id) = r.reviewers) <> (r.state <> 'held')
             OR r.state <> 'held' AND (e.kind <> 'review' OR e.query_id IS NOT r.query_id
                 OR e.account IS NOT q.account OR e.at IS NOT r.decided_at
                 OR json_extract(e.body, '$.state') IS NOT r.state
                 OR r.decided_seq IS NOT (SELECT max(v.seq) FROM votes v WHERE v.query_id = r.query_id)
                 OR r.state IS NOT (SELECT iif(sum(v.decision = 'release') = r.reviewers, 'released', 'refused')
                     FROM votes v WHERE v.query_id = r.query_id))",
    ),
    // While a review waits, its votes are only committed to: the opening says what they are. A missing one is damage.
    (
        "a vote is not the one in the log",
        "SELECT (SELECT count(*) FROM votes v JOIN entries e ON e.seq = v.seq
             JOIN reviews r ON r.query_id = v.query_id JOIN queries q ON q.query_id = v.query_id
             LEFT JOIN openings o ON o.seq = v.seq AND o.field = 'decision'
             LEFT JOIN entries d ON d.seq = r.decided_seq
             WHERE e.kind <> 'review' OR e.query_id IS NOT v.query_id OR e.actor IS NOT v.checker
                 OR v.checker = q.user_id OR e.seq <= r.held_seq
                 OR r.state = 'held' AND o.text IS NOT v.decision
                 OR r.state <> 'held' AND NOT EXISTS (
                     SELECT 1 FROM json_each(d.body, '$.decisions') j WHERE j.key = v.checker AND j.value = v.decision))
             + (SELECT count(*) FROM entries e LEFT JOIN votes v ON v.seq = e.seq
             WHERE e.kind = 'review' AND v.seq IS NULL)",
    ),
    (
        "a token is not the one in the log",
        "SELECT (SELECT count(*) FROM tokens t JOIN entries e ON e.seq = t.issued_seq
             WHERE e.kind <> 'token_issued' OR e.at IS NOT t.issued_at
                 OR json_extract(e.body, '$.token_id') IS NOT t.token_id
                 OR json_extract(e.body, '$.user') IS NOT t.user_id
                 OR json_extract(e.body, '$.expires_at') IS NOT t.expires_at)
             + (SELECT count(*) FROM entries e
             LEFT JOIN tokens t ON t.token_id = json_extract(e.body, '$.token_id')
             WHERE e.kind = 'token_issued' AND t.issued_seq IS NOT e.seq
                 OR e.kind = 'token_revoked' AND t.revoked_seq IS NOT e.seq)",
    ),
    (
        "a document in the log is missing",
        "SELECT count(*) FROM entries e LEFT JOIN documents d ON d.digest = json_extract(e.body, '$.document')
         WHERE json_extract(e.body, '$.document') IS NOT NULL AND d.digest IS NULL",
    ),
];

/// No entry is missing, none was changed, and what was published of them is the same.
pub(super) async fn log(conn: &mut AnyConnection, published: &mut Reading) -> Result<()> {
    let mut expected = 0;
    loop {
        let entries = page(conn, expected, PAGE).await?;
        if entries.is_empty() {
            return Ok(());
        }
        for entry in entries {
            if entry.seq != expected {
                return Err(LedgerError::Damaged(format!("audit entry {expected} is missing")));
            }
            published.entry(&entry.leaf_data()?)?;
            expected += 1;
        }
    }
}

/// The books follow from the log.
pub(super) async fn books(conn: &mut AnyConnection) -> Result<()> {
    for (meaning, count) in BOOKS {
        let wrong: i64 = sqlx::query_scalar(count).fetch_one(&mut *conn).await?;
        if wrong != 0 {
            return Err(LedgerError::Damaged(format!("{meaning} ({wrong} times)")));
        }
    }
    Ok(())
}

/// Number of entries in the log.
pub(super) async fn length(conn: &mut AnyConnection) -> Result<u64> {
    next_seq(conn).await
}
