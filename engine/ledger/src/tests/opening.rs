//! Opening a ledger: new, old, foreign, shared.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::{Kind, QueryState};

on_both!(
    what_was_cut_off_is_forfeited_once_and_keeps_its_charge,
    a_ledger_is_opened_by_one_at_a_time,
    a_closed_handle_does_nothing,
    a_newer_schema_is_refused,
    another_database_is_refused_and_left_alone,
    texts_that_no_database_keeps_are_refused,
    odd_texts_do_not_keep_a_ledger_from_opening,
);

#[tokio::test]
async fn a_new_ledger_is_readable_for_its_owner_only() {
    let home = Home::file();
    let (ledger, recovery) = home.try_open().await.unwrap();
    assert_eq!(recovery, Recovery { created: true, forfeited: 0, entries: 0 });
    let _receipt = reserve(&ledger, "q_1").await;
    let files: Vec<_> =
        std::fs::read_dir(home.folder.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 4, "database, its log, its index, and the lock");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

async fn what_was_cut_off_is_forfeited_once_and_keeps_its_charge(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let done = reserve(&ledger, "q_1").await;
    ledger.settle(done, released("42"), NOW).await.unwrap();
    let cut_off = [reserve(&ledger, "q_2").await, reserve(&ledger, "q_3").await];
    ledger.close().await;

    let (ledger, recovery) = home.try_open().await.unwrap();
    assert_eq!(recovery, Recovery { created: false, forfeited: 2, entries: 6 });
    for query_id in ["q_2", "q_3"] {
        let query = ledger.query(query_id).await.unwrap().unwrap();
        assert_eq!((query.state, query.ended_at), (QueryState::Forfeited, Some(LATER)));
    }
    assert_eq!(ledger.query("q_1").await.unwrap().unwrap().state, QueryState::Released);
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 30);
    let last = ledger.entries(5, 1).await.unwrap().remove(0);
    assert_eq!((last.kind, last.query_id.as_deref()), (Kind::Forfeited, Some("q_3")));
    for receipt in cut_off {
        let error = ledger.settle(receipt, released("late"), LATER).await.unwrap_err();
        assert!(matches!(error, LedgerError::NotRunning { .. }), "{error}");
    }
    ledger.close().await;
    let (_ledger, recovery) = home.try_open().await.unwrap();
    assert_eq!(recovery, Recovery { created: false, forfeited: 0, entries: 6 });
}

async fn a_ledger_is_opened_by_one_at_a_time(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("two servers must never share a ledger"));
    ledger.close().await;
    home.open().await;
}

async fn a_closed_handle_does_nothing(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let other = ledger.clone();
    ledger.close().await;
    ledger.close().await;
    let closed = LedgerError::Unavailable("it was closed".into());
    assert_eq!(other.reserve(intent("q_1")).await.unwrap_err(), closed);
    assert_eq!(other.balance(PROJECT).await.unwrap_err(), closed);
}

async fn a_newer_schema_is_refused(on: On) {
    let home = Home::new(on);
    home.open().await.close().await;
    for found in [99, -1] {
        let sql = match on {
            On::Sqlite => format!("PRAGMA user_version = {found}"),
            On::Postgres => format!("UPDATE ledger_version SET version = {found}"),
        };
        home.tamper(&sql).await;
        assert_eq!(home.refusal().await, LedgerError::NewerSchema { found, known: 5 });
    }
}

async fn another_database_is_refused_and_left_alone(on: On) {
    let home = Home::new(on);
    if on == On::Sqlite {
        std::fs::write(home.path(), b"").unwrap();
    }
    assert!(home.edit("CREATE TABLE other (x INTEGER)").await);
    assert!(matches!(home.refusal().await, LedgerError::NotALedger { .. }));
    let tables = match on {
        On::Sqlite => "SELECT count(*) FROM sqlite_schema",
        On::Postgres => {
            "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        }
    };
    assert_eq!(home.count(tables).await, 1);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let home = Home::file();
    std::fs::write(home.path(), "to whom it may concern ".repeat(100)).unwrap();
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::NotALedger { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_folder_is_an_error() {
    let home = Home::file();
    let path = home.folder.path().join("nowhere").join("ledger.db");
    let place = LedgerPlace::File(path);
    let opened = Ledger::open(config(place, home.folder.path(), Arc::new(NoSteps)), NOW).await;
    assert!(matches!(opened.err(), Some(LedgerError::Unavailable(_))));
}

/// Researchers choose some of these texts. None may keep the ledger from opening.
async fn odd_texts_do_not_keep_a_ledger_from_opening(on: On) {
    let controls: String = (1..0x20).chain([0x7f, 0x85]).filter_map(char::from_u32).collect();
    let odd = format!("{controls}'\"\\/\u{2028}\u{fffd}\u{1f600}e\u{301}\u{10ffff} \\u0041 $.x [");
    let home = Home::new(on);
    let ledger = home.open().await;
    let intent = Intent {
        user: odd.clone(),
        role: odd.clone(),
        account: odd.clone(),
        sql: odd.clone(),
        sql_fingerprint: odd.clone(),
        policy_digest: odd.clone(),
        profile: odd.clone(),
        snapshots: vec![odd.clone(), String::new()],
        plan_digest: odd.clone(),
        details: json!({ odd.as_str(): odd }),
        ..repeatable(&odd, &odd, &odd)
    };
    let receipt = fresh(ledger.reserve(intent).await.unwrap());
    let failed = Outcome::Failed { class: odd.clone(), sealed_cause: odd.clone() };
    ledger.settle(receipt, failed, LATER).await.unwrap();
    ledger.close().await;
    let ledger = home.open().await;
    let query = ledger.query(&odd).await.unwrap().unwrap();
    assert_eq!((query.sql_fingerprint, query.failure_class), (odd.clone(), Some(odd.clone())));
    assert_eq!(query.snapshots, [odd.clone(), String::new()]);
    assert_eq!(ledger.opening(0).await.unwrap()[0].text, odd);
}

/// PostgreSQL keeps no text with the character of number 0, so no ledger takes one; and none is closed by one.
async fn texts_that_no_database_keeps_are_refused(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    for intent in [
        Intent { sql: "select '\0'".into(), ..intent("q_1") },
        Intent { user: "a\0".into(), ..intent("q_1") },
        Intent { sql_fingerprint: "\0".into(), ..intent("q_1") },
        repeatable("q_1", "\0", "body"),
    ] {
        let error = ledger.reserve(intent).await.unwrap_err();
        assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
    }
    let receipt = reserve(&ledger, "q_1").await;
    let failed = Outcome::Failed { class: "limit".into(), sealed_cause: "cell `\0`".into() };
    ledger.settle(receipt, failed, LATER).await.unwrap();
    assert_eq!(ledger.query("q_1").await.unwrap().unwrap().failure_class.as_deref(), Some("limit"));
    assert_eq!(ledger.opening(1).await.unwrap()[0].text, "cell `\u{2400}`");
}
