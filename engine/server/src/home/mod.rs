//! The folder a server works on: what is in it, its keys, and how the demonstration makes one.
//!
//! ```text
//! <home>/policies/          what governance officers own
//! <home>/extracts/          immutable snapshots
//! <home>/state/             ledger, released answers
//! <home>/state/keys/        the key of the noise, the key of the persons' record keys, the key that signs the log
//! <home>/log.toml           where there is one: the name of the audit log, and where its last checkpoint is copied to
//! <home>/log/               the audit log as tiles and a signed checkpoint, for whoever checks it
//! <home>/DEMO               only in a home that `tresor demo` made: its people and data are invented
//! <home>/officers/          there only, too: the signing keys of the invented officers
//! ```

mod keys;
mod log;
mod private_file;
mod whole;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use keys::{Keys, witness_seed};
pub(crate) use log::LogSettings;
pub(crate) use private_file::{create_private, replace_private, require_private};
pub(crate) use whole::make_whole;

use crate::stop::Stop;

/// A home.
pub(crate) struct Home {
    root: PathBuf,
}

impl Home {
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn policies(&self) -> PathBuf {
        self.root.join("policies")
    }

    pub(crate) fn extracts(&self) -> PathBuf {
        self.root.join("extracts")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// The ledger, unless it is on a server.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.state().join("ledger.sqlite")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.state().join("keys")
    }

    pub(crate) fn demo_marker(&self) -> PathBuf {
        self.root.join("DEMO")
    }

    pub(crate) fn demo_credentials(&self) -> PathBuf {
        self.root.join("demo-credentials.json")
    }

    /// Where the demonstration keeps the signing key of an invented officer.
    pub(crate) fn demo_key(&self, user: &str) -> PathBuf {
        self.root.join("officers").join(format!("{user}.key"))
    }

    /// Whether `tresor demo` made this home.
    pub(crate) fn is_demo(&self) -> bool {
        self.demo_marker().exists()
    }

    /// Whether anything is here at all.
    pub(crate) fn holds_something(&self) -> bool {
        self.root.exists() && !is_empty(&self.root)
    }

    /// Stops unless policies and at least one extract are there (FAIL-CLOSED).
    pub(crate) fn require_parts(&self) -> Result<(), Stop> {
        if is_empty(&self.policies()) {
            return Err(Stop::because(format!(
                "there are no policies in `{}`: without policies nothing may be answered; put them there first",
                self.policies().display()
            )));
        }
        if is_empty(&self.extracts()) {
            return Err(Stop::because(format!(
                "there is no extract in `{}`: take one in first, with `tresor extract add --home {} --contract FILE SOURCE`",
                self.extracts().display(),
                self.root.display()
            )));
        }
        Ok(())
    }
}

/// Whether a folder is missing, unreadable or without content.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests;
