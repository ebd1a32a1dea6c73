//! Reads all of a ledger and checks it, without a server and beside a running one.

use std::path::{Path, PathBuf};

use sqlx::{AnyConnection, Connection};

use super::database::Database;
use super::{schema, verify};
use crate::config::LedgerPlace;
use crate::error::{LedgerError, Result};
use crate::moment::Moment;
use crate::steps::NoSteps;
use crate::tlog::{Edge, Hash};
use crate::upkeep::Inspected;

/// What the ledger holds, as one moment has it.
pub(crate) async fn inspect(place: &LedgerPlace) -> Result<Inspected> {
    let (database, mut reader) = Database::look(place).await?;
    let version = schema::version(&database, &mut reader).await?;
    let version = version.ok_or_else(|| LedgerError::NotALedger {
        place: format!("{} (it is empty)", database.name()),
    })?;
    if version < database.latest() {
        reader.close().await?;
        return of_earlier(place, version).await;
    }
    let mut read = reader.begin_with(database.begin_reading()).await?;
    let inspected = all(&database, &mut read, version).await;
    read.rollback().await?;
    reader.close().await?;
    inspected
}

async fn all(database: &Database, reader: &mut AnyConnection, version: i64) -> Result<Inspected> {
    database.whole(reader).await?;
    let (mut edge, mut first, mut last) = (Edge::default(), None, None::<Moment>);
    let books = verify::books(reader, |entry| {
        edge.push(Hash(entry.leaf_hash.0));
        first = first.or(Some(entry.at));
        last = Some(entry.at);
    });
    let books = books.await?;
    Ok(Inspected { version, head: edge.head(), first, last, books })
}

/// A file of an earlier version is brought on in a copy, which is checked and removed.
async fn of_earlier(place: &LedgerPlace, version: i64) -> Result<Inspected> {
    let LedgerPlace::File(path) = place else {
        return Err(LedgerError::Unavailable(format!(
            "the ledger has schema {version}: start the server of this version on it once, then it can be checked"
        )));
    };
    let copy = beside(path, ".brought-on");
    let failed = |error: std::io::Error| {
        LedgerError::Unavailable(format!("cannot copy {} to check it: {error}", path.display()))
    };
    super::sqlite::create_private(&copy)?;
    std::fs::copy(path, &copy).map_err(failed)?;
    let inspected = brought_on(&copy, version).await;
    for end in ["", "-wal", "-shm", ".lock"] {
        drop(std::fs::remove_file(beside(&copy, end)));
    }
    inspected
}

async fn brought_on(copy: &Path, version: i64) -> Result<Inspected> {
    let (database, mut writer) = Database::take(&LedgerPlace::File(copy.to_owned())).await?;
    schema::upgrade(&database, &mut writer, Some(version), &NoSteps).await?;
    let inspected = all(&database, &mut writer, version).await;
    writer.close().await?;
    inspected
}

/// A file of the same name with something at its end.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
