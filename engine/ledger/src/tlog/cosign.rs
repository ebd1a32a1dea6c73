//! Signatures of witnesses: on that day this was the largest tree of the log that I had seen, and it had grown from all
//! that I saw before (C2SP tlog-cosignature, Ed25519).

use ed25519_dalek::{Signer as _, SigningKey};

use super::error::{LogError, Result};
use super::note::{KeyUse, Note, Signature, Verifier, verified};

/// The key with which a witness signs. Has no `Debug`.
#[derive(Clone)]
pub struct WitnessKey {
    key: SigningKey,
    verifier: Verifier,
}

impl WitnessKey {
    /// The key of the witness of this name.
    ///
    /// # Errors
    /// [`LogError::Malformed`] for a name with spaces or `+`.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, KeyUse::Cosignature, key.verifying_key())?;
        Ok(Self { key, verifier })
    }

    /// What others check with.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs the text of a checkpoint at this time, in seconds since 1970.
    #[must_use]
    pub fn cosign(&self, checkpoint_text: &str, seconds: u64) -> Signature {
        let signature = self.key.sign(message(checkpoint_text, seconds).as_bytes());
        let mut bytes = seconds.to_be_bytes().to_vec();
        bytes.extend_from_slice(&signature.to_bytes());
        self.verifier.signature(bytes)
    }
}

/// A signature of a witness that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness.
    pub witness: String,
    /// When it signed, in seconds since 1970.
    pub seconds: u64,
    pub(crate) signature: Signature,
}

impl Cosignature {
    /// The signature of this witness under a note; `None` where it did not sign.
    ///
    /// # Errors
    /// [`LogError::BadSignature`] when a line in its name is not by its key.
    pub fn of(note: &Note, witness: &Verifier) -> Result<Option<Self>> {
        let mut found = None;
        for line in note.signatures().iter().filter(|line| witness.claimed_by(line)) {
            found = Some(Self::check(note.text(), line, witness)?);
        }
        Ok(found)
    }

    /// The line is a signature of this witness under the text of a checkpoint.
    ///
    /// # Errors
    /// [`LogError::NotSigned`], [`LogError::BadSignature`].
    pub fn check(text: &str, line: &Signature, witness: &Verifier) -> Result<Self> {
        if !witness.claimed_by(line) {
            return Err(LogError::NotSigned(witness.name().to_owned()));
        }
        let bad = || LogError::BadSignature(witness.name().to_owned());
        if witness.usage() != KeyUse::Cosignature {
            return Err(bad());
        }
        let (seconds, signature) = line.bytes().split_first_chunk::<8>().ok_or_else(bad)?;
        let seconds = u64::from_be_bytes(*seconds);
        let in_range = i64::try_from(seconds).is_ok();
        if !in_range || !verified(witness.key(), message(text, seconds).as_bytes(), signature) {
            return Err(bad());
        }
        Ok(Self { witness: witness.name().to_owned(), seconds, signature: line.clone() })
    }
}

fn message(checkpoint_text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{checkpoint_text}")
}
