//! The folder of a log, as it is copied and read: `checkpoint`, `tile/..`, and `documents/..` of which entries speak.
//!
//! Whoever reads it trusts nothing in it: proofs made from it are checked against a signed checkpoint, and
//! [`verify`](fn@verify) looks at every file.

mod files;
mod verify;

use std::ops::Range;
use std::path::Path;

pub use files::{Directory, Files};
pub use verify::{Finding, Verified, verify, verify_files};

use super::checkpoint::SignedCheckpoint;
use super::error::{LogError, Result};
use super::hash::Hash;
use super::nodes::{TileNodes, Tiles};
use super::note::{Note, Verifier};
use super::proof::Proof;
use super::prove::{check_inclusion, prove_consistency, prove_inclusion};
use super::tile::{BUNDLE_WIDTH, Bundle, Place, TileId, tile_hashes};

/// Name of the file with the newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Name of the folder of documents.
pub const DOCUMENTS: &str = "documents";

/// Where a document is, from its digest.
#[must_use]
pub fn document_path(digest: &str) -> String {
    format!("{DOCUMENTS}/{digest}")
}

/// Reads the folder of a log.
#[derive(Debug)]
pub struct LogFolder<F = Directory> {
    files: F,
    note: Note,
    size: u64,
}

impl LogFolder {
    /// The log in this folder. Nothing is checked yet.
    ///
    /// # Errors
    /// When there is no readable checkpoint in it.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::of(Directory::new(folder))
    }
}

impl<F: Files> LogFolder<F> {
    /// The log in these files. Nothing is checked yet.
    ///
    /// # Errors
    /// When there is no readable checkpoint among them.
    pub fn of(files: F) -> Result<Self> {
        let note = Note::parse(&text(&files, CHECKPOINT)?)?;
        let size = super::checkpoint::Checkpoint::parse(note.text())?.size;
        Ok(Self { files, note, size })
    }

    /// The checkpoint as it lies there.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint, if this log signed it.
    ///
    /// # Errors
    /// As [`SignedCheckpoint::accept`].
    pub fn checkpoint(&self, log: &Verifier) -> Result<SignedCheckpoint> {
        SignedCheckpoint::accept(self.note.clone(), log)
    }

    /// Entries of the checkpoint.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The texts of these entries, as they lie there; up to the end of the log.
    ///
    /// # Errors
    /// When a file is missing or malformed.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<String>> {
        let end = range.end.min(self.size);
        let mut found = Vec::new();
        let mut next = range.start;
        while next < end {
            let bundle = next / BUNDLE_WIDTH;
            let first = bundle * BUNDLE_WIDTH;
            let texts = self.bundle(bundle)?;
            let skip = usize::try_from(next - first).unwrap_or(usize::MAX);
            let take = usize::try_from(end - next).unwrap_or(usize::MAX);
            found.extend(texts.into_iter().skip(skip).take(take));
            next = first + BUNDLE_WIDTH;
        }
        Ok(found)
    }

    /// The text of an entry, of which is shown that the checkpoint contains it; the checkpoint itself is the reader's to
    /// check.
    ///
    /// # Errors
    /// [`LogError::NotProved`] when the text was changed, [`LogError::Beyond`], or a file is missing.
    pub fn leaf(&self, index: u64) -> Result<String> {
        let beyond = LogError::Beyond { index, size: self.size };
        let entry = self.entries(index..index.saturating_add(1))?.pop().ok_or(beyond)?;
        let hashes = self.inclusion(index, self.size)?;
        let head = super::checkpoint::Checkpoint::parse(self.note.text())?.head();
        check_inclusion(&hashes, Hash::of_leaf(entry.as_bytes()), index, head)?;
        Ok(entry)
    }

    /// The hashes that lead from an entry to the root of the tree of this size.
    ///
    /// # Errors
    /// As [`prove_inclusion`].
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>> {
        self.within(size)?;
        prove_inclusion(&TileNodes::new(self, self.size), index, size)
    }

    /// The hashes that show that the tree of size `new` begins with that of size `old`.
    ///
    /// # Errors
    /// As [`prove_consistency`].
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>> {
        self.within(new)?;
        prove_consistency(&TileNodes::new(self, self.size), old, new)
    }

    /// An entry and why it is in the log.
    ///
    /// # Errors
    /// As [`prove_inclusion`].
    pub fn proof(&self, index: u64) -> Result<Proof> {
        let hashes = self.inclusion(index, self.size)?;
        Ok(Proof { index, hashes, checkpoint: self.note.clone() })
    }

    /// A document that an entry speaks of, by digest; `None` when it is missing.
    ///
    /// # Errors
    /// When it cannot be read, or is not the one with this digest.
    pub fn document(&self, digest: &str) -> Result<Option<Vec<u8>>> {
        if !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let found = self.files.read(&document_path(digest))?;
        match &found {
            Some(bytes) if crate::digest_of(bytes) != digest => {
                Err(LogError::malformed(format!("the document {digest} was changed")))
            }
            _ => Ok(found),
        }
    }

    fn within(&self, size: u64) -> Result<()> {
        if size > self.size {
            return Err(LogError::Beyond { index: size, size: self.size });
        }
        Ok(())
    }

    fn bundle(&self, index: u64) -> Result<Vec<String>> {
        let id = TileId::at(0, index, self.size)
            .ok_or(LogError::Beyond { index: index * BUNDLE_WIDTH, size: self.size })?;
        let path = Place::Entries(id).path();
        let file = needed(&self.files, &path)?;
        Bundle::entries(&file)
            .map(|entry| {
                String::from_utf8(entry?.to_vec())
                    .map_err(|_| LogError::malformed(format!("an entry in {path} is not text")))
            })
            .collect()
    }
}

impl<F: Files> Tiles for LogFolder<F> {
    fn tile(&self, id: TileId) -> Result<Vec<Hash>> {
        let path = Place::Tile(id).path();
        tile_hashes(&needed(&self.files, &path)?)
            .filter(|hashes| hashes.len() == usize::from(id.width))
            .ok_or_else(|| {
                LogError::malformed(format!("{path} does not have the length of a tile"))
            })
    }
}

/// A file that must be there.
pub(super) fn needed(files: &impl Files, path: &str) -> Result<Vec<u8>> {
    files.read(path)?.ok_or_else(|| LogError::File(format!("{path} is missing")))
}

pub(super) fn text(files: &impl Files, path: &str) -> Result<String> {
    String::from_utf8(needed(files, path)?)
        .map_err(|_| LogError::malformed(format!("{path} is not text")))
}
