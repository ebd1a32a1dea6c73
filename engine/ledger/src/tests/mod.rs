//! The ledger from outside: spending, ending, reading, damage, and a stop at every step.

mod crash;
mod damage;
mod dice;
mod documents;
mod erasure;
mod failpoints;
mod faults;
mod kill;
mod log;
mod migrations;
mod opening;
#[path = "../../../../tests/src/postgres.rs"]
pub(crate) mod postgres;
mod power;
mod published;
mod race;
mod remembered;
mod reviews;
mod spending;
mod together;
mod tokens;
mod upkeep;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tempfile::TempDir;

use crate::{
    Answer, Decision, Idempotency, Intent, IntentReceipt, Ledger, LedgerConfig, LedgerError,
    LedgerPlace, LogConfig, Moment, NewVote, NoSteps, Outcome, REVIEWERS, Recovery, Remembered,
    Reservation, Steps, StoredAnswer, digest_of,
};

const PROJECT: &str = "heart-study";
const NOW: Moment = Moment(1_790_000_000_000_000);
const LATER: Moment = Moment(1_790_000_001_000_000);

/// Writes each of these tests twice: for a ledger in a file and for one on a PostgreSQL server.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(crate::tests::On::Sqlite).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    if crate::tests::postgres::installed() {
                        super::$test(crate::tests::On::Postgres).await;
                    }
                }
            )+
        }
    };
}
use on_both;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

impl On {
    /// The type of bytes.
    const fn bytes(self) -> &'static str {
        match self {
            Self::Sqlite => "BLOB",
            Self::Postgres => "BYTEA",
        }
    }
}

/// A place with a ledger in it, open or not, and a folder for what lies beside it.
pub(crate) struct Home {
    folder: TempDir,
    place: LedgerPlace,
}

impl Home {
    pub(crate) fn new(on: On) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = match on {
            On::Sqlite => LedgerPlace::File(folder.path().join("ledger.db")),
            On::Postgres => LedgerPlace::Postgres(postgres::database().unwrap()),
        };
        Self { folder, place }
    }

    /// A ledger in a file.
    pub(crate) fn file() -> Self {
        Self::new(On::Sqlite)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    pub(crate) fn config(&self, steps: Arc<dyn Steps>) -> LedgerConfig {
        config(self.place.clone(), self.folder.path(), steps)
    }

    async fn try_open(&self) -> Result<(Ledger, Recovery), LedgerError> {
        Ledger::open(self.config(Arc::new(NoSteps)), LATER).await
    }

    async fn open(&self) -> Ledger {
        self.try_open().await.unwrap().0
    }

    /// Why the ledger does not open.
    async fn refusal(&self) -> LedgerError {
        self.try_open().await.err().expect("the ledger must not open")
    }

    /// A connection behind the back of the ledger.
    async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let address = match &self.place {
            LedgerPlace::File(path) => format!("sqlite://{}", path.display()),
            LedgerPlace::Postgres(address) => address.clone(),
        };
        AnyConnection::connect(&address).await.unwrap()
    }

    /// Edits the ledger as it stands, with all that stops careless edits; tells whether that was possible.
    async fn edit(&self, sql: &str) -> bool {
        let mut conn = self.connect().await;
        if matches!(self.place, LedgerPlace::File(_)) {
            sqlx::raw_sql("PRAGMA recursive_triggers = ON").execute(&mut conn).await.unwrap();
        }
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.is_ok();
        conn.close().await.unwrap();
        done
    }

    /// Edits the ledger behind its back. Everyone who can write it can take triggers and checks away first.
    async fn tamper(&self, sql: &str) {
        let mut conn = self.connect().await;
        let before = match &self.place {
            LedgerPlace::File(_) => {
                let triggers: Vec<(String,)> =
                    sqlx::query_as("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
                        .fetch_all(&mut conn)
                        .await
                        .unwrap();
                let drops = triggers.iter().map(|(name,)| format!("DROP TRIGGER {name};"));
                drops.collect::<String>()
                    + "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"
            }
            LedgerPlace::Postgres(_) => "SET session_replication_role = replica;
                DO $$ DECLARE c record; BEGIN
                    FOR c IN SELECT conrelid::regclass AS rel, conname FROM pg_constraint
                        WHERE contype = 'c' AND connamespace = current_schema()::regnamespace
                    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.rel, c.conname); END LOOP;
                END $$;"
                .to_owned(),
        };
        sqlx::raw_sql(AssertSqlSafe(before + sql)).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    /// One number from the ledger.
    async fn count(&self, sql: &'static str) -> i64 {
        let mut conn = self.connect().await;
        let count = sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        count
    }
}

/// A ledger in this place, with its log in a folder.
fn config(place: LedgerPlace, folder: &Path, steps: Arc<dyn Steps>) -> LedgerConfig {
    let log = LogConfig {
        origin: "test.example/log".to_owned(),
        seed: [7; 32],
        folder: folder.join("ledger.log"),
        anchor: None,
    };
    LedgerConfig { place, log, steps }
}

/// An intent that costs 10 of 100 points.
pub(crate) fn intent(query_id: &str) -> Intent {
    Intent {
        query_id: query_id.into(),
        account: PROJECT.into(),
        user: "ana".into(),
        role: "researcher".into(),
        idempotency: None,
        sql: "select count(*) from patients where diagnosis = 'I21'".into(),
        sql_fingerprint: "select count(*) from patients where diagnosis = ?".into(),
        policy_revision: Some(1),
        policy_digest: "policy-1".into(),
        profile: "standard".into(),
        snapshots: vec!["snapshot-1".into()],
        plan_digest: "plan-1".into(),
        cost: 10,
        limit: 100,
        at: NOW,
        details: json!({ "purpose": "incidence", "tables": ["patients"] }),
        sealed: vec![],
    }
}

fn repeatable(query_id: &str, key: &str, body_digest: &str) -> Intent {
    let idempotency = Idempotency { key: key.into(), body_digest: body_digest.into() };
    Intent { idempotency: Some(idempotency), ..intent(query_id) }
}

fn released(answer: &str) -> Outcome {
    Outcome::Released {
        answer: answer.into(),
        digest: digest_of(answer.as_bytes()),
        summary: json!({ "cells": 1 }),
        sealed: vec![],
        reviewers: 0,
        remembered: remembered(answer),
    }
}

/// What an answer leaves: something of two topics, and twice of one.
fn remembered(answer: &str) -> Vec<Remembered> {
    let of = |topic: &str, body: &str| Remembered { topic: topic.into(), body: body.into() };
    vec![of("cells", answer), of("exposure", "who"), of("cells", "more")]
}

/// The same, to be released by two people.
fn held(answer: &str) -> Outcome {
    Outcome::Released {
        answer: answer.into(),
        digest: digest_of(answer.as_bytes()),
        summary: json!({ "cells": 1 }),
        sealed: vec![],
        reviewers: REVIEWERS,
        remembered: remembered(answer),
    }
}

/// A decision to release.
fn vote(query_id: &str, checker: &str) -> NewVote {
    NewVote {
        query_id: query_id.into(),
        checker: checker.into(),
        role: "checker".into(),
        decision: Decision::Release,
        to_author: format!("{checker} to the author"),
        to_checkers: format!("{checker} to the others"),
        policy_revision: Some(1),
        at: LATER,
    }
}

/// The answer of a query, which must be served.
async fn answer_of(ledger: &Ledger, query_id: &str) -> StoredAnswer {
    ledger.answer(query_id).await.unwrap().and_then(Answer::released).unwrap()
}

fn failed() -> Outcome {
    Outcome::Failed { class: "limit".into(), sealed_cause: "cell `Smith` was too wide".into() }
}

fn fresh(reservation: Reservation) -> IntentReceipt {
    match reservation {
        Reservation::Fresh(receipt) => receipt,
        other => panic!("not fresh: {other:?}"),
    }
}

async fn reserve(ledger: &Ledger, query_id: &str) -> IntentReceipt {
    fresh(ledger.reserve(intent(query_id)).await.unwrap())
}
