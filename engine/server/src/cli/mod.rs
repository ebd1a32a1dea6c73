//! The command line.

mod audit;
mod db;
mod demo;
mod extract;
mod ledger;
mod logging;
mod policy;
mod progress;
mod runtime;
mod sample;
mod serve;
mod signals;
mod token;
mod witness;

#[cfg(test)]
pub(crate) use demo::complete as demo_home;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::stop::Stop;
use logging::LogFormat;

/// A query engine for trusted research environments: SQL in, protected aggregates out.
#[derive(Debug, Parser)]
#[command(name = "tresor", version, about, propagate_version = true)]
struct Line {
    /// How the log is written to standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Plain)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve invented data with invented people, to try things out.
    Demo(demo::Demo),
    /// Serve what a home holds.
    Serve(serve::Serve),
    /// Data extracts.
    #[command(subcommand)]
    Extract(extract::Extract),
    /// Synthetic extracts.
    #[command(subcommand)]
    Sample(sample::Sample),
    /// Policy files, and the desk of the governance officers.
    Policy(Box<policy::Policy>),
    /// Prove from a copied log what was asked, decided and released. Needs no server.
    Audit(audit::Audit),
    /// Tokens with which people sign in.
    Token(token::Token),
    /// Watch the audit logs of others, and sign that they only grow.
    Witness(witness::Witness),
    /// The ledger: copies of it, the way back, a check.
    #[command(subcommand)]
    Db(db::Db),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let Line { log_format, command } = Line::parse();
    logging::start(log_format);
    match run(command) {
        Ok(code) => code,
        Err(stop) => {
            eprintln!("tresor: {stop}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Stop> {
    let done = match command {
        Command::Audit(audit) => return Ok(audit.run()),
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Extract(extract) => extract.run(),
        Command::Policy(policy) => policy.run(),
        Command::Sample(sample) => sample.run(),
        Command::Token(token) => token.run(),
        Command::Db(db) => db.run(),
        Command::Witness(witness) => witness.run(),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Titles and reasons are other people's texts: what would steer a terminal is not written to one.
fn visible(text: &str) -> String {
    let plain = |c: char| !c.is_control() || c == '\n' || c == '\t';
    text.chars().map(|c| if plain(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests;
