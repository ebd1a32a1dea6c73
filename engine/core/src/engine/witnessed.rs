//! What witnesses of the audit log are shown, and what is kept of them: sizes, roots and signatures, no entry.

use tresor_ledger::tlog::{Cosignature, Hash, SignedCheckpoint};

use super::Engine;
use crate::refusal::Refusal;
use crate::vault::unavailable;

impl Engine {
    /// Size and root of the audit log as it is now, signed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn newest_checkpoint(&self) -> Result<SignedCheckpoint, Refusal> {
        self.vault.ledger.checkpoint().await.map_err(|error| unavailable(&error))
    }

    /// That the audit log of `new` entries began with that of `old` entries.
    ///
    /// # Errors
    /// For sizes that the log does not have, and when it cannot be read.
    pub async fn log_growth(&self, old: u64, new: u64) -> Result<Vec<Hash>, Refusal> {
        self.vault.ledger.consistency(old, new).await.map_err(|error| unavailable(&error))
    }

    /// Keeps the signature of a witness under a checkpoint.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_cosignature(
        &self,
        checkpoint: SignedCheckpoint,
        cosignature: Cosignature,
    ) -> Result<(), Refusal> {
        let kept = self.vault.ledger.keep_cosignature(checkpoint, cosignature).await;
        kept.map_err(|error| unavailable(&error))
    }
}
