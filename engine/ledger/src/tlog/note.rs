//! Signed texts (C2SP signed-note) and the keys that sign them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::error::{LogError, Result};

/// Longest note that is read: far more than 16 signatures need.
const MAX_NOTE_BYTES: usize = 65_536;
/// Most signatures of a note that are read.
const MAX_SIGNATURES: usize = 64;

/// What a key signs, and how; the numbers are those of C2SP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyUse {
    /// Ed25519 over the text of a note.
    Note = 0x01,
    /// Ed25519 over a checkpoint with a time, by a witness.
    Cosignature = 0x04,
}

impl KeyUse {
    const ALL: [Self; 2] = [Self::Note, Self::Cosignature];
}

/// A name with a public key, for whoever checks signatures: `name+id+key` as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    usage: KeyUse,
    key: VerifyingKey,
}

impl Verifier {
    pub(super) fn new(name: &str, usage: KeyUse, key: VerifyingKey) -> Result<Self> {
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
        {
            return Err(LogError::malformed(format!(
                "`{}` cannot name a key: no spaces and no `+`",
                name.escape_debug()
            )));
        }
        let id = key_id(name, usage, &key);
        Ok(Self { name: name.to_owned(), id, usage, key })
    }

    /// Name of the key: for a log its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the key of a witness.
    #[must_use]
    pub fn is_witness(&self) -> bool {
        self.usage == KeyUse::Cosignature
    }

    pub(super) const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    pub(super) const fn usage(&self) -> KeyUse {
        self.usage
    }

    /// Whether the line claims to be by this key.
    #[must_use]
    pub fn claimed_by(&self, signature: &Signature) -> bool {
        self.name == signature.name && self.id == signature.id
    }

    pub(super) fn signature(&self, bytes: Vec<u8>) -> Signature {
        Signature { name: self.name.clone(), id: self.id, bytes }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.usage as u8];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(key))
    }
}

impl FromStr for Verifier {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self> {
        let malformed = || {
            LogError::malformed(
                "a verifier key has the form `name+id+key`, for example `log.example/tresor+8f3b21c0+AbC..`",
            )
        };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed());
        };
        let key = STANDARD.decode(key).map_err(|_| malformed())?;
        let (usage, key) = key.split_first().ok_or_else(malformed)?;
        let usage =
            KeyUse::ALL.into_iter().find(|known| *known as u8 == *usage).ok_or_else(|| {
                LogError::malformed("a verifier key is of a kind that is not known here")
            })?;
        let key = key.try_into().map_err(|_| malformed())?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| malformed())?;
        let verifier = Self::new(name, usage, key)?;
        if hex::encode(verifier.id) != id {
            return Err(LogError::malformed("a verifier key does not have the id in its middle"));
        }
        Ok(verifier)
    }
}

fn key_id(name: &str, usage: KeyUse, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', usage as u8])
        .chain_update(key.as_bytes())
        .finalize();
    let mut id = [0; 4];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    id
}

/// The key with which a log signs. Has no `Debug`.
#[derive(Clone)]
pub struct LogKey {
    key: SigningKey,
    verifier: Verifier,
}

impl LogKey {
    /// The key of the log of this origin.
    ///
    /// # Errors
    /// [`LogError::Malformed`] for an origin with spaces or `+`.
    pub fn new(origin: &str, seed: &[u8; 32]) -> Result<Self> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(origin, KeyUse::Note, key.verifying_key())?;
        Ok(Self { key, verifier })
    }

    /// Name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.verifier.name()
    }

    /// What others check with.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs a text, which ends with a new line.
    #[must_use]
    pub fn sign(&self, text: String) -> Note {
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        Note { text, signatures: vec![self.verifier.signature(signature)] }
    }
}

/// A signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl Signature {
    /// Who is said to have signed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Without the new line at its end.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(f, "\u{2014} {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for Signature {
    type Err = LogError;

    fn from_str(line: &str) -> Result<Self> {
        let malformed = || LogError::malformed("a signature line is malformed");
        let (name, base64) = line
            .strip_prefix("\u{2014} ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(malformed)?;
        let bytes = STANDARD.decode(base64).map_err(|_| malformed())?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or_else(malformed)?;
        let nameless = name.is_empty() || name.chars().any(|c| c.is_whitespace() || c == '+');
        if nameless || bytes.is_empty() {
            return Err(malformed());
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

/// A text with signatures. That it could be read says nothing about who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// [`LogError::Malformed`].
    pub fn parse(file: &str) -> Result<Self> {
        if file.len() > MAX_NOTE_BYTES {
            return Err(LogError::malformed("a signed note is too long"));
        }
        if file.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(LogError::malformed("a signed note holds control characters"));
        }
        let (text, lines) = file.rsplit_once("\n\n").ok_or_else(|| {
            LogError::malformed("a signed note has no empty line before its signatures")
        })?;
        let lines = lines
            .strip_suffix('\n')
            .ok_or_else(|| LogError::malformed("a signed note does not end with a new line"))?;
        let signatures = lines.split('\n').map(str::parse).collect::<Result<Vec<Signature>>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(LogError::malformed("a signed note has too many signatures"));
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The text, with its last new line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, checked or not.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The text is signed by this key of a log.
    ///
    /// # Errors
    /// [`LogError::NotSigned`]; [`LogError::BadSignature`] when one line in its name is not by it, whatever the others say.
    pub fn check(&self, verifier: &Verifier) -> Result<()> {
        let mut signed = false;
        for line in self.signatures.iter().filter(|line| verifier.claimed_by(line)) {
            let by_key = verifier.usage == KeyUse::Note
                && verified(&verifier.key, self.text.as_bytes(), &line.bytes);
            if !by_key {
                return Err(LogError::BadSignature(verifier.name.clone()));
            }
            signed = true;
        }
        if signed { Ok(()) } else { Err(LogError::NotSigned(verifier.name.clone())) }
    }

    /// The same text with the signatures in the name of this key only.
    #[must_use]
    pub(super) fn only(mut self, verifier: &Verifier) -> Self {
        self.signatures.retain(|line| verifier.claimed_by(line));
        self
    }

    /// The same text with another signature, which takes the place of an earlier one by the same key.
    #[must_use]
    pub fn with(mut self, signature: Signature) -> Self {
        self.signatures.retain(|line| (line.id, &line.name) != (signature.id, &signature.name));
        self.signatures.push(signature);
        self
    }
}

/// Whether the key signed the message; keys that would sign anything are not believed.
pub(super) fn verified(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    ed25519_dalek::Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}
