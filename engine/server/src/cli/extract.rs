//! `tresor extract`: data extracts.

use std::path::PathBuf;

use clap::Subcommand;

use super::progress;
use crate::extracts;
use crate::home::{Home, Keys};
use crate::real::SystemEntropy;
use crate::stop::Stop;

/// `tresor extract`
#[derive(Debug, Subcommand)]
pub(super) enum Extract {
    /// Check an extract against its contract and take it into a home as a new snapshot.
    Add {
        /// The folder with policies, extracts and state.
        #[arg(long)]
        home: PathBuf,
        /// What each table and column is.
        #[arg(long)]
        contract: PathBuf,
        /// The folder with one file per table.
        source: PathBuf,
    },
}

impl Extract {
    pub(super) fn run(self) -> Result<(), Stop> {
        let Self::Add { home, contract, source } = self;
        let keys = Keys::of(&Home::at(&home), &SystemEntropy)?;
        extracts::add(&home, &contract, &source, &keys.record, progress::on_stderr().as_ref())
    }
}
