//! That the log is what it was: checkpoints and proofs, for whoever checks them without us.

use serde_json::{Value, json};

use super::searching::no_entry;
use super::{Asked, number};
use crate::engine::{Caller, Engine};
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

impl Engine {
    /// The text of a signed checkpoint.
    pub(super) async fn told_checkpoint(&self, caller: &Caller) -> Result<Value, Refusal> {
        self.proving(caller, json!({ "what": "checkpoint" })).await?;
        self.checkpoint().await.map(Value::String)
    }

    /// The text of the log's public key.
    pub(super) async fn told_key(&self, caller: &Caller) -> Result<Value, Refusal> {
        self.proving(caller, json!({ "what": "verification_key" })).await?;
        Ok(Value::String(format!("{}\n", self.vault.ledger.log_verifier())))
    }

    /// The text of a proof, with the checkpoint that it leads to.
    pub(super) async fn proof(&self, caller: &Caller, seq: u64) -> Result<Value, Refusal> {
        let asked = json!({ "what": "proof", "entry": number(seq) });
        if seq >= self.proving(caller, asked).await? {
            return Err(no_entry());
        }
        let proof = self.vault.ledger.proof(seq).await.map_err(|error| unavailable(&error))?;
        proof.map(|proof| Value::String(proof.to_string())).ok_or_else(no_entry)
    }

    pub(super) async fn consistency(
        &self,
        caller: &Caller,
        from: u64,
        to: u64,
    ) -> Result<Value, Refusal> {
        let asked = json!({ "what": "consistency", "from": number(from), "to": number(to) });
        let read = self.proving(caller, asked).await?;
        if from == 0 || from > to || to > read {
            return Err(no_size());
        }
        let hashes = self.vault.ledger.consistency(from, to).await;
        let hashes = hashes.map_err(|error| unavailable(&error))?;
        let hashes: Vec<String> = hashes.iter().map(ToString::to_string).collect();
        Ok(json!({ "from": from, "to": to, "hashes": hashes }))
    }

    /// Records the reading; entries before it are read.
    async fn proving(&self, caller: &Caller, asked: Value) -> Result<u64, Refusal> {
        let asked = Asked { tool: "proof", asked, opens: false, text: None, query: None };
        self.reading(caller, asked).await.map(|reading| reading.seq)
    }
}

fn no_size() -> Refusal {
    let detail = "the log did not grow from the first of these sizes to the second";
    let hint = "give sizes that checkpoints say: `from` is 1 or more and not larger than `to`";
    Refusal::new(Code::UnknownEntry, detail, hint)
}
