//! Opening a ledger: new, old, foreign, shared.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::{Kind, QueryState};

#[tokio::test]
async fn a_new_ledger_is_readable_for_its_owner_only() {
    let home = Home::new();
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

#[tokio::test]
async fn what_was_cut_off_is_forfeited_once_and_keeps_its_charge() {
    let home = Home::new();
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

#[tokio::test]
async fn a_ledger_is_opened_by_one_at_a_time() {
    let home = Home::new();
    let ledger = home.open().await;
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("two servers must never share a ledger"));
    ledger.close().await;
    home.open().await;
}

#[tokio::test]
async fn a_closed_handle_does_nothing() {
    let home = Home::new();
    let ledger = home.open().await;
    let other = ledger.clone();
    ledger.close().await;
    ledger.close().await;
    let closed = LedgerError::Unavailable("it was closed".into());
    assert_eq!(other.reserve(intent("q_1")).await.unwrap_err(), closed);
    assert_eq!(other.balance(PROJECT).await.unwrap_err(), closed);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let home = Home::new();
    home.open().await.close().await;
    home.tamper("PRAGMA user_version = 99").await;
    assert_eq!(home.refusal().await, LedgerError::NewerSchema { found: 99, known: 4 });
    home.tamper("PRAGMA user_version = -1").await;
    assert!(matches!(home.refusal().await, LedgerError::NewerSchema { found: -1, .. }));
}

#[tokio::test]
async fn another_database_is_refused_and_left_alone() {
    let home = Home::new();
    std::fs::write(home.path(), b"").unwrap();
    home.tamper("CREATE TABLE other (x)").await;
    assert!(matches!(home.refusal().await, LedgerError::NotALedger { .. }));
    assert_eq!(home.count("SELECT count(*) FROM sqlite_schema").await, 1);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let home = Home::new();
    std::fs::write(home.path(), "to whom it may concern ".repeat(100)).unwrap();
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::NotALedger { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_folder_is_an_error() {
    let home = Home::new();
    let path = home.folder.path().join("nowhere").join("ledger.db");
    let opened = Ledger::open(config(&path, Arc::new(NoSteps)), NOW).await;
    assert!(matches!(opened.err(), Some(LedgerError::Unavailable(_))));
}

/// Researchers choose some of these texts. None may keep the ledger from opening.
#[tokio::test]
async fn odd_texts_do_not_keep_a_ledger_from_opening() {
    let controls: String = (1..0x20).chain([0x7f, 0x85]).filter_map(char::from_u32).collect();
    let odd = format!("{controls}'\"\\/\u{2028}\u{fffd}\u{1f600}e\u{301}\u{10ffff} \\u0041 $.x [");
    let home = Home::new();
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
