//! Sealed texts: in the log stands a salted commitment, the text lies apart and can be erased without touching the log.
//!
//! A fresh salt per text: equal texts have different commitments, and nobody can test a guess.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::{LedgerError, Result};

/// A text to be sealed. Has no `Debug`.
#[derive(Clone)]
pub struct Sealed {
    /// What the text is, for example `sql` or `cause`.
    pub field: String,
    /// The text.
    pub text: String,
}

impl Sealed {
    /// Seals the text under that name.
    #[must_use]
    pub fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into() }
    }
}

/// What opens a commitment; for auditors. Has no `Debug`.
#[derive(Clone)]
pub struct Opening {
    /// Number of the entry whose body holds the commitment.
    pub seq: u64,
    /// What the text is.
    pub field: String,
    /// 32 random bytes.
    pub salt: [u8; 32],
    /// The text.
    pub text: String,
}

impl Opening {
    /// SHA-256 of salt and text, hexadecimal: what stands in `body.commitments` under the field's name.
    #[must_use]
    pub fn commitment(&self) -> String {
        hex::encode(Sha256::new().chain_update(self.salt).chain_update(&self.text).finalize())
    }
}

/// Makes an opening for each text and puts the commitments into the body.
pub(crate) fn seal(seq: u64, body: &mut Value, texts: Vec<Sealed>) -> Result<Vec<Opening>> {
    let body = body
        .as_object_mut()
        .ok_or_else(|| LedgerError::Invalid("the body of an entry must be an object".into()))?;
    let mut commitments = Map::new();
    let mut openings = Vec::new();
    for Sealed { field, text } in texts {
        let opening = Opening { seq, field, salt: fresh_salt()?, text };
        let earlier = commitments.insert(opening.field.clone(), opening.commitment().into());
        if earlier.is_some() {
            return Err(LedgerError::Invalid("two sealed texts have the same name".into()));
        }
        openings.push(opening);
    }
    if body.contains_key("commitments") {
        return Err(LedgerError::Invalid("`commitments` is not a free name in a body".into()));
    }
    if !commitments.is_empty() {
        body.insert("commitments".into(), commitments.into());
    }
    Ok(openings)
}

fn fresh_salt() -> Result<[u8; 32]> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)
        .map_err(|error| LedgerError::Unavailable(format!("no randomness for a salt: {error}")))?;
    Ok(salt)
}
