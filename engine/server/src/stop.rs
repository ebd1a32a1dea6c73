//! Why a command ends without having done its work, in words for the person at the terminal.

use std::fmt::Display;
use std::io;
use std::path::Path;

use tresor_core::engine::StartError;
use tresor_core::refusal::Refusal;

/// Why a command stops.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Stop(String);

impl Stop {
    /// Says why.
    pub fn because(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Something the operating system did not do with a file or folder.
    pub(crate) fn file(what: impl Display, path: &Path, error: &io::Error) -> Self {
        Self(format!("{what} `{}`: {error}", path.display()))
    }
}

impl From<StartError> for Stop {
    fn from(error: StartError) -> Self {
        Self(error.0)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.to_string())
    }
}
