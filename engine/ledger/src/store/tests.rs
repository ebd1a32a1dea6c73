use std::sync::Arc;

use super::database::Database;
use super::*;
use crate::tests::{Home, intent};
use crate::{LedgerError, LedgerPlace, Moment, NoSteps};

const NOW: Moment = Moment(1);

#[tokio::test]
async fn the_writer_has_the_settings_that_keep_commits() {
    let home = Home::file();
    let (_held, mut writer) = Database::take(&LedgerPlace::File(home.path())).await.unwrap();
    let mut settings = Vec::new();
    for pragma in [
        "PRAGMA synchronous",
        "PRAGMA foreign_keys",
        "PRAGMA trusted_schema",
        "PRAGMA cell_size_check",
        "PRAGMA recursive_triggers",
    ] {
        settings.push(sqlx::query_scalar::<_, i64>(pragma).fetch_one(&mut writer).await.unwrap());
    }
    // 2 is FULL.
    assert_eq!(settings, [2, 1, 0, 1, 1]);
    let journal: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut writer).await.unwrap();
    assert_eq!(journal, "wal");
}

#[tokio::test]
async fn readers_cannot_write() {
    let home = Home::file();
    let store = Store::open(home.config(Arc::new(NoSteps)), NOW).await.unwrap().store;
    let mut reader = store.reader().await.unwrap();
    let written = sqlx::query("DELETE FROM openings").execute(&mut *reader).await;
    assert!(written.is_err());
}

/// A limit on the pages of the file stands for a disk without space.
#[tokio::test]
async fn a_full_disk_writes_nothing_and_closes_the_ledger() {
    let home = Home::file();
    let store = Store::open(home.config(Arc::new(NoSteps)), NOW).await.unwrap().store;
    // SQLite raises it to the pages in use.
    set(&store, "PRAGMA max_page_count = 1").await;
    let mut large = intent("q_1");
    large.sql = "x".repeat(1_000_000);
    let error = reserve(&store, large).await.err().unwrap();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    assert!(error.to_string().contains("no space left"), "{error}");
    assert_eq!(reserve(&store, intent("q_2")).await.err(), Some(error));
    store.close().await;
    let store = Store::open(home.config(Arc::new(NoSteps)), NOW).await.unwrap().store;
    assert!(entries(&store, 0, 10).await.unwrap().is_empty());
    assert!(reserve(&store, intent("q_1")).await.is_ok());
    assert_eq!(balance(&store, "heart-study").await.unwrap(), 10);
}

#[tokio::test]
async fn a_foreign_writer_delays_and_closes_nothing() {
    let home = Home::file();
    let store = Store::open(home.config(Arc::new(NoSteps)), NOW).await.unwrap().store;
    set(&store, "PRAGMA busy_timeout = 0").await;
    let mut foreign = sqlite::writer(&home.path()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut foreign).await.unwrap();
    let error = reserve(&store, intent("q_1")).await.err().unwrap();
    assert!(matches!(error, LedgerError::TryLater(_)), "{error}");
    sqlx::query("ROLLBACK").execute(&mut foreign).await.unwrap();
    assert!(reserve(&store, intent("q_1")).await.is_ok());
    assert_eq!(balance(&store, "heart-study").await.unwrap(), 10);
}

/// Changes a setting of the writer.
async fn set(store: &Store, pragma: &'static str) {
    let mut writer = store.writer.lock().await;
    sqlx::query(pragma).execute(&mut writer.as_mut().unwrap().conn).await.unwrap();
}

#[tokio::test]
async fn a_server_is_told_to_wait_for_its_disk() {
    let Some(address) = crate::tests::postgres::database() else { return };
    let place = LedgerPlace::Postgres(address);
    let (database, mut writer) = Database::take(&place).await.unwrap();
    for (setting, expected) in
        [("synchronous_commit", "on"), ("lock_timeout", "10s"), ("fsync", "on")]
    {
        let found: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(&mut writer)
            .await
            .unwrap();
        assert_eq!(found, expected, "{setting}");
    }
    assert!(!database.name().contains('@'), "no user and no password in messages");
    let readers = database.readers().await.unwrap();
    let mut reader = readers.acquire().await.unwrap();
    assert!(sqlx::query("CREATE TABLE t (x INTEGER)").execute(&mut *reader).await.is_err());
}

#[tokio::test]
async fn what_is_no_address_of_a_server_is_refused_without_being_quoted() {
    for address in ["secret", "sqlite://secret", "postgres//secret", "postgres://a:secret@[x"] {
        let error = Database::take(&LedgerPlace::Postgres(address.into())).await.err().unwrap();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

/// Somebody was counted on to commit, and gave up waiting for their turn.
#[tokio::test]
async fn who_gives_up_leaves_nobody_waiting() {
    let home = Home::file();
    let store = Store::open(home.config(Arc::new(NoSteps)), NOW).await.unwrap().store;
    store.waiting.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    assert!(reserve(&store, intent("q_1")).await.is_ok());
    assert_eq!(balance(&store, "heart-study").await.unwrap(), 10);
}
