//! Checkpoints: size and root of the tree, signed (C2SP tlog-checkpoint).

use std::fmt;

use super::error::{LogError, Result};
use super::hash::Hash;
use super::note::{LogKey, Note, Verifier};

/// Size and root of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

/// What a log says of itself: its name and its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { origin, size, root } = self;
        format!("{origin}\n{size}\n{root}\n")
    }

    /// Reads the text. Lines after the third belong to others and are passed over.
    ///
    /// # Errors
    /// [`LogError::Malformed`].
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || LogError::malformed("a checkpoint is malformed");
        let text = text.strip_suffix('\n').ok_or_else(malformed)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed());
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(malformed());
        }
        let size = decimal(size).ok_or_else(malformed)?;
        Ok(Self { origin: origin.to_owned(), size, root: root.parse()? })
    }

    /// The tree.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root }
    }
}

/// A number without further zeros before it and without a sign.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A checkpoint of which the signature of its log was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs the tree.
    #[must_use]
    pub fn sign(key: &LogKey, head: TreeHead) -> Self {
        let checkpoint =
            Checkpoint { origin: key.origin().to_owned(), size: head.size, root: head.root };
        let note = key.sign(checkpoint.text());
        Self { checkpoint, note }
    }

    /// Accepts a note that this log signed about itself.
    ///
    /// # Errors
    /// [`LogError::OtherLog`], and as [`Note::check`].
    pub fn accept(note: Note, log: &Verifier) -> Result<Self> {
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin != log.name() {
            let (expected, found) = (log.name().to_owned(), checkpoint.origin);
            return Err(LogError::OtherLog { expected, found });
        }
        note.check(log)?;
        if checkpoint.size == 0 && checkpoint.root != Hash::empty_tree() {
            return Err(LogError::NotProved);
        }
        Ok(Self { checkpoint, note })
    }

    /// The same from the text of the note.
    ///
    /// # Errors
    /// As [`Self::accept`] and [`Note::parse`].
    pub fn read(file: &str, log: &Verifier) -> Result<Self> {
        Self::accept(Note::parse(file)?, log)
    }

    /// What is signed.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Size and root.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        self.checkpoint.head()
    }

    /// Text and signatures, those of witnesses included.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// With another signature, which was checked by the caller.
    #[must_use]
    pub(crate) fn with(self, signature: super::note::Signature) -> Self {
        Self { note: self.note.with(signature), ..self }
    }
}

/// The file.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
