//! The ledger from outside: spending, ending, reading, damage, and a stop at every step.

mod crash;
mod damage;
mod documents;
mod log;
mod opening;
mod reviews;
mod spending;
mod tokens;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

use crate::{
    Answer, Decision, Idempotency, Intent, IntentReceipt, Ledger, LedgerConfig, LedgerError,
    LogConfig, Moment, NewVote, NoSteps, Outcome, REVIEWERS, Recovery, Reservation, Steps,
    StoredAnswer, digest_of,
};

const PROJECT: &str = "heart-study";
const NOW: Moment = Moment(1_790_000_000_000_000);
const LATER: Moment = Moment(1_790_000_001_000_000);

/// A ledger in this file, with its log beside it.
fn config(path: &Path, steps: Arc<dyn Steps>) -> LedgerConfig {
    let log = LogConfig {
        origin: "test.example/log".to_owned(),
        seed: [7; 32],
        folder: path.with_extension("log"),
        anchor: None,
    };
    LedgerConfig { steps, ..LedgerConfig::file(path, log) }
}

/// A folder with a ledger in it, open or not.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    async fn try_open(&self) -> Result<(Ledger, Recovery), LedgerError> {
        Ledger::open(config(&self.path(), Arc::new(NoSteps)), LATER).await
    }

    async fn open(&self) -> Ledger {
        self.try_open().await.unwrap().0
    }

    /// Why the ledger does not open.
    async fn refusal(&self) -> LedgerError {
        self.try_open().await.err().expect("the ledger must not open")
    }

    /// Edits the file behind the back of the ledger.
    async fn tamper(&self, sql: &str) {
        let options = SqliteConnectOptions::new().filename(self.path()).foreign_keys(false);
        let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    /// One number from the file.
    async fn count(&self, sql: &'static str) -> i64 {
        let options = SqliteConnectOptions::new().filename(self.path());
        let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
        let count = sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        count
    }
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
        reviewers: 0,
    }
}

/// The same, to be released by two people.
fn held(answer: &str) -> Outcome {
    Outcome::Released {
        answer: answer.into(),
        digest: digest_of(answer.as_bytes()),
        summary: json!({ "cells": 1 }),
        reviewers: REVIEWERS,
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
