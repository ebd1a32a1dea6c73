//! Hashes of the tree, as RFC 6962 section 2.1 defines them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::error::{LogError, Result};
use crate::leaf::LeafHash;

/// Keeps an inner node from passing as a leaf.
const NODE_PREFIX: [u8; 1] = [1];

/// A hash of a leaf or of an inner node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Bytes of a hash.
    pub const LEN: usize = 32;

    /// Root of the tree without leaves: the hash of nothing.
    #[must_use]
    pub fn empty_tree() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Hash of a leaf.
    #[must_use]
    pub fn of_leaf(data: &[u8]) -> Self {
        LeafHash::of(data).into()
    }

    /// Hash of an inner node.
    #[must_use]
    pub fn of_node(left: Self, right: Self) -> Self {
        // One piece: both inputs in one buffer cost less than three updates, and this is the inner loop of all checks.
        let mut input = [0; 65];
        if let Some((prefix, rest)) = input.split_at_mut_checked(1) {
            prefix.copy_from_slice(&NODE_PREFIX);
            let (l, r) = rest.split_at_mut(32);
            l.copy_from_slice(&left.0);
            r.copy_from_slice(&right.0);
        }
        Self(Sha256::digest(input).into())
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl From<LeafHash> for Hash {
    fn from(leaf: LeafHash) -> Self {
        Self(leaf.0)
    }
}

/// Base64, as it stands in checkpoints and proofs.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl FromStr for Hash {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self> {
        let bytes =
            STANDARD.decode(text).map_err(|_| LogError::malformed("a hash is not base64"))?;
        Self::from_slice(&bytes).ok_or_else(|| LogError::malformed("a hash does not have 32 bytes"))
    }
}
