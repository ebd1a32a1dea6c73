//! What an error of the database means for the ledger.

use sqlx::Error;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

use crate::error::LedgerError;

/// What a statement that failed leaves behind.
enum Meaning {
    /// It was somebody else's turn; nothing was written.
    Busy,
    /// A rule of the schema said no; nothing was written.
    Rule,
    /// A text cannot be kept; nothing was written.
    Text,
    /// There is no space.
    Full,
    /// Anything else.
    Unknown,
}

/// A statement failed. Only causes after which the database has certainly written nothing, so that the transaction can be
/// rolled back, leave the ledger usable. All else, first of all I/O errors, makes the handle useless until it is opened
/// again. So does a full disk: SQLite may have ended the transaction on its own, and mostly notices at the commit.
impl From<Error> for LedgerError {
    fn from(error: Error) -> Self {
        match meaning(&error) {
            Some(Meaning::Busy) => Self::TryLater(error.to_string()),
            Some(Meaning::Full) => {
                Self::Unavailable(format!("no space left for the ledger: {error}"))
            }
            Some(Meaning::Rule) => Self::Defect(error.to_string()),
            Some(Meaning::Text) => Self::Invalid(
                "a text is too long for a name, or holds a character that cannot be kept".into(),
            ),
            Some(Meaning::Unknown) => Self::Unavailable(error.to_string()),
            None => without_code(&error),
        }
    }
}

/// A commit failed: whether it became durable is not known, so nothing is retried and nothing assumed.
pub(super) fn commit_failed(error: &Error) -> LedgerError {
    LedgerError::Unavailable(format!("a commit failed: {error}"))
}

fn without_code(error: &Error) -> LedgerError {
    match error {
        Error::ColumnDecode { .. } | Error::Decode(_) | Error::ColumnNotFound(_) => {
            LedgerError::Damaged(error.to_string())
        }
        Error::PoolTimedOut => LedgerError::TryLater(error.to_string()),
        _ => LedgerError::Unavailable(error.to_string()),
    }
}

fn meaning(error: &Error) -> Option<Meaning> {
    let error = error.as_database_error()?;
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        return Some(of_postgres(error.code()));
    }
    let code = error.try_downcast_ref::<SqliteError>().and_then(error_code)?;
    Some(of_sqlite(code))
}

fn error_code(error: &SqliteError) -> Option<i32> {
    sqlx::error::DatabaseError::code(error)?.parse().ok()
}

/// Result codes of SQLite; extended ones carry the primary one in their low byte.
const fn of_sqlite(code: i32) -> Meaning {
    match code & 0xff {
        5 | 6 => Meaning::Busy,
        13 => Meaning::Full,
        19 => Meaning::Rule,
        _ => Meaning::Unknown,
    }
}

/// SQLSTATE of PostgreSQL, by code and by class.
fn of_postgres(code: &str) -> Meaning {
    match code {
        // Serialisation, deadlock, a lock or a statement that took too long.
        "40001" | "40P01" | "55P03" | "57014" => Meaning::Busy,
        "53100" => Meaning::Full,
        "P0001" => Meaning::Rule,
        // A character that no text holds, or a name too long for an index.
        "22021" | "54000" => Meaning::Text,
        code if code.starts_with("23") => Meaning::Rule,
        _ => Meaning::Unknown,
    }
}
