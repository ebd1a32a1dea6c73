//! `tresor demo`: invented data, invented people, one command.
//!
//! The home is made whole or not at all, so a second start finds either a complete home or none. Tokens are issued
//! anew at every start: the ledger keeps only their hashes.

mod credentials;
mod officers;
mod seed;
mod welcome;

#[cfg(test)]
pub(crate) use seed::complete;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::serve::{listen, stop_asked};
use super::{progress, runtime};
use crate::home::Home;
use crate::stop::Stop;

/// `tresor demo`
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The address to listen on; this machine only.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder to keep the demonstration in.
    #[arg(long, default_value = ".tresor/demo")]
    home: PathBuf,
}

impl Demo {
    pub(super) fn run(self) -> Result<(), Stop> {
        if !self.listen.ip().is_loopback() {
            return Err(Stop::because(format!(
                "the demonstration prints its tokens, so it is served on this machine only; use `--listen 127.0.0.1:{}`",
                self.listen.port()
            )));
        }
        seed::complete(&Home::at(&self.home), progress::on_stderr().as_ref())?;
        runtime::block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Stop> {
        let home = Home::at(&self.home);
        let stop = stop_asked()?;
        let listener = listen(self.listen).await?;
        // With port 0 the operating system chose the port.
        let address = listener.local_addr().unwrap_or(self.listen);
        let engine = crate::open(&self.home).await?;
        let credentials = credentials::issue(&engine, &home, &format!("http://{address}")).await?;
        credentials.write(&home.demo_credentials())?;
        welcome::print(&credentials, &home)?;
        crate::serve(listener, crate::router(engine), stop).await;
        Ok(())
    }
}
