//! Witnesses of our log: second organisations that sign its checkpoints, so that nobody can be shown another history.
//!
//! At the start they are asked first: whoever has signed more than our books hold, or another history, tells that the
//! books were put back, and the server does not start. Later a witness that cannot be reached is a warning and no more:
//! a receipt then lacks its line.

mod offer;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tresor_core::engine::Engine;
use tresor_ledger::tlog::Verifier;

use crate::stop::Stop;
use offer::{Offered, Post};

/// More often a witness is not bothered.
const OFFER_EVERY: Duration = Duration::from_secs(10);

/// A witness: where it is, and the key with which it signs. Written `URL=KEY`.
#[derive(Debug, Clone)]
pub(crate) struct Witness {
    url: String,
    verifier: Verifier,
}

impl Witness {
    /// As it was written.
    pub(crate) fn written(&self) -> String {
        format!("{}={}", self.url, self.verifier)
    }
}

impl FromStr for Witness {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "write a witness like `https://witness.example.org=NAME+ID+KEY`, with what it printed at its start";
        let (url, key) = text.split_once('=').ok_or(form)?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(form.to_owned());
        }
        let verifier: Verifier = key.parse().map_err(|error| format!("{error}; {form}"))?;
        if !verifier.is_witness() {
            return Err(format!("`{key}` is the key of a log, not of a witness; {form}"));
        }
        Ok(Self { url: url.trim_end_matches('/').to_owned(), verifier })
    }
}

/// Asks every witness before anything is served.
///
/// # Errors
/// [`Stop`] when one of them has signed what our books do not hold.
pub(crate) async fn ask_first(engine: &Arc<Engine>, witnesses: &[Witness]) -> Result<(), Stop> {
    let newest = engine.newest_checkpoint().await?;
    for witness in witnesses {
        match offer::offer(engine.as_ref(), &newest, witness, Arc::new(Post), 0).await {
            Offered::Signed(_) => {}
            Offered::Ahead { known, ours } => {
                return Err(Stop::because(format!(
                    "the witness `{}` has signed this log with {known} entries, but these books hold {ours}: an older copy \
                     of the ledger was put back. Put back a copy with at least {known} entries (`tresor db restore`)",
                    witness.verifier.name()
                )));
            }
            Offered::Other => {
                return Err(Stop::because(format!(
                    "the witness `{}` has signed another history of this log: these books are not the ones that it saw. \
                     Bring back the ledger whose log it signed",
                    witness.verifier.name()
                )));
            }
            Offered::Failed(why) => warn(witness, &why),
        }
    }
    Ok(())
}

/// Offers the log to every witness as it grows, until the future is dropped.
pub(crate) async fn keep_offering(engine: Arc<Engine>, witnesses: Vec<Witness>) {
    let mut sizes = vec![0; witnesses.len()];
    loop {
        tokio::time::sleep(OFFER_EVERY).await;
        // All are shown the same checkpoint, so that their signatures stand under one. A ledger that is closed says so elsewhere.
        let Ok(newest) = engine.newest_checkpoint().await else { continue };
        for (witness, seen) in witnesses.iter().zip(&mut sizes) {
            if newest.head().size == *seen {
                continue;
            }
            match offer::offer(engine.as_ref(), &newest, witness, Arc::new(Post), *seen).await {
                Offered::Signed(size) => *seen = size,
                // Ours only grows while we run, so somebody else signs with our key.
                Offered::Ahead { known, ours } => warn(
                    witness,
                    &format!(
                        "it has signed {known} entries, we have {ours}: somebody else uses the key of this log"
                    ),
                ),
                Offered::Other => warn(witness, "it has signed another history of this log"),
                Offered::Failed(why) => warn(witness, &why),
            }
        }
    }
}

fn warn(witness: &Witness, why: &str) {
    tracing::warn!(witness = witness.verifier.name(), %why, "a witness did not sign");
}

#[cfg(test)]
mod tests;
