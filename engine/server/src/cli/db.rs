//! `tresor db`: the ledger in which charges, answers and the audit log are.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tresor_core::clock::Clock;
use tresor_ledger::upkeep::{self, Inspected, UpkeepError};
use tresor_ledger::{LedgerPlace, Moment};

use super::ledger::LedgerChoice;
use super::runtime;
use crate::home::Home;
use crate::real::SystemClock;
use crate::stop::Stop;

/// `tresor db`
#[derive(Debug, Subcommand)]
pub(super) enum Db {
    /// Copy the ledger to a new file, also while a server runs, check the copy, and write a manifest beside it.
    Backup {
        /// The folder with policies, extracts and state.
        #[arg(long)]
        home: PathBuf,
        /// The file to be made.
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Put a copy back, if nothing would be forgotten by it; the ledger that was there is kept beside it.
    Restore {
        /// The folder with policies, extracts and state.
        #[arg(long)]
        home: PathBuf,
        /// The copy, with its manifest beside it.
        #[arg(long)]
        from: PathBuf,
        /// Only check the copy; nothing is changed.
        #[arg(long)]
        verify: bool,
    },
    /// Check every entry and every charge of the ledger, also while a server runs.
    Verify {
        /// The folder with policies, extracts and state.
        #[arg(long)]
        home: PathBuf,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
}

impl Db {
    pub(super) fn run(self) -> Result<(), Stop> {
        let said = match self {
            Self::Backup { home, to, ledger } => {
                let place = ledger.place_in(&Home::at(&home))?;
                runtime::block_on(back_up(&place, &to))?
            }
            Self::Restore { from, verify: true, .. } => runtime::block_on(check(&from))?,
            Self::Restore { home, from, verify: false } => {
                runtime::block_on(restore(&Home::at(&home), &from))?
            }
            Self::Verify { home, ledger } => {
                let place = ledger.place_in(&Home::at(&home))?;
                runtime::block_on(verify(&place))?
            }
        };
        writeln!(io::stdout(), "{said}")
            .map_err(|error| Stop::because(format!("cannot print: {error}")))
    }
}

async fn back_up(place: &LedgerPlace, to: &Path) -> Result<String, Stop> {
    let LedgerPlace::File(file) = place else {
        return Err(Stop::because(
            "a ledger on PostgreSQL is copied by the tools of that server: `pg_dump --format=custom --file=FILE DATABASE`, \
             or base backups with the write-ahead log, which lose nothing; check it with `tresor db verify`",
        ));
    };
    let manifest = upkeep::back_up(file, to, now()).await?;
    Ok(format!(
        "copied to {}: {} entries, {}\nSHA-256 {}",
        to.display(),
        manifest.entries,
        span(manifest.first_at, manifest.last_at),
        manifest.sha256
    ))
}

async fn check(copy: &Path) -> Result<String, Stop> {
    Ok(told(&copy.display().to_string(), &upkeep::verify_copy(copy).await?))
}

async fn restore(home: &Home, copy: &Path) -> Result<String, Stop> {
    let ledger = home.ledger();
    let restored = upkeep::restore(copy, &ledger, &home.log(), now()).await?;
    let told = told(&ledger.display().to_string(), &restored.inspected);
    Ok(match restored.aside {
        None => format!("restored\n{told}"),
        Some(aside) => format!("restored; the ledger before it is {}\n{told}", aside.display()),
    })
}

async fn verify(place: &LedgerPlace) -> Result<String, Stop> {
    let name = match place {
        LedgerPlace::File(path) => path.display().to_string(),
        LedgerPlace::Postgres(_) => "the ledger on PostgreSQL".to_owned(),
    };
    Ok(told(&name, &upkeep::inspect(place).await?))
}

fn told(name: &str, inspected: &Inspected) -> String {
    let books = inspected.books();
    let at = |moment: Option<Moment>| moment.map(|moment| moment.0);
    format!(
        "{name} is sound: {} entries, {}, {} queries charged, {} still running, {} held for review\nroot {}",
        inspected.head.size,
        span(at(inspected.first), at(inspected.last)),
        books.charges(),
        books.running().len(),
        books.held().len(),
        inspected.head.root
    )
}

fn span(first: Option<i64>, last: Option<i64>) -> String {
    match first.zip(last) {
        None => "none of them written yet".to_owned(),
        Some((first, last)) => format!("from {} to {}", date(first), date(last)),
    }
}

fn date(micros: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok();
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "an unknown time".to_owned())
}

fn now() -> Moment {
    let nanos = SystemClock::start().now().unix_timestamp_nanos();
    Moment(i64::try_from(nanos / 1_000).unwrap_or(i64::MAX))
}

impl From<UpkeepError> for Stop {
    fn from(error: UpkeepError) -> Self {
        Self::because(error.to_string())
    }
}

#[cfg(test)]
mod tests;
