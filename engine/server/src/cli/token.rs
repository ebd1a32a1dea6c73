//! `tresor token`: tokens with which people sign in.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use tresor_core::ids::UserId;
use tresor_ledger::LedgerPlace;

use super::ledger::LedgerChoice;
use super::runtime;
use crate::stop::Stop;

const HOURS_PER_DAY: u64 = 24;

/// `tresor token`
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token and print it once; only its hash is kept. The server must not be running on this home.
    Issue {
        /// The folder with policies, extracts and state.
        #[arg(long)]
        home: PathBuf,
        /// The person, as the policies name them.
        #[arg(long, value_parser = user)]
        user: UserId,
        /// For how many days it is valid.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=90))]
        days: u64,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
}

fn user(text: &str) -> Result<UserId, String> {
    UserId::new(text).map_err(|bad| bad.to_string())
}

impl Token {
    pub(super) fn run(self) -> Result<(), Stop> {
        let Self::Issue { home, user, days, ledger } = self;
        let token = runtime::block_on(issue(&home, ledger.place()?, &user, days))?;
        writeln!(io::stdout(), "{token}")
            .map_err(|error| Stop::because(format!("cannot print the token: {error}")))
    }
}

async fn issue(
    home: &Path,
    ledger: Option<LedgerPlace>,
    user: &UserId,
    days: u64,
) -> Result<String, Stop> {
    let engine = crate::open_with(home, ledger).await.map_err(|stop| {
        Stop::because(format!(
            "{stop}\n(one process at a time writes the ledger: if a server is running on this home, stop it, issue the \
             token, and start it again)"
        ))
    })?;
    Ok(engine.issue_token(user, Duration::from_hours(HOURS_PER_DAY * days)).await?)
}
