//! Receipts: what whoever has an answer can show, years later and without us.
//!
//! A receipt holds the entry that released the answer, word for word, and the proof that the log contains it. Checking
//! it needs the public key of the log and nothing else.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::entry::Kind;
use crate::moment::Moment;
use crate::outcome::digest_of;
use crate::query::QueryState;
use crate::tlog::{Cosignature, Hash, LogError, Proof, SignedCheckpoint, Verifier};

/// Name and version of the document.
const FORMAT: &str = "tresor-receipt/1";

/// A receipt, checked or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: String,
    query_id: String,
    answer_digest: String,
    /// The text of the leaf.
    entry: String,
    /// The proof, as C2SP writes it.
    proof: String,
    /// The public key of the log; only a hint, whoever checks brings the key that they trust.
    log: String,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// It is no receipt, or not all of one.
    #[error("this is not a receipt: {0}")]
    Malformed(String),
    /// The proof or its checkpoint does not hold.
    #[error("the entry is not proved to be in the log: {0}")]
    Log(#[from] LogError),
    /// The entry is in the log, and is about something else.
    #[error("the entry in the receipt does not release the answer of query `{0}`")]
    NotARelease(String),
    /// The answer was changed, or is another one.
    #[error("this is not the answer that was released: its digest is {found}, not {expected}")]
    OtherAnswer {
        /// Digest in the log.
        expected: String,
        /// Digest of what was handed over.
        found: String,
    },
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The query.
    pub query_id: String,
    /// Digest of its answer.
    pub answer_digest: String,
    /// Number of the entry that released it.
    pub index: u64,
    /// When it was released.
    pub at: Moment,
    /// The entry.
    pub entry: Value,
    /// The checkpoint that contains it.
    pub checkpoint: SignedCheckpoint,
}

impl Checked {
    /// Whether and when this witness saw the log with this entry in it.
    ///
    /// # Errors
    /// [`LogError::BadSignature`] when a line in its name is not by its key.
    pub fn seen_by(&self, witness: &Verifier) -> Result<Option<Cosignature>, LogError> {
        Cosignature::of(self.checkpoint.note(), witness)
    }
}

impl Receipt {
    pub(crate) fn new(
        query_id: &str,
        answer_digest: &str,
        entry: String,
        proof: &Proof,
        log: String,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            query_id: query_id.to_owned(),
            answer_digest: answer_digest.to_owned(),
            entry,
            proof: proof.to_string(),
            log,
        }
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// [`Why::Malformed`].
    pub fn parse(json: &[u8]) -> Result<Self, Why> {
        let receipt: Self = serde_json::from_slice(json)
            .map_err(|_| Why::Malformed("it does not have the members of one".into()))?;
        if receipt.format != FORMAT {
            return Err(Why::Malformed(format!("it does not say `{FORMAT}`")));
        }
        Ok(receipt)
    }

    /// The document.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// The query.
    #[must_use]
    pub fn query_id(&self) -> &str {
        &self.query_id
    }

    /// The public key of the log, as the receipt says: for people, never for the check.
    #[must_use]
    pub fn log(&self) -> &str {
        &self.log
    }

    /// The proof, for tools that know nothing of receipts.
    #[must_use]
    pub fn proof(&self) -> &str {
        &self.proof
    }

    /// Checks everything, offline. `log` is the key that the reader trusts.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn check(&self, log: &Verifier, answer: Option<&[u8]>) -> Result<Checked, Why> {
        let leaf = crate::tlog::leaf::read(self.entry.as_bytes())
            .map_err(|what| Why::Malformed(format!("its entry {what}")))?;
        let proof: Proof = self.proof.parse()?;
        if proof.index != leaf.seq {
            return Err(LogError::NotProved.into());
        }
        let checkpoint = proof.check(Hash::of_leaf(self.entry.as_bytes()), log)?;
        let entry: Value = serde_json::from_str(&self.entry)
            .map_err(|_| Why::Malformed("its entry is not JSON".into()))?;
        if !self.is_release(&entry) {
            return Err(Why::NotARelease(self.query_id.clone()));
        }
        let found = answer.map(digest_of).filter(|found| *found != self.answer_digest);
        if let Some(found) = found {
            return Err(Why::OtherAnswer { expected: self.answer_digest.clone(), found });
        }
        Ok(Checked {
            query_id: self.query_id.clone(),
            answer_digest: self.answer_digest.clone(),
            index: leaf.seq,
            at: Moment(leaf.at),
            entry,
            checkpoint,
        })
    }

    /// An outcome that released at once, or the end of a review; once that was its last vote.
    fn is_release(&self, entry: &Value) -> bool {
        let word = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
        let kinds = [Kind::Outcome, Kind::ReviewEnded, Kind::Review].map(Kind::as_str);
        word("/kind").is_some_and(|kind| kinds.contains(&kind))
            && word("/query_id") == Some(&self.query_id)
            && word("/body/state") == Some(QueryState::Released.as_str())
            && word("/body/answer_digest") == Some(&self.answer_digest)
    }
}
