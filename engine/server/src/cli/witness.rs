//! `tresor witness`: a second organisation that holds logs to what they said before.
//!
//! It signs a checkpoint only when it is shown that the log has grown from the last one that it signed. It holds no data,
//! no policy and no ledger: its key, and the last checkpoint of each log that it was told to watch.

mod kept;
mod routes;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tresor_ledger::tlog::witness::Witness as Rules;
use tresor_ledger::tlog::{Verifier, WitnessKey};

use super::runtime;
use super::serve::{listen, stop_asked};
use crate::home::witness_seed;
use crate::real::{SystemClock, SystemEntropy};
use crate::stop::Stop;
use kept::Kept;

/// `tresor witness`
#[derive(Debug, Args)]
pub(super) struct Witness {
    /// The folder for the key and for the last checkpoint of each log. Made when it is missing.
    #[arg(long)]
    home: PathBuf,
    /// The address to listen on, for example 127.0.0.1:8090.
    #[arg(long)]
    listen: SocketAddr,
    /// Name of this witness, for example `witness.example.org/tresor`; must not change afterwards.
    #[arg(long)]
    name: String,
    /// The public key of a log to watch, as its operator gives it out; may be given more than once.
    #[arg(long = "log-key", required = true, value_name = "KEY")]
    log_keys: Vec<Verifier>,
}

impl Witness {
    pub(super) fn run(self) -> Result<(), Stop> {
        let Self { home, listen: address, name, log_keys } = self;
        if let Some(witness) = log_keys.iter().find(|key| key.is_witness()) {
            return Err(Stop::because(format!(
                "`{witness}` is the key of a witness, not of a log"
            )));
        }
        let seed = witness_seed(&home, &SystemEntropy)?;
        let key = WitnessKey::new(&name, seed.expose())
            .map_err(|error| Stop::because(error.to_string()))?;
        let rules = Rules::new(key, log_keys);
        runtime::block_on(serve(&home, address, rules))
    }
}

async fn serve(home: &Path, address: SocketAddr, rules: Rules) -> Result<(), Stop> {
    let stop = stop_asked()?;
    let listener = listen(address).await?;
    let verifier = rules.verifier().to_string();
    let kept = Kept::open(home, rules, Arc::new(SystemClock::start()))?;
    let address = listener.local_addr().unwrap_or(address);
    writeln!(io::stdout(), "{verifier}")
        .map_err(|error| Stop::because(format!("cannot print the key: {error}")))?;
    tracing::info!(%address, "watching; the logs give `--witness http://{address}={verifier}`");
    crate::serve(listener, routes::router(Arc::new(kept)), stop).await;
    Ok(())
}

#[cfg(test)]
mod tests;
