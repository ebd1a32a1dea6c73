//! One entry and why it is in the log, in one text (C2SP tlog-proof).

use std::fmt;
use std::str::FromStr;

use super::checkpoint::{SignedCheckpoint, decimal};
use super::error::{LogError, Result};
use super::hash::Hash;
use super::note::{Note, Verifier};
use super::prove::check_inclusion;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// A tree has at most 63 levels above its leaves.
const MAX_HASHES: usize = 63;

/// Number of an entry, the hashes that lead to the root, and the checkpoint. Nothing in it is checked before
/// [`Self::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Number of the entry.
    pub index: u64,
    /// From the sibling of the leaf to the child of the root.
    pub hashes: Vec<Hash>,
    /// The checkpoint, with all its signatures.
    pub checkpoint: Note,
}

impl Proof {
    /// The leaf is entry [`Self::index`] of a tree that this log signed.
    ///
    /// # Errors
    /// As [`SignedCheckpoint::accept`] and [`check_inclusion`].
    pub fn check(&self, leaf: Hash, log: &Verifier) -> Result<SignedCheckpoint> {
        let checkpoint = SignedCheckpoint::accept(self.checkpoint.clone(), log)?;
        check_inclusion(&self.hashes, leaf, self.index, checkpoint.head())?;
        Ok(checkpoint)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\nindex {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self> {
        let malformed = || LogError::malformed("a proof of the log is malformed");
        let (proof, checkpoint) = text.split_once("\n\n").ok_or_else(malformed)?;
        let mut lines = proof.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(LogError::malformed(format!(
                "a proof of the log begins with `{FIRST_LINE}`"
            )));
        }
        let mut line = lines.next().ok_or_else(malformed)?;
        // Others may add what they like here; nothing vouches for it.
        if line.starts_with("extra ") {
            line = lines.next().ok_or_else(malformed)?;
        }
        let index = line.strip_prefix("index ").and_then(decimal).ok_or_else(malformed)?;
        let hashes = lines.map(str::parse).collect::<Result<Vec<Hash>>>()?;
        if hashes.len() > MAX_HASHES {
            return Err(malformed());
        }
        Ok(Self { index, hashes, checkpoint: Note::parse(checkpoint)? })
    }
}
