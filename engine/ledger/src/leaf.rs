//! Leaf hashes, as RFC 6962 section 2.1 defines them: other people's tools can check them.

use std::fmt;

use sha2::{Digest, Sha256};

/// Keeps a leaf from passing as an inner node of the tree.
const LEAF_PREFIX: [u8; 1] = [0];

/// SHA-256 of a zero byte and the leaf data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeafHash(pub [u8; 32]);

impl LeafHash {
    /// Hash of the leaf data.
    #[must_use]
    pub fn of(leaf_data: &[u8]) -> Self {
        Self(Sha256::new().chain_update(LEAF_PREFIX).chain_update(leaf_data).finalize().into())
    }
}

/// Hexadecimal, lower case.
impl fmt::Display for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
