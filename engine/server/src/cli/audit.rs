//! `tresor audit`: what an auditor proves from a copied folder of the log, without a server and without trusting one.
//!
//! Nothing is written, nothing is asked over a network. Ends with 0 when everything holds, with 1 when something was
//! found, with 2 when there was nothing to look at. Must never know: how a server keeps its books.
//!
//! - `looks` the whole folder, and that the log only grew
//! - `receipts` one receipt
//! - `charges` what every account spent, followed from the first entry
//! - `patterns` what looks like an attack
//! - `explain` one entry, and who signed the policy it names; `signatures` those of all revisions
//! - `opens` that a text is the one an entry commits to
//! - `key` the log's public key; `source` keys, folders and texts as they are given

mod charges;
mod explain;
mod key;
mod looks;
mod opens;
mod patterns;
mod receipts;
mod signatures;
mod source;
#[cfg(test)]
mod tests;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::visible;
use crate::stop::Stop;

/// `tresor audit`
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the public key of a log, to be handed to auditors by a way of its own.
    Key {
        /// The home of the server.
        #[arg(long)]
        home: PathBuf,
    },
    /// Recompute a whole log: every entry, every hash, the signature.
    Verify {
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        key: Key,
    },
    /// Show that a log only grew from one checkpoint to another.
    Consistency {
        /// The earlier checkpoint: a file, as it lay in the folder or in the header `Tresor-Log-Checkpoint`.
        #[arg(long)]
        from: PathBuf,
        /// The later one; that of the folder without it.
        #[arg(long)]
        to: Option<PathBuf>,
        #[command(flatten)]
        log: Log,
        #[command(flatten)]
        key: Key,
    },
    /// Show that an answer was released, from its receipt alone.
    CheckReceipt {
        /// The receipt.
        receipt: PathBuf,
        /// The answer, as JSON, byte for byte as it was fetched.
        #[arg(long)]
        answer: Option<PathBuf>,
        #[command(flatten)]
        key: Key,
    },
    /// Add up every charge again: what every account spent, never above its limit.
    Ledger {
        #[command(flatten)]
        log: Log,
    },
    /// Look for what looks like an attack: many wordings of one question, templates that are filled in again and again, pairs
    /// that leave out somebody. An alert is no finding: it says where to look.
    Patterns {
        #[command(flatten)]
        log: Log,
    },
    /// Say what an entry is, under which policy it came about, and whether two officers signed that.
    Explain {
        /// The number of the entry.
        index: u64,
        #[command(flatten)]
        log: Log,
        /// The public key of the log: a file, or the text itself. Without it, the folder is taken at its word.
        #[arg(long, value_name = "FILE|TEXT")]
        key: Option<String>,
    },
    /// Show that a text is the one that an entry commits to.
    Open {
        /// The number of the entry.
        index: u64,
        #[command(flatten)]
        log: Log,
        /// What the text is, for example `sql`.
        #[arg(long)]
        field: String,
        /// Its salt, as auditors are shown it: 64 hexadecimal digits.
        #[arg(long)]
        salt: String,
        /// The file with the text.
        #[arg(long)]
        text: PathBuf,
    },
}

/// A log.
#[derive(Debug, Args)]
struct Log {
    /// The copied folder of the log.
    #[arg(long)]
    log: PathBuf,
}

/// Whose log it is.
#[derive(Debug, Args)]
struct Key {
    /// The public key of the log: a file, or the text itself.
    #[arg(long, value_name = "FILE|TEXT")]
    key: String,
}

/// What a command found out.
struct Told {
    /// For people, a line each.
    lines: Vec<String>,
    /// For programs.
    value: Value,
    /// What must not be.
    findings: Vec<String>,
}

impl Told {
    fn sound(lines: Vec<String>, value: Value) -> Self {
        Self { lines, value, findings: vec![] }
    }

    fn found(finding: impl Into<String>) -> Self {
        Self { lines: vec![], value: json!({}), findings: vec![finding.into()] }
    }

    fn text(mut self, as_json: bool) -> String {
        if as_json {
            if let Some(object) = self.value.as_object_mut() {
                object.insert("sound".to_owned(), json!(self.findings.is_empty()));
                object.insert("findings".to_owned(), json!(self.findings));
            }
            return format!("{:#}\n", self.value);
        }
        let findings = self.findings.iter().map(|finding| format!("FOUND: {finding}"));
        self.lines.into_iter().chain(findings).map(|line| line + "\n").collect()
    }
}

impl Audit {
    /// Looks, and says how it went by the way the process ends.
    pub(super) fn run(self) -> ExitCode {
        let Self { json, command } = self;
        let told = match command.told() {
            Ok(told) => told,
            Err(stop) => {
                eprintln!("tresor: {stop}");
                return ExitCode::from(2);
            }
        };
        let code = if told.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) };
        match io::stdout().write_all(visible(&told.text(json)).as_bytes()) {
            Ok(()) => code,
            Err(_) => ExitCode::from(2),
        }
    }
}

impl Command {
    fn told(self) -> Result<Told, Stop> {
        match self {
            Self::Key { home } => key::of(&home),
            Self::Verify { log, key } => looks::verify(&log.log, &key.key),
            Self::Consistency { from, to, log, key } => {
                looks::consistency(&from, to.as_deref(), &log.log, &key.key)
            }
            Self::CheckReceipt { receipt, answer, key } => {
                receipts::check(&receipt, answer.as_deref(), &key.key)
            }
            Self::Ledger { log } => charges::followed(&log.log),
            Self::Patterns { log } => patterns::seen(&log.log),
            Self::Explain { index, log, key } => explain::entry(index, &log.log, key.as_deref()),
            Self::Open { index, log, field, salt, text } => {
                opens::check(index, &log.log, &field, &salt, &text)
            }
        }
    }
}
