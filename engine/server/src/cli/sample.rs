//! `tresor sample`: synthetic extracts.

use std::path::PathBuf;

use clap::Subcommand;

use super::progress;
use crate::extracts;
use crate::stop::Stop;

/// `tresor sample`
#[derive(Debug, Subcommand)]
pub(super) enum Sample {
    /// Make an extract of invented people; the same numbers give the same files.
    Generate {
        /// How many people.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
        persons: u64,
        /// Which people: any number.
        #[arg(long)]
        seed: u64,
        /// The folder to write to.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Sample {
    pub(super) fn run(self) -> Result<(), Stop> {
        let Self::Generate { persons, seed, out } = self;
        extracts::generate(persons, seed, &out, progress::on_stderr().as_ref())
    }
}
