//! What runs here and how it was set up, as the log says it at every start; and the name of the log.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tresor_core::engine::Program;
use tresor_ledger::LedgerPlace;

use crate::home::Home;
use crate::stop::Stop;

/// How a command was set up, beside its home. Has no `Debug`: the address of a ledger may hold a password.
#[derive(Default)]
pub(crate) struct Setup {
    /// The ledger, where it is not in the home.
    pub(crate) ledger: Option<LedgerPlace>,
    /// The name of the log, where somebody chose one.
    pub(crate) log_origin: Option<String>,
    /// Where a copy of the last checkpoint is kept.
    pub(crate) log_anchor: Option<PathBuf>,
    /// The options that were given, by name; no secrets.
    pub(crate) options: Vec<(&'static str, String)>,
}

impl Setup {
    /// What the log says of the program.
    pub(crate) fn program(&self) -> Result<Program, Stop> {
        let binary = Path::new("/proc/self/exe");
        let digest = digest_of_file(binary)
            .map_err(|error| Stop::file("cannot read the program that runs,", binary, &error))?;
        Ok(Program { binary_digest: digest, configuration_digest: self.digest() })
    }

    /// SHA-256 of one line for each option, in the order of their names.
    fn digest(&self) -> String {
        let ledger = match &self.ledger {
            None => "in the home",
            Some(LedgerPlace::File(_)) => "a file",
            Some(LedgerPlace::Postgres(_)) => "postgres",
        };
        let mut lines: Vec<String> =
            self.options.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        lines.push(format!("ledger={ledger}\n"));
        lines.sort();
        hex::encode(Sha256::digest(lines.concat()))
    }

    /// The name of the log. Chosen once: a log does not change its name, whatever the machine is called later.
    pub(crate) fn origin(&self, home: &Home) -> Result<String, Stop> {
        let place = home.state().join("log-origin");
        match fs::read_to_string(&place) {
            Ok(kept) => self.agreed(kept.trim()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let chosen = self.log_origin.clone().unwrap_or_else(default_origin);
                if !is_origin(&chosen) {
                    return Err(Stop::because(format!(
                        "`{chosen}` cannot be the name of a log: write letters, digits, dots, hyphens and slashes, for \
                         example `tre.example.org/tresor`"
                    )));
                }
                fs::write(&place, format!("{chosen}\n")).map_err(|error| {
                    Stop::file("cannot write the name of the log to", &place, &error)
                })?;
                Ok(chosen)
            }
            Err(error) => Err(Stop::file("cannot read the name of the log from", &place, &error)),
        }
    }

    fn agreed(&self, kept: &str) -> Result<String, Stop> {
        match &self.log_origin {
            Some(given) if given != kept => Err(Stop::because(format!(
                "the log of this home is called `{kept}`, and a log does not change its name: leave `--log-origin` out, or \
                 give it this name"
            ))),
            _ => Ok(kept.to_owned()),
        }
    }
}

fn digest_of_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut digest, mut buffer) = (Sha256::new(), vec![0_u8; 1 << 16]);
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some([]) | None => return Ok(hex::encode(digest.finalize())),
            Some(bytes) => digest.update(bytes),
        }
    }
}

/// After the machine, if it has a name.
fn default_origin() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    let origin = format!("{host}/tresor");
    if host.is_empty() || !is_origin(&origin) { "localhost/tresor".to_owned() } else { origin }
}

fn is_origin(text: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || ".-_/".contains(sign);
    !text.is_empty() && text.len() <= 200 && text.chars().all(fits)
}

#[cfg(test)]
mod tests;
