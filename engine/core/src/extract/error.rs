//! Why an extract could not be added or opened; for the data steward. Never quotes a cell: causes from the readers
//! of files are dropped, because they do.

use std::io;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use super::findings::Findings;
use crate::catalog::contract::ContractErrors;
use crate::ids::DatasetId;

/// Why an extract could not be added or opened.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The contract file is wrong.
    #[error("{0}")]
    Contract(#[from] ContractErrors),
    /// The data do not keep to the contract.
    #[error("{0}")]
    Rejected(Findings),
    /// A file of a snapshot is missing, changed or not what the manifest says.
    #[error("{}: {what}", path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Somebody else is adding to the same dataset.
    #[error("another extract is being added to `{0}`; try again when it is done")]
    Busy(DatasetId),
    /// The record key or the person universe is not that of the snapshot before.
    #[error(
        "the dataset `{0}` was taken in before with another record.key or another `universe`: people would get other \
         keys and all noise would change; use the old key and universe, or give the dataset a new name"
    )]
    OtherLineage(DatasetId),
    /// More persons than a person number can count.
    #[error("the extract has more than 4,294,967,295 persons; split it into several datasets")]
    TooManyPersons,
    /// The operating system refused.
    #[error("cannot {doing} {}: {cause}", path.display())]
    Io {
        /// What was tried, for example `read`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A file could not be written in its format; the cause may quote cells and is not kept.
    #[error("cannot {doing} {}: the values do not fit its format", path.display())]
    Format {
        /// What was tried, for example `write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
    },
}

impl ExtractError {
    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}

/// Says what was tried when a result is an error.
pub(super) trait Doing<T> {
    /// Turns the error into one that names the attempt and the file.
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, ExtractError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, ExtractError> {
        self.map_err(|cause| ExtractError::Io { doing, path: path.to_owned(), cause })
    }
}

impl<T> Doing<T> for Result<T, ArrowError> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, ExtractError> {
        self.map_err(|error| match error {
            ArrowError::IoError(_, cause) => {
                ExtractError::Io { doing, path: path.to_owned(), cause }
            }
            _ => ExtractError::Format { doing, path: path.to_owned() },
        })
    }
}

impl<T> Doing<T> for Result<T, ParquetError> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, ExtractError> {
        self.map_err(|error| {
            let cause = match error {
                ParquetError::External(cause) => cause.downcast::<io::Error>().ok(),
                _ => None,
            };
            match cause {
                Some(cause) => ExtractError::Io { doing, path: path.to_owned(), cause: *cause },
                None => ExtractError::Format { doing, path: path.to_owned() },
            }
        })
    }
}
