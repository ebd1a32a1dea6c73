//! The signing key of an officer: a file of 64 hexadecimal digits, the seed of an Ed25519 key, that only its owner can read.

use std::fs;
use std::io;
use std::path::Path;

use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;
use tresor_core::entropy::Entropy;

use crate::home::{create_private, require_private};
use crate::stop::Stop;

/// A signing key. Cannot be printed.
pub(crate) struct Officer(SigningKey);

impl Officer {
    /// Makes a key and keeps it in a new file.
    pub(crate) fn make(path: &Path, entropy: &dyn Entropy) -> Result<Self, Stop> {
        let mut seed = [0; 32];
        entropy
            .fill(&mut seed)
            .and_then(|()| create_private(path, format!("{}\n", hex::encode(seed)).as_bytes()))
            .map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Stop::because(format!(
                    "`{}` is there already and may be a key: choose another name",
                    path.display()
                )),
                _ => Stop::file("cannot create the key", path, &error),
            })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Reads a key.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
        require_private(path)?;
        let text = fs::read_to_string(path)
            .map_err(|error| Stop::file("cannot read the key", path, &error))?;
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim_end(), &mut seed).map_err(|_| {
            Stop::because(format!(
                "`{}` does not hold a signing key of 64 hexadecimal digits; `tresor policy key` makes one",
                path.display()
            ))
        })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The public half, as `policies/people.toml` has it.
    pub(crate) fn public(&self) -> String {
        format!("ed25519:{}", hex::encode(self.0.verifying_key().to_bytes()))
    }

    /// The signature of a text, hexadecimal.
    pub(crate) fn sign(&self, text: &str) -> String {
        hex::encode(self.0.sign(text.as_bytes()).to_bytes())
    }
}
