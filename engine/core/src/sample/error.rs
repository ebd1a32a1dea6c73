//! Why a sample could not be generated.

use std::io;
use std::path::{Path, PathBuf};

use crate::catalog::contract::ContractErrors;

/// Why a sample could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The spec is too small for what a sample must contain.
    #[error("a sample needs at least {} persons", super::MIN_PERSONS)]
    TooFewPersons,
    /// A file could not be written.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system or the writer of the format said.
        cause: io::Error,
    },
    /// The embedded contract is wrong: a defect of this program.
    #[error("the contract of the sample is wrong: {0}")]
    Contract(#[from] ContractErrors),
    /// A row does not fit the embedded contract: a defect of this program.
    #[error("the sample does not fit its contract in the table `{0}`")]
    Table(String),
}

/// Makes an error of a failed write to this path.
pub(super) fn writing<E: Into<io::Error>>(path: &Path) -> impl Fn(E) -> SampleError {
    move |cause| SampleError::Write { path: path.to_owned(), cause: cause.into() }
}
