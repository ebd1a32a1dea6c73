//! `log.toml` of a home: what the audit log is called, and where a copy of its last checkpoint is kept.
//!
//! Every command that opens the ledger must know both, so they are no options of one of them.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use serde::Deserialize;

use super::Home;
use crate::stop::Stop;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogSettings {
    /// Name of the log, first line of every checkpoint; must not change once something was signed.
    pub(crate) name: Option<String>,
    /// A file on another disk.
    pub(crate) anchor: Option<PathBuf>,
}

impl LogSettings {
    /// Those of a home; without the file all is as it is for everybody.
    pub(crate) fn of(home: &Home) -> Result<Self, Stop> {
        let path = home.root().join("log.toml");
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| Stop::file("cannot read", &path, &error))?,
        };
        let settings: Self = toml::from_str(&text).map_err(|error| {
            Stop::because(format!(
                "`{}` is not understood: {}; it may hold `name = \"tre.example.org/tresor\"` and `anchor = \"/mnt/other/checkpoint\"`",
                path.display(),
                error.message()
            ))
        })?;
        if settings.anchor.as_ref().is_some_and(|anchor| anchor.is_relative()) {
            return Err(Stop::because(format!(
                "`anchor` in `{}` must be a whole path, from `/` on, on another disk",
                path.display()
            )));
        }
        Ok(settings)
    }
}
