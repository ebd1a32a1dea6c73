//! Versions of the tables. They only go forward: a version, once used, is never edited; the next one is a new file.

use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, raw_sql};

use super::fault::commit_failed;
use crate::error::{LedgerError, Result};
use crate::steps::{Step, Steps};

/// Stands in the file, so that another program's database is not taken for a ledger. "TRSR" in ASCII.
const APPLICATION_ID: i64 = 0x5452_5352;
/// Each version sets `user_version` to its number, counted from 1.
const VERSIONS: [&str; 3] =
    [include_str!("schema/v1.sql"), include_str!("schema/v2.sql"), include_str!("schema/v3.sql")];

/// Brings the file to the latest version. Tells whether it was empty before.
///
/// # Errors
/// [`LedgerError::NewerSchema`] or [`LedgerError::NotALedger`] before anything is touched.
pub(super) async fn upgrade(
    conn: &mut SqliteConnection,
    path: &Path,
    steps: &dyn Steps,
) -> Result<bool> {
    let (version, id, tables): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT user_version FROM pragma_user_version),
                (SELECT application_id FROM pragma_application_id),
                (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(&mut *conn)
    .await?;
    let empty = version == 0 && id == 0 && tables == 0;
    if !empty && id != APPLICATION_ID {
        return Err(LedgerError::NotALedger { path: path.to_owned() });
    }
    let known = VERSIONS.len().try_into().unwrap_or(i64::MAX);
    let applied = usize::try_from(version)
        .ok()
        .filter(|applied| *applied <= VERSIONS.len())
        .ok_or(LedgerError::NewerSchema { found: version, known })?;
    for sql in VERSIONS.into_iter().skip(applied) {
        apply(conn, sql, steps).await?;
    }
    Ok(empty)
}

async fn apply(
    conn: &mut SqliteConnection,
    version: &'static str,
    steps: &dyn Steps,
) -> Result<()> {
    steps.reached(Step::BeforeSchema)?;
    let mut write = conn.begin_with("BEGIN IMMEDIATE").await?;
    raw_sql(version).execute(&mut *write).await?;
    steps.reached(Step::SchemaWritten)?;
    write.commit().await.map_err(|error| commit_failed(&error))?;
    steps.reached(Step::SchemaCommitted)?;
    Ok(())
}
