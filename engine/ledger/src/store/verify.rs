//! Checks a ledger before it is used: the log entry by entry, and the books against the log.
//!
//! The tables could be edited by anyone who can write them. The log is what is proved to others, so the books must be those
//! that follow from it ([`Books`]), no row more and no row less.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;

use super::append::{loaded, next_seq};
use super::kept;
use super::log::Reading;
use super::read::{damaged, page};
use super::review::decided;
use crate::books::{Books, Row};
use crate::entry::AuditEntry;
use crate::error::{LedgerError, Result};

/// Entries read at a time.
const PAGE: u32 = 1_000;

/// No entry is missing, none was changed, and what was published of them is the same. All that can be asked of a ledger
/// of an earlier version.
pub(super) async fn log(conn: &mut AnyConnection, published: &mut Reading) -> Result<()> {
    let mut expected = 0;
    loop {
        let entries = page(conn, expected, PAGE).await?;
        if entries.is_empty() {
            return Ok(());
        }
        expected = in_order(&entries, expected)?;
        for entry in &entries {
            published.entry(&entry.leaf_data()?)?;
        }
    }
}

/// The same, and the books follow from the log. Tells of each entry on the way.
pub(super) async fn books(
    conn: &mut AnyConnection,
    mut each: impl FnMut(&AuditEntry),
) -> Result<Books> {
    let mut books = Books::new();
    let mut totals = Totals::default();
    loop {
        let from = books.entries();
        let entries = page(conn, from, PAGE).await?;
        if entries.is_empty() {
            break;
        }
        in_order(&entries, from)?;
        let mut implied = BTreeSet::new();
        for entry in &entries {
            let rows = books.rows_of(entry);
            implied.extend(rows.map_err(|why| LedgerError::Damaged(why.to_string()))?);
            each(entry);
        }
        compare(&implied, &kept::rows(conn, from, books.entries()).await?)?;
        totals.add(&implied);
    }
    totals.compare(conn).await?;
    standing(conn, &books).await?;
    Ok(books)
}

/// Number of entries in the log.
pub(super) async fn length(conn: &mut AnyConnection) -> Result<u64> {
    next_seq(conn).await
}

fn in_order(entries: &[AuditEntry], mut expected: u64) -> Result<u64> {
    for entry in entries {
        if entry.seq != expected {
            return Err(LedgerError::Damaged(format!("audit entry {expected} is missing")));
        }
        expected += 1;
    }
    Ok(expected)
}

fn compare(implied: &BTreeSet<Row>, kept: &BTreeSet<Row>) -> Result<()> {
    let Some(row) = implied.symmetric_difference(kept).next() else { return Ok(()) };
    Err(LedgerError::Damaged(format!(
        "{} is not the one in the log (audit entry {})",
        row.noun(),
        row.seq()
    )))
}

/// How many rows the log implies. A row that refers to no entry is in no page, so it is counted.
#[derive(Default)]
struct Totals(BTreeMap<&'static str, i64>);

/// Each table, and how to count what is in it.
const TABLES: [(&str, &str); 7] = [
    ("charges", "SELECT count(*) FROM charges"),
    ("queries", "SELECT count(*) FROM queries"),
    ("answers", "SELECT count(*) FROM answers"),
    ("reviews", "SELECT count(*) FROM reviews"),
    ("votes", "SELECT count(*) FROM votes"),
    ("tokens", "SELECT count(*) FROM tokens"),
    (
        "withdrawn tokens",
        "SELECT count(*) FROM tokens WHERE revoked_seq IS NOT NULL OR revoked_at IS NOT NULL",
    ),
];

impl Totals {
    fn add(&mut self, rows: &BTreeSet<Row>) {
        for row in rows {
            match row {
                Row::Charge { .. } => self.count("charges"),
                Row::Query { .. } => self.count("queries"),
                Row::End { answer, reviewers, .. } => {
                    if answer.is_some() {
                        self.count("answers");
                    }
                    if reviewers.is_some() {
                        self.count("reviews");
                    }
                }
                Row::Vote { .. } => self.count("votes"),
                Row::Decided { .. } => {}
                Row::TokenIssued { .. } => self.count("tokens"),
                Row::TokenRevoked { .. } => self.count("withdrawn tokens"),
            }
        }
    }

    fn count(&mut self, table: &'static str) {
        *self.0.entry(table).or_default() += 1;
    }

    async fn compare(&self, conn: &mut AnyConnection) -> Result<()> {
        for (table, count) in TABLES {
            let implied = self.0.get(table).copied().unwrap_or(0);
            let kept: i64 = sqlx::query_scalar(count).fetch_one(&mut *conn).await?;
            if kept != implied {
                return Err(LedgerError::Damaged(format!(
                    "there are {kept} {table}, the log has {implied}"
                )));
            }
        }
        Ok(())
    }
}

/// What stands at the end of the log: balances, what is running, what is held, what is remembered, and the documents.
async fn standing(conn: &mut AnyConnection, books: &Books) -> Result<()> {
    let spent: Vec<(String, i64)> =
        sqlx::query_as("SELECT account, spent FROM accounts").fetch_all(&mut *conn).await?;
    let spent = spent.into_iter().map(|(account, spent)| Ok((account, loaded(spent)?)));
    if spent.collect::<Result<BTreeMap<_, _>>>()? != books.spent() {
        return Err(damaged("an account was not spent by its charges"));
    }
    const RUNNING: &str =
        "SELECT query_id FROM queries WHERE state = 'running' AND outcome_seq IS NULL
         AND ended_at IS NULL AND failure_class IS NULL";
    if words(conn, RUNNING).await? != books.running() {
        return Err(damaged("other queries are running than the log says"));
    }
    const HELD: &str = "SELECT query_id FROM reviews WHERE state = 'held' AND decided_seq IS NULL
         AND decided_at IS NULL";
    let held = books.held();
    if words(conn, HELD).await? != held {
        return Err(damaged("other answers are held than the log says"));
    }
    // While a review waits, its votes are only committed to: the opening says what they are. A missing one is damage.
    for query in &held {
        decided(conn, query).await?;
    }
    remembered(conn).await?;
    if words(conn, "SELECT digest FROM documents").await? != *books.documents() {
        return Err(damaged(
            "a document in the log is missing, or one is kept that it does not name",
        ));
    }
    Ok(())
}

/// What is remembered is of answers of the same account, and none of it is missing before what is there. The log does not
/// say what it is.
async fn remembered(conn: &mut AnyConnection) -> Result<()> {
    const ASTRAY: &str = "SELECT count(*) FROM remembered r LEFT JOIN queries q
         ON q.outcome_seq = r.seq AND q.account = r.account AND q.state = 'released' WHERE q.query_id IS NULL";
    const GAPS: &str = "SELECT count(*) FROM (SELECT seq FROM remembered GROUP BY seq
         HAVING min(place) <> 0 OR max(place) <> count(*) - 1) AS gaps";
    for (count, what) in [
        (ASTRAY, "something is remembered that is of no answer of its account"),
        (GAPS, "something that was remembered is missing"),
    ] {
        let found: i64 = sqlx::query_scalar(count).fetch_one(&mut *conn).await?;
        if found != 0 {
            return Err(damaged(what));
        }
    }
    Ok(())
}

async fn words(conn: &mut AnyConnection, sql: &'static str) -> Result<BTreeSet<String>> {
    let words: Vec<String> = sqlx::query_scalar(sql).fetch_all(conn).await?;
    Ok(words.into_iter().collect())
}
