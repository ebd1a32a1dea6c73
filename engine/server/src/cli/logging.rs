//! The log: standard error, our own lines only.
//!
//! Libraries below may quote SQL or values in their messages, so none of them is listened to, whatever the
//! environment says; and a panic is logged by its place alone, because its text may quote anything.

use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};

use clap::ValueEnum;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

const OURS: [&str; 4] = ["tresor", "tresor_core", "tresor_ledger", "tresor_disclosure"];

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Lines for people.
    Plain,
    /// One JSON object per line.
    Json,
}

/// Starts the log of this process.
pub(super) fn start(format: LogFormat) {
    let ours = OURS.iter().fold(Targets::new(), |all, name| all.with_target(*name, Level::INFO));
    let lines = match format {
        LogFormat::Plain => fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .boxed(),
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(io::stderr).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
    panic::set_hook(Box::new(log_place_of_panic));
}

fn log_place_of_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a defect: part of the program panicked");
}
