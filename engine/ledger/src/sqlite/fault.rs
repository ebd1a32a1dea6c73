//! What an error of the database means for the ledger.

use sqlx::Error;

use crate::error::LedgerError;

// Primary result codes of SQLite.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;
const CONSTRAINT: i32 = 19;

/// A statement failed. Only two causes leave the ledger usable, because SQLite has then certainly written nothing and
/// the transaction can be rolled back: the file was held by somebody else, or a rule of the schema said no. All else,
/// first of all I/O errors, makes the handle useless until it is opened again. So does a full disk: SQLite may have
/// ended the transaction on its own, and mostly notices at the commit.
impl From<Error> for LedgerError {
    fn from(error: Error) -> Self {
        match primary_code(&error) {
            Some(BUSY | LOCKED) => Self::TryLater(error.to_string()),
            Some(FULL) => Self::Unavailable(format!("no space left for the ledger: {error}")),
            Some(CONSTRAINT) => Self::Defect(error.to_string()),
            Some(_) => Self::Unavailable(error.to_string()),
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

/// Extended codes carry the primary one in their low byte.
fn primary_code(error: &Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
