//! A ledger in a database of a PostgreSQL server: one process at a time, by an advisory lock of its writer's session.
//!
//! The lock lives in the session that writes: who loses it has lost the connection and can write nothing (FAIL-CLOSED).
//! A commit is believed only where the server was told to wait for its disk.

use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyConnection, AnyPool, ConnectOptions, raw_sql};

use super::database::{Found, Version};
use crate::error::{LedgerError, Result};

/// A ledger on PostgreSQL never had an earlier version than the first of these.
pub(super) const VERSIONS: &[Version] =
    &[(4, include_str!("schema/postgres/v4.sql")), (5, include_str!("schema/postgres/v5.sql"))];

/// Number of the advisory lock: "TRSR" in ASCII. Such locks are per database.
const LOCK: i64 = 0x5452_5352;
/// How often the lock is asked for, and what lies between.
const ATTEMPTS: u32 = 40;
const PATIENCE: Duration = Duration::from_millis(50);
/// Readers at the same time.
const READERS: u32 = 4;
/// The server gives the lock of a machine that is gone to another after half a minute.
const OF_WRITER: &str = "SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET tcp_keepalives_idle = 10; \
     SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4;";
const OF_READERS: &str = "SET default_transaction_read_only = on; SET statement_timeout = '30s';";

/// Settings without which a commit that was reported can be lost, and a way to ask for each.
const DURABLE: [&str; 2] = ["fsync", "full_page_writes"];

/// A database of a server, locked.
pub(super) struct Postgres {
    options: AnyConnectOptions,
    name: String,
    /// The session that holds the lock, or only looks. Behind a pooler of connections another one may answer.
    session: i64,
}

impl Postgres {
    /// Connects, checks that the server keeps what it commits, and takes the lock.
    pub(super) async fn take(url: &str) -> Result<(Self, AnyConnection)> {
        let (options, name) = address(url)?;
        let mut writer = options.connect().await?;
        raw_sql(OF_WRITER).execute(&mut writer).await?;
        keeps_commits(&mut writer).await?;
        if !locked(&mut writer).await? {
            let lock = format!("the advisory lock {LOCK} of the database");
            return Err(LedgerError::InUse { place: name, lock });
        }
        let session = session(&mut writer).await?;
        Ok((Self { options, name, session }, writer))
    }

    /// Connects for reading, whoever else writes.
    pub(super) async fn look(url: &str) -> Result<(Self, AnyConnection)> {
        let (options, name) = address(url)?;
        let mut reader = options.connect().await?;
        raw_sql(OF_READERS).execute(&mut reader).await?;
        let session = session(&mut reader).await?;
        Ok((Self { options, name, session }, reader))
    }

    pub(super) async fn readers(&self) -> Result<AnyPool> {
        let pool = AnyPoolOptions::new().max_connections(READERS).after_connect(|conn, _| {
            Box::pin(async move { raw_sql(OF_READERS).execute(conn).await.map(drop) })
        });
        Ok(pool.connect_with(self.options.clone()).await?)
    }

    pub(super) async fn found(writer: &mut AnyConnection) -> Result<Found> {
        let (ours, tables): (bool, i64) = sqlx::query_as(
            "SELECT coalesce(bool_or(c.relname = 'ledger_version'), false), count(*)
             FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace",
        )
        .fetch_one(&mut *writer)
        .await?;
        if tables == 0 {
            return Ok(Found::Empty);
        }
        if !ours {
            return Ok(Found::Foreign);
        }
        let version =
            sqlx::query_scalar("SELECT version FROM ledger_version").fetch_one(writer).await?;
        Ok(Found::Version(version))
    }

    /// The session that answers is the one that took the lock.
    pub(super) async fn still_ours(&self, writer: &mut AnyConnection) -> Result<()> {
        let session: i64 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(writer).await?;
        if session == self.session {
            return Ok(());
        }
        Err(LedgerError::Unavailable(
            "the lock of the ledger was lost: another session of the server answers (connect to the server itself, \
             not to a pooler of connections)"
                .into(),
        ))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Takes the lock. The server may need a moment to notice that the one who held it has died.
async fn locked(writer: &mut AnyConnection) -> Result<bool> {
    for _ in 0..ATTEMPTS {
        let locked = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK);
        if locked.fetch_one(&mut *writer).await? {
            return Ok(true);
        }
        tokio::time::sleep(PATIENCE).await;
    }
    Ok(false)
}

async fn session(writer: &mut AnyConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(writer).await?)
}

/// The address as options of a connection that logs no statement, and in words without a password.
fn address(url: &str) -> Result<(AnyConnectOptions, String)> {
    // The text of the error could quote the address, and with it a password.
    const WRONG: &str = "the address of the ledger is not `postgres://..`";
    let wrong = |_| LedgerError::Unavailable(WRONG.into());
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(LedgerError::Unavailable(WRONG.into()));
    }
    let known: PgConnectOptions = url.parse().map_err(wrong)?;
    let options: AnyConnectOptions = url.parse().map_err(wrong)?;
    let database = known.get_database().unwrap_or_else(|| known.get_username());
    let name = format!("postgres://{}:{}/{database}", known.get_host(), known.get_port());
    Ok((options.disable_statement_logging(), name))
}

/// Refuses a server that would report a commit which a power cut takes back, and one that only follows another.
async fn keeps_commits(writer: &mut AnyConnection) -> Result<()> {
    for setting in DURABLE {
        if setting_of(writer, setting).await? != "on" {
            return Err(unfit(&format!("its setting `{setting}` is off: turn it on")));
        }
    }
    // A server that waits for the memory of its standby as well is left as it is.
    if setting_of(writer, "synchronous_commit").await? != "remote_apply" {
        raw_sql("SET synchronous_commit = on").execute(&mut *writer).await?;
    }
    if setting_of(writer, "server_encoding").await? != "UTF8" {
        return Err(unfit("the database is not in UTF-8: create it with `ENCODING 'UTF8'`"));
    }
    let follows: bool =
        sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(&mut *writer).await?;
    if follows {
        return Err(unfit("it is a standby: connect to the primary"));
    }
    Ok(())
}

async fn setting_of(writer: &mut AnyConnection, name: &str) -> Result<String> {
    let found = sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(writer);
    Ok(found.await?)
}

fn unfit(why: &str) -> LedgerError {
    LedgerError::Unavailable(format!("the server cannot keep a ledger: {why}"))
}
