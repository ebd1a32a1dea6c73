//! Which ledger a command works on: the file in the home, or the database that a private file names.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use tresor_ledger::LedgerPlace;

use crate::home::Home;
use crate::stop::Stop;

/// The choice of a ledger.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct LedgerChoice {
    /// The ledger is in a database of PostgreSQL: a file with one line, `postgres://user:password@host/database`, that only
    /// its owner can read (a password never stands on the command line).
    #[arg(long, global = true, value_name = "FILE")]
    ledger_url_file: Option<PathBuf>,
}

impl LedgerChoice {
    /// The database that was chosen; `None` for the file in the home.
    pub(super) fn place(&self) -> Result<Option<LedgerPlace>, Stop> {
        let address = self.ledger_url_file.as_deref().map(address);
        Ok(address.transpose()?.map(LedgerPlace::Postgres))
    }

    /// The ledger, wherever it is.
    pub(super) fn place_in(&self, home: &Home) -> Result<LedgerPlace, Stop> {
        Ok(self.place()?.unwrap_or_else(|| LedgerPlace::File(home.ledger())))
    }
}

/// The one line of the file. No message quotes it: it may hold a password.
fn address(path: &Path) -> Result<String, Stop> {
    let unreadable =
        |error: std::io::Error| Stop::file("cannot read the address of the ledger", path, &error);
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Stop::because(format!(
            "`{0}` can be read or changed by others than its owner, and it may hold a password: `chmod 600 {0}`",
            path.display()
        )));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let line = text.trim();
    if line.lines().count() != 1 || !line.starts_with("postgres") {
        return Err(Stop::because(format!(
            "`{}` must hold one line, `postgres://user:password@host/database`",
            path.display()
        )));
    }
    Ok(line.to_owned())
}
