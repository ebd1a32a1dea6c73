//! The server and the command line of Tresor.
//!
//! A thin shell around [`tresor_core`]: it checks who asks, turns HTTP into a request to the engine and writes
//! the engine's bytes back. It also makes the three things that core takes as arguments: the real clock, the
//! real randomness and the secrets of a home. Must never know: plans, rows, what policies mean, the ledger's tables.
//!
//! - `api` what the HTTP face asks of the engine
//! - `http` the API: routes, sign-in, problem documents, its own description
//! - `accept` connections: limits on slow and numerous clients, orderly shutdown
//! - `ro_crate` a release as a crate that other people's tools read
//! - `program` what runs and how it was set up, as the log says it
//! - `signing` the keys of officers
//! - `home` the folder a server works on: its parts, its keys, the demonstration
//! - `witnesses` second organisations that sign the checkpoints of the audit log
//! - `cli` the command line

mod accept;
mod api;
mod assets;
pub mod cli;
mod extracts;
mod home;
mod http;
mod program;
mod real;
mod ro_crate;
mod signing;
mod stop;
mod witnesses;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tresor_core::engine::{Engine, EngineConfig};

pub use accept::serve;
use program::Setup;
pub use stop::Stop;

/// Opens the engine on a home, with the real clock, real randomness and the keys of that home.
///
/// # Errors
/// [`Stop`] when policies, extracts or keys are missing, or the engine cannot start.
pub async fn open(home: &Path) -> Result<Arc<Engine>, Stop> {
    open_with(home, Setup::default()).await
}

/// The same, set up by the options of a command.
async fn open_with(home: &Path, setup: Setup) -> Result<Arc<Engine>, Stop> {
    let home = home::Home::at(home);
    home.require_parts()?;
    let keys = home::Keys::of(&home, &real::SystemEntropy)?;
    let mut config = EngineConfig::new(
        home.root().to_owned(),
        keys.noise,
        keys.log,
        Arc::new(real::SystemClock::start()),
        Arc::new(real::SystemEntropy),
    );
    let settings = home::LogSettings::of(&home)?;
    config.program = setup.program(&settings)?;
    config.ledger = setup.ledger;
    config.log_origin = settings.name.unwrap_or(config.log_origin);
    config.log_anchor = settings.anchor;
    Ok(Engine::open(config).await?)
}

/// The API over an engine, without a network.
pub fn router(engine: Arc<Engine>) -> Router {
    http::router(Arc::new(engine))
}
