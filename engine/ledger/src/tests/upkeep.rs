//! Copies, the way back, and checks beside a running server.

use std::fs;

use super::*;
use crate::QueryState;
use crate::tests::postgres as server;
use crate::tlog::TreeHead;
use crate::upkeep::{UpkeepError, back_up, inspect, restore, verify_copy};

on_both!(a_ledger_is_checked_beside_a_running_server, an_edit_is_found_without_a_server);

async fn head(place: &LedgerPlace) -> TreeHead {
    inspect(place).await.unwrap().head
}

async fn a_ledger_is_checked_beside_a_running_server(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    let running = inspect(&home.place).await.unwrap();
    assert_eq!((running.head.size, running.books().running().len()), (1, 1));
    assert_eq!((running.first, running.last), (Some(NOW), Some(NOW)));
    ledger.settle(receipt, released("42"), LATER).await.unwrap();
    let ended = inspect(&home.place).await.unwrap();
    assert_eq!((ended.head.size, ended.last), (2, Some(LATER)));
    assert_eq!(ended.spent(), [(PROJECT.to_owned(), 10)].into());
    assert_eq!(ended.head, ledger.checkpoint().await.unwrap().head());
    ledger.close().await;
    assert_eq!(head(&home.place).await, ended.head);
}

async fn an_edit_is_found_without_a_server(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _receipt = reserve(&ledger, "q_1").await;
    ledger.close().await;
    home.tamper("UPDATE accounts SET spent = 1").await;
    let error = inspect(&home.place).await.err().unwrap();
    assert!(matches!(error, UpkeepError::Ledger(LedgerError::Damaged(_))), "{error}");
}

/// A ledger with one query answered, its home, and a copy of it.
async fn copied() -> (Home, Ledger, PathBuf) {
    let home = Home::file();
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, released("42"), NOW).await.unwrap();
    let copy = home.folder.path().join("copy");
    let manifest = back_up(&home.path(), &copy, LATER).await.unwrap();
    assert_eq!((manifest.entries, manifest.made_at), (2, LATER.0));
    (home, ledger, copy)
}

async fn put_back(home: &Home, copy: &Path) -> Result<Option<PathBuf>, String> {
    let log = home.folder.path().join("ledger.log");
    let restored = restore(copy, &home.path(), &log, LATER).await;
    restored.map(|restored| restored.aside).map_err(|error| error.to_string())
}

/// The disk of the ledger is lost; copy and log are not.
fn lose(home: &Home) {
    for end in ["", "-wal", "-shm"] {
        drop(fs::remove_file(home.folder.path().join(format!("ledger.db{end}"))));
    }
}

#[tokio::test]
async fn a_copy_of_a_running_ledger_is_put_back_after_a_loss() {
    let (home, ledger, copy) = copied().await;
    ledger.close().await;
    let before = head(&home.place).await;
    assert_eq!(verify_copy(&copy).await.unwrap().head, before);
    lose(&home);
    assert_eq!(put_back(&home, &copy).await.unwrap(), None);
    let ledger = home.open().await;
    assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
    assert_eq!(ledger.remembered(PROJECT, "cells").await.unwrap().len(), 2);
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
    assert_eq!(ledger.checkpoint().await.unwrap().head(), before);
}

#[tokio::test]
async fn a_damaged_ledger_is_kept_beside_the_one_that_is_put_back() {
    let (home, ledger, copy) = copied().await;
    ledger.close().await;
    home.tamper("UPDATE accounts SET spent = 1").await;
    let aside = put_back(&home, &copy).await.unwrap().unwrap();
    assert!(inspect(&LedgerPlace::File(aside)).await.is_err());
    assert_eq!(home.open().await.balance(PROJECT).await.unwrap(), 10);
}

#[tokio::test]
async fn an_older_copy_is_not_put_back() {
    let (home, ledger, copy) = copied().await;
    let _later = reserve(&ledger, "q_2").await;
    ledger.close().await;
    let said = put_back(&home, &copy).await.unwrap_err();
    assert!(said.contains("2 entries, but 3 are known"), "{said}");
    lose(&home);
    let said = put_back(&home, &copy).await.unwrap_err();
    assert!(said.contains("ledger.log"), "the log remembers: {said}");
    // By hand instead: no server starts on it, and nothing was written.
    fs::copy(&copy, home.path()).unwrap();
    assert!(matches!(home.refusal().await, LedgerError::OlderCopy { .. }));
    assert_eq!(head(&home.place).await.size, 2);
}

#[tokio::test]
async fn nothing_is_put_under_a_running_server() {
    let (home, ledger, copy) = copied().await;
    let said = put_back(&home, &copy).await.unwrap_err();
    assert!(said.contains("is in use"), "{said}");
    ledger.close().await;
}

#[tokio::test]
async fn a_copy_that_changed_is_not_believed() {
    let (home, ledger, copy) = copied().await;
    ledger.close().await;
    let again = back_up(&home.path(), &copy, LATER).await.unwrap_err();
    assert!(again.to_string().contains("never replaces another"), "{again}");
    let mut bytes = fs::read(&copy).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&copy, bytes).unwrap();
    let said = put_back(&home, &copy).await.unwrap_err();
    assert!(said.contains("not the file that its manifest describes"), "{said}");
    fs::remove_file(home.folder.path().join("copy.manifest.json")).unwrap();
    let said = put_back(&home, &copy).await.unwrap_err();
    assert!(said.contains("cannot read the manifest"), "{said}");
}

/// A damaged ledger is not copied: the copy would pass for a sound one until it is needed.
#[tokio::test]
async fn what_is_damaged_is_not_copied() {
    let (home, ledger, _) = copied().await;
    ledger.close().await;
    home.tamper("UPDATE charges SET spend_limit = 1000").await;
    let copy = home.folder.path().join("second");
    assert!(back_up(&home.path(), &copy, LATER).await.is_err());
    assert_eq!(
        fs::read_dir(home.folder.path())
            .unwrap()
            .filter(|item| {
                item.as_ref().unwrap().file_name().to_str().unwrap().starts_with("second")
            })
            .count(),
        0
    );
}

/// A ledger on a server is copied by the tools of that server.
#[tokio::test]
async fn a_dump_of_a_server_is_the_same_ledger() {
    if !server::installed() {
        return;
    }
    let home = Home::new(On::Postgres);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, held("42"), NOW).await.unwrap();
    let LedgerPlace::Postgres(address) = &home.place else { panic!("not on a server") };
    let dump = server::tool("pg_dump", address).arg("-Fc").output().unwrap();
    assert!(dump.status.success());
    ledger.close().await;
    let other = server::database().unwrap();
    let file = home.folder.path().join("dump");
    fs::write(&file, dump.stdout).unwrap();
    let restored = server::tool("pg_restore", &other).arg(&file).output().unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let other = LedgerPlace::Postgres(other);
    assert_eq!(head(&other).await, head(&home.place).await);
    let config = config(other, home.folder.path(), Arc::new(NoSteps));
    let (ledger, recovery) = Ledger::open(config, LATER).await.unwrap();
    assert_eq!((recovery.created, recovery.entries), (false, 2));
    assert!(matches!(ledger.answer("q_1").await.unwrap(), Some(Answer::Held)));
}

/// The session of the first server ends (a failover, an administrator), and a second server starts.
#[tokio::test(flavor = "multi_thread")]
async fn who_loses_the_session_writes_nothing_more() {
    if !server::installed() {
        return;
    }
    let home = Home::new(On::Postgres);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(home.edit(end).await);
    let other = home.open().await;
    let error = ledger.settle(receipt, released("42"), LATER).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    assert!(ledger.reserve(intent("q_2")).await.is_err());
    assert!(ledger.answer("q_1").await.is_err());
    assert!(other.answer("q_1").await.unwrap().is_none());
    assert_eq!(other.query("q_1").await.unwrap().unwrap().state, QueryState::Forfeited);
    assert_eq!(other.balance(PROJECT).await.unwrap(), 10);
}
