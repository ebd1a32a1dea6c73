//! Faults of the machine around an open ledger: files taken away, a second owner, a server that ends the connection.
//!
//! The ledger says so and does nothing more (FAIL-CLOSED); when the cause is gone, opening it again is all it takes.
//! Failing calls to the disk are in `power/failing.rs`, failing steps in `failpoints.rs`.

use super::kill::server::Server;
use super::*;
use crate::{Kind, NewEntry, QueryState};

/// Whatever is tried, nothing is charged, recorded or served.
async fn does_nothing(ledger: &Ledger, cause: &str) {
    let first = ledger.reserve(intent("q_late")).await.unwrap_err();
    assert!(matches!(first, LedgerError::Unavailable(_)), "{first}");
    let words = first.to_string();
    assert!(words.contains("until it is opened again") && words.contains(cause), "{words}");
    let refusals = [
        ledger.record(NewEntry::new(Kind::Start, "system", NOW)).await.err(),
        ledger.answer("q_1").await.err(),
        ledger.balance(PROJECT).await.err(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.as_ref(), Some(&first));
    }
}

#[tokio::test]
async fn a_lock_that_is_taken_away_lets_nobody_write_twice() {
    let home = Home::file();
    let ledger = home.open().await;
    let running = reserve(&ledger, "q_1").await;
    std::fs::remove_file(home.path().with_file_name("ledger.db.lock")).unwrap();
    // Somebody else comes, finds no lock, and forfeits what runs.
    let second = home.open().await;
    let late = ledger.settle(running, released("42"), LATER).await.unwrap_err();
    assert!(matches!(late, LedgerError::Unavailable(_)), "{late}");
    does_nothing(&ledger, "ledger.db.lock was removed or replaced").await;
    assert_eq!(second.query("q_1").await.unwrap().unwrap().state, QueryState::Forfeited);
    let charged = reserve(&second, "q_2").await;
    second.settle(charged, released("43"), LATER).await.unwrap();
    ledger.close().await;
    second.close().await;
    let ledger = home.open().await;
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 20);
}

#[tokio::test]
async fn a_ledger_that_is_taken_away_charges_nobody() {
    for file in ["ledger.db", "ledger.db-wal"] {
        let home = Home::file();
        let ledger = home.open().await;
        reserve_and_settle(&ledger, "q_1").await;
        let (name, aside) = (home.path().with_file_name(file), home.path().with_file_name("aside"));
        std::fs::rename(&name, &aside).unwrap();
        does_nothing(&ledger, "was removed or replaced").await;
        // Another file of this name is as good as none.
        std::fs::copy(&aside, &name).unwrap();
        does_nothing(&ledger, "was removed or replaced").await;
        std::fs::rename(&aside, &name).unwrap();
        ledger.close().await;
        let ledger = home.open().await;
        assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42", "{file}");
        reserve_and_settle(&ledger, "q_2").await;
    }
}

async fn reserve_and_settle(ledger: &Ledger, query_id: &str) {
    let receipt = reserve(ledger, query_id).await;
    ledger.settle(receipt, released("42"), NOW).await.unwrap();
}

/// The folder of the published log cannot be written: what cannot be proved is not released.
#[tokio::test]
async fn a_log_that_cannot_be_published_closes_the_ledger() {
    let home = Home::file();
    let ledger = home.open().await;
    reserve_and_settle(&ledger, "q_1").await;
    ledger.close().await;
    let (log, aside) = (home.folder.path().join("ledger.log"), home.folder.path().join("aside"));
    std::fs::rename(&log, &aside).unwrap();
    std::fs::write(&log, "in the way").unwrap();
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    std::fs::remove_file(&log).unwrap();
    std::fs::rename(&aside, &log).unwrap();
    let ledger = home.open().await;
    assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
}

#[tokio::test]
async fn a_server_that_ends_the_connection_of_the_writer_ends_all_work() {
    let Some(server) = Server::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = || LedgerPlace::Postgres(server.address());
    let config = || config(place(), folder.path(), Arc::new(NoSteps));
    let (ledger, _) = Ledger::open(config(), NOW).await.unwrap();
    reserve_and_settle(&ledger, "q_1").await;
    server.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = 'ledger' AND pid <> pg_backend_pid()",
    );
    let error = ledger.reserve(intent("q_2")).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    // The lock is free, and somebody else takes it; the first never writes again.
    let (second, recovery) = Ledger::open(config(), NOW).await.unwrap();
    assert_eq!((recovery.created, recovery.forfeited), (false, 0));
    assert_eq!(ledger.reserve(intent("q_2")).await.unwrap_err(), error);
    assert_eq!(answer_of(&second, "q_1").await.bytes, b"42");
    assert_eq!(second.balance(PROJECT).await.unwrap(), 10);
    ledger.close().await;
    second.close().await;
}

#[tokio::test]
async fn a_server_that_is_started_again_is_opened_again() {
    let Some(server) = Server::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let config =
        || config(LedgerPlace::Postgres(server.address()), folder.path(), Arc::new(NoSteps));
    let (ledger, _) = Ledger::open(config(), NOW).await.unwrap();
    reserve_and_settle(&ledger, "q_1").await;
    server.crash();
    let error = ledger.reserve(intent("q_2")).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    let error = Ledger::open(config(), NOW).await.err().unwrap();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    server.start();
    // Not by itself: what was under way when the server went is read back, not guessed.
    assert!(ledger.reserve(intent("q_2")).await.is_err());
    ledger.close().await;
    let (ledger, _) = Ledger::open(config(), NOW).await.unwrap();
    assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
    reserve_and_settle(&ledger, "q_2").await;
    ledger.close().await;
}
