//! The two databases behind one set of statements: what is not the same on both, each in a file of its own.
//!
//! All other files of this folder speak SQL that both understand, over connections that hide which one it is.

use std::sync::Once;

use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, AnyPool};

use super::postgres::Postgres;
use super::sqlite::Sqlite;
use crate::config::LedgerPlace;
use crate::error::Result;

/// Where a ledger is kept, held by this process and no other.
pub(super) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// What the database holds before it is brought to the latest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing at all.
    Empty,
    /// A ledger of this version.
    Version(i64),
    /// Tables of somebody else.
    Foreign,
}

/// A version of the tables: its number and the statements that bring the one before to it.
pub(super) type Version = (i64, &'static str);

impl Database {
    /// Opens the one connection that writes, and takes the right to be the only one that does.
    pub(super) async fn take(place: &LedgerPlace) -> Result<(Self, AnyConnection)> {
        install_drivers();
        match place {
            LedgerPlace::File(path) => {
                let (file, writer) = Sqlite::take(path).await?;
                Ok((Self::Sqlite(file), writer))
            }
            LedgerPlace::Postgres(url) => {
                let (server, writer) = Postgres::take(url).await?;
                Ok((Self::Postgres(server), writer))
            }
        }
    }

    /// Opens a connection that cannot write, beside whoever writes.
    pub(super) async fn look(place: &LedgerPlace) -> Result<(Self, AnyConnection)> {
        install_drivers();
        match place {
            LedgerPlace::File(path) => {
                let (file, reader) = Sqlite::look(path).await?;
                Ok((Self::Sqlite(file), reader))
            }
            LedgerPlace::Postgres(url) => {
                let (server, reader) = Postgres::look(url).await?;
                Ok((Self::Postgres(server), reader))
            }
        }
    }

    /// Connections that cannot write.
    pub(super) async fn readers(&self) -> Result<AnyPool> {
        match self {
            Self::Sqlite(file) => file.readers().await,
            Self::Postgres(server) => server.readers().await,
        }
    }

    /// What is there.
    pub(super) async fn found(&self, writer: &mut AnyConnection) -> Result<Found> {
        match self {
            Self::Sqlite(_) => Sqlite::found(writer).await,
            Self::Postgres(_) => Postgres::found(writer).await,
        }
    }

    /// The versions of the tables, oldest first.
    pub(super) const fn versions(&self) -> &'static [Version] {
        match self {
            Self::Sqlite(_) => super::sqlite::VERSIONS,
            Self::Postgres(_) => super::postgres::VERSIONS,
        }
    }

    /// The words that begin a transaction which may read, decide and write with nobody in between.
    pub(super) const fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        }
    }

    /// The words that begin a transaction which reads one state of everything, whatever is written meanwhile.
    pub(super) const fn begin_reading(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "BEGIN DEFERRED",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// The latest version of the tables.
    pub(super) fn latest(&self) -> i64 {
        self.versions().last().map_or(0, |(number, _)| *number)
    }

    /// The database itself says that it is whole.
    pub(super) async fn whole(&self, writer: &mut AnyConnection) -> Result<()> {
        match self {
            Self::Sqlite(_) => Sqlite::whole(writer).await,
            // Its pages are the business of the server (checksums), its rows are held against the log like those of a file.
            Self::Postgres(_) => Ok(()),
        }
    }

    /// This process is still the only one that writes. Asked in every transaction, before anything else.
    pub(super) async fn still_ours(&self, writer: &mut AnyConnection) -> Result<()> {
        match self {
            Self::Sqlite(file) => file.still_ours(),
            Self::Postgres(server) => server.still_ours(writer).await,
        }
    }

    /// Gives the place to others while this process lives on. The writer is closed before.
    pub(super) fn release(&self) {
        match self {
            Self::Sqlite(file) => file.release(),
            // The lock ended with the connection.
            Self::Postgres(_) => {}
        }
    }

    /// The place in words, without a password.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Sqlite(file) => file.name(),
            Self::Postgres(server) => server.name().to_owned(),
        }
    }
}

fn install_drivers() {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(install_default_drivers);
}
