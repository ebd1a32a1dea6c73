//! `tresor serve`: serves what a home holds.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::ledger::LedgerChoice;
use super::{runtime, signals};
use crate::home::Home;
use crate::program::Setup;
use crate::stop::Stop;
use crate::witnesses::{self, Witness};

/// `tresor serve`
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The folder with policies, extracts and state.
    #[arg(long)]
    home: PathBuf,
    /// The address to listen on, for example 127.0.0.1:8080.
    #[arg(long)]
    listen: SocketAddr,
    /// A proxy in front of this server terminates TLS; without one, only this machine may connect.
    #[arg(long)]
    behind_tls_proxy: bool,
    /// A second organisation that signs the checkpoints of the audit log, written URL=KEY; may be given more than once.
    #[arg(long = "witness", value_name = "URL=KEY")]
    witnesses: Vec<Witness>,
    #[command(flatten)]
    ledger: LedgerChoice,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Stop> {
        self.require_safe_address()?;
        runtime::block_on(self.serve())
    }

    /// Tokens and answers must not cross a network in the clear, and tokens of invented people open nothing there.
    fn require_safe_address(&self) -> Result<(), Stop> {
        if self.listen.ip().is_loopback() {
            return Ok(());
        }
        if Home::at(&self.home).is_demo() {
            return Err(Stop::because(format!(
                "`{}` was made by `tresor demo`: its people and tokens are for trying out, so it is served on this \
                 machine only; use `--listen 127.0.0.1:{}`, or another home",
                self.home.display(),
                self.listen.port()
            )));
        }
        if !self.behind_tls_proxy {
            return Err(Stop::because(format!(
                "without TLS, tokens and answers would cross the network in the clear: put a proxy that terminates TLS \
                 before this server and say so with `--behind-tls-proxy`, or use `--listen 127.0.0.1:{}`",
                self.listen.port()
            )));
        }
        Ok(())
    }

    /// What the log says of how the server was started.
    fn setup(&self) -> Result<Setup, Stop> {
        let mut options = vec![
            ("command", "serve".to_owned()),
            ("home", self.home.display().to_string()),
            ("listen", self.listen.to_string()),
            ("behind_tls_proxy", self.behind_tls_proxy.to_string()),
        ];
        options.extend(self.witnesses.iter().map(|witness| ("witness", witness.written())));
        Ok(Setup { ledger: self.ledger.place()?, options })
    }

    async fn serve(self) -> Result<(), Stop> {
        let stop = stop_asked()?;
        let listener = listen(self.listen).await?;
        let engine = crate::open_with(&self.home, self.setup()?).await?;
        witnesses::ask_first(&engine, &self.witnesses).await?;
        if !engine.policies_can_change() {
            tracing::warn!(
                "the policy in force can never be changed: it takes two officers with a `signing_key` in policies/people.toml"
            );
        }
        // With port 0 the operating system chose the port.
        let address = listener.local_addr().unwrap_or(self.listen);
        tracing::info!(%address, home = %self.home.display(), "serving");
        let offering = witnesses::keep_offering(Arc::clone(&engine), self.witnesses);
        let offering = tokio::spawn(offering);
        crate::serve(listener, crate::router(engine), stop).await;
        offering.abort();
        Ok(())
    }
}

/// Listens; a busy address is said before the home is opened.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address).await.map_err(|error| {
        Stop::because(format!(
            "cannot listen on {address}: {error}; choose another with `--listen`"
        ))
    })
}

/// The end of the server, wished for by the operating system.
pub(super) fn stop_asked() -> Result<impl Future<Output = ()>, Stop> {
    signals::stop_asked()
        .map_err(|error| Stop::because(format!("cannot listen for signals: {error}")))
}
