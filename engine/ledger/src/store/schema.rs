//! Versions of the tables. They only go forward: a version, once used, is never edited; the next one is a new file.

use sqlx::{AnyConnection, Connection, raw_sql};

use super::database::{Database, Found};
use super::handle::commit_alone;
use crate::error::{LedgerError, Result};
use crate::steps::{Step, Steps};

/// The version of the ledger; `None` for an empty one. Nothing is touched.
///
/// # Errors
/// [`LedgerError::NewerSchema`] or [`LedgerError::NotALedger`].
pub(super) async fn version(
    database: &Database,
    writer: &mut AnyConnection,
) -> Result<Option<i64>> {
    let known = database.latest();
    match database.found(writer).await? {
        Found::Empty => Ok(None),
        Found::Foreign => Err(LedgerError::NotALedger { place: database.name() }),
        Found::Version(found) if (1..=known).contains(&found) => Ok(Some(found)),
        Found::Version(found) => Err(LedgerError::NewerSchema { found, known }),
    }
}

/// Brings the ledger from that version to the latest.
pub(super) async fn upgrade(
    database: &Database,
    writer: &mut AnyConnection,
    version: Option<i64>,
    steps: &dyn Steps,
) -> Result<()> {
    for (number, sql) in database.versions() {
        if version.is_none_or(|version| version < *number) {
            apply(database, writer, sql, steps).await?;
        }
    }
    Ok(())
}

async fn apply(
    database: &Database,
    writer: &mut AnyConnection,
    version: &'static str,
    steps: &dyn Steps,
) -> Result<()> {
    steps.reached(Step::BeforeSchema)?;
    let mut write = writer.begin_with(database.begin()).await?;
    raw_sql(version).execute(&mut *write).await?;
    steps.reached(Step::SchemaWritten)?;
    commit_alone(write).await?;
    steps.reached(Step::SchemaCommitted)?;
    Ok(())
}
