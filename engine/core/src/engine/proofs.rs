//! What whoever asked takes along: receipts, and the state of the log.

use super::{Caller, Engine};
use crate::ids::QueryId;
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

impl Engine {
    /// The receipt of a release: a JSON document that proves, without this server, that the log has it.
    ///
    /// # Errors
    /// As for the answer: not there, not the caller's, or not released.
    pub async fn receipt(&self, caller: &Caller, id: &QueryId) -> Result<Vec<u8>, Refusal> {
        self.own_query(caller, id).await?;
        let receipt = self.vault.ledger.receipt(id.as_str()).await;
        let receipt = receipt.map_err(|error| unavailable(&error))?;
        receipt.map(|receipt| receipt.to_json().into_bytes()).ok_or_else(|| {
            let hint = "GET /api/v1/queries/{id} says where the query stands";
            Refusal::new(
                Code::NoResult,
                "no answer of this query was released, so there is no receipt",
                hint,
            )
        })
    }

    /// The log's newest checkpoint, signed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn checkpoint(&self) -> Result<String, Refusal> {
        let checkpoint = self.vault.ledger.checkpoint().await;
        checkpoint
            .map(|checkpoint| checkpoint.note().to_string())
            .map_err(|error| unavailable(&error))
    }

    /// The name of the log.
    #[must_use]
    pub fn log_name(&self) -> String {
        self.vault.ledger.log_verifier().name().to_owned()
    }
}
