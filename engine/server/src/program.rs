//! What runs here and how it was set up, as the log says it at every start.

use std::fs::File;
use std::io::{self, Read};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use tresor_core::engine::Program;
use tresor_ledger::LedgerPlace;

use crate::home::LogSettings;
use crate::stop::Stop;

/// How a command was set up, beside its home. Has no `Debug`: the address of a ledger may hold a password.
#[derive(Default)]
pub(crate) struct Setup {
    /// The ledger, where it is not in the home.
    pub(crate) ledger: Option<LedgerPlace>,
    /// The options that were given, by name; no secrets.
    pub(crate) options: Vec<(&'static str, String)>,
}

impl Setup {
    /// What the log says of the program.
    pub(crate) fn program(&self, log: &LogSettings) -> Result<Program, Stop> {
        let digest = digest_of_binary().map_err(|error| {
            Stop::file("cannot read the program that runs,", BINARY.as_ref(), &error)
        })?;
        Ok(Program { binary_digest: digest, configuration_digest: self.digest(log) })
    }

    /// SHA-256 of one line for each option, in the order of their names.
    fn digest(&self, log: &LogSettings) -> String {
        let ledger = match &self.ledger {
            None => "in the home",
            Some(LedgerPlace::File(_)) => "a file",
            Some(LedgerPlace::Postgres(_)) => "postgres",
        };
        let mut lines: Vec<String> =
            self.options.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        lines.push(format!("ledger={ledger}\n"));
        lines.extend(log.name.iter().map(|name| format!("log_name={name}\n")));
        lines.extend(log.anchor.iter().map(|anchor| format!("log_anchor={}\n", anchor.display())));
        lines.sort();
        hex::encode(Sha256::digest(lines.concat()))
    }
}

/// What runs, whatever lies at its path by now.
const BINARY: &str = "/proc/self/exe";

/// Read once: it does not change while it runs.
fn digest_of_binary() -> io::Result<String> {
    static KNOWN: OnceLock<String> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known.clone());
    }
    let digest = digest_of(File::open(BINARY)?)?;
    Ok(KNOWN.get_or_init(|| digest).clone())
}

fn digest_of(mut file: File) -> io::Result<String> {
    let (mut digest, mut buffer) = (Sha256::new(), vec![0_u8; 1 << 16]);
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some([]) | None => return Ok(hex::encode(digest.finalize())),
            Some(bytes) => digest.update(bytes),
        }
    }
}

#[cfg(test)]
mod tests;
