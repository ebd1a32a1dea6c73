//! Before anything is written: what was published of the log is held against the books.
//!
//! A checkpoint that was signed cannot be taken back. Books that are shorter than it, or that do not have its root, are an
//! older copy or somebody's work, and what was spent since is unknown: they are refused.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::checkpoint::{SignedCheckpoint, TreeHead};
use super::error::LogError;
use super::folder::{CHECKPOINT, Directory, Files, document_path};
use super::growing::{Full, Growing};
use super::note::{LogKey, Verifier};
use super::publish::Publisher;
use super::tile::{BUNDLE_WIDTH, Place};
use crate::config::LogConfig;
use crate::error::{LedgerError, Result};
use crate::steps::Steps;

/// A check under way: entries are given to it in their order.
pub(crate) struct Opening {
    key: LogKey,
    files: Directory,
    folder: std::path::PathBuf,
    anchor: Option<std::path::PathBuf>,
    steps: Arc<dyn Steps>,
    /// What is in the folder.
    there: BTreeSet<Place>,
    /// What was signed: where it lies, and the tree.
    signed: Vec<(String, SignedCheckpoint)>,
    growing: Growing,
    /// Full tiles that are not in the folder.
    missing: Vec<Full>,
    /// Files of entries that are not in the folder, by number.
    missing_entries: Vec<u64>,
}

/// A log that agrees with what was published of it.
pub(crate) struct Agreed {
    pub(crate) key: LogKey,
    pub(crate) growing: Growing,
    pub(crate) publisher: Publisher,
    /// The checkpoint in the folder, if there is one.
    pub(crate) published: Option<SignedCheckpoint>,
    /// Files of entries to be written again, by number.
    pub(crate) missing_entries: Vec<u64>,
    /// Whether the folder or the copy that is kept apart lacks something.
    pub(crate) behind: bool,
}

impl Opening {
    /// Reads what was published.
    ///
    /// # Errors
    /// When it cannot be read, or was not signed by this log.
    pub(crate) fn begin(config: &LogConfig, steps: Arc<dyn Steps>) -> Result<Self> {
        let key = LogKey::new(&config.origin, &config.seed)
            .map_err(|error| LedgerError::Invalid(format!("the name of the log: {error}")))?;
        let files = Directory::new(&config.folder);
        let paths = if config.folder.is_dir() { files.list().map_err(unreadable)? } else { vec![] };
        let there = paths.iter().filter_map(|path| Place::parse(path)).collect();
        let mut signed = Vec::new();
        let in_folder = config.folder.join(CHECKPOINT);
        for path in [Some(&in_folder), config.anchor.as_ref()].into_iter().flatten() {
            signed.extend(
                read(path, key.verifier())?.map(|found| (path.display().to_string(), found)),
            );
        }
        if let Some(anchor) = &config.anchor
            && !anchor.parent().is_some_and(Path::is_dir)
        {
            return Err(LedgerError::Unavailable(format!(
                "the folder of {} is not there: the copy of the checkpoint is kept there (is the disk mounted?)",
                anchor.display()
            )));
        }
        Ok(Self {
            key,
            files,
            folder: config.folder.clone(),
            anchor: config.anchor.clone(),
            steps,
            there,
            signed,
            growing: Growing::default(),
            missing: Vec::new(),
            missing_entries: Vec::new(),
        })
    }

    /// The next entry of the books.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when a file of the log, or what was signed, says otherwise.
    pub(crate) fn entry(&mut self, text: &str) -> Result<()> {
        let number = self.growing.size();
        self.growing
            .push(text)
            .map_err(|error| LedgerError::Damaged(format!("audit entry {number}: {error}")))?;
        for full in self.growing.take_full() {
            self.file(full)?;
        }
        let head =
            self.growing.head_if(|size| self.signed.iter().any(|(_, c)| c.head().size == size));
        head.map_or(Ok(()), |head| self.same_history(head))
    }

    /// All entries were given.
    ///
    /// # Errors
    /// [`LedgerError::OlderCopy`].
    pub(crate) fn end(mut self) -> Result<Agreed> {
        let books = self.growing.size();
        let older = |place: &str, known: u64| LedgerError::OlderCopy {
            place: place.to_owned(),
            known,
            books,
        };
        if let Some((place, ahead)) = self.signed.iter().find(|(_, c)| c.head().size > books) {
            return Err(older(place, ahead.head().size));
        }
        if books == 0 {
            self.same_history(self.growing.head())?;
        }
        let end = |place: &Place| {
            let (Place::Tile(id) | Place::Entries(id)) = place;
            let entries =
                id.index.checked_mul(BUNDLE_WIDTH).and_then(|n| n.checked_add(id.width.into()));
            entries.and_then(|n| n.checked_mul(1_u64.checked_shl(u32::from(id.level) * 8)?))
        };
        // Files are written before the checkpoint that speaks of them, and only from books that were on the disk.
        if let Some(place) =
            self.there.iter().find(|place| end(place).is_none_or(|end| end > books))
        {
            let known = end(place).unwrap_or(u64::MAX);
            return Err(older(&self.folder.join(place.path()).display().to_string(), known));
        }
        self.growing.keep_full(self.missing);
        let in_folder = self.folder.join(CHECKPOINT).display().to_string();
        let mut signed = self.signed.into_iter();
        let published = signed.find(|(place, _)| *place == in_folder).map(|(_, c)| c);
        let kept_apart = signed.next().map(|(_, c)| c.head());
        let head = published.as_ref().map(SignedCheckpoint::head);
        let anchor_behind = self.anchor.is_some() && kept_apart != head;
        self.growing.keep_documents(|digest| !self.folder.join(document_path(digest)).is_file());
        let behind = anchor_behind || self.growing.waits(&self.there);
        Ok(Agreed {
            publisher: Publisher::new(&self.folder, self.anchor.as_deref(), self.steps),
            key: self.key,
            growing: self.growing,
            published,
            missing_entries: self.missing_entries,
            behind,
        })
    }

    /// A full file must be what the books say; one that is missing is written again.
    fn file(&mut self, full: Full) -> Result<()> {
        if !self.there.contains(&full.place) {
            match full.place {
                Place::Tile(_) => self.missing.push(full),
                Place::Entries(id) => self.missing_entries.push(id.index),
            }
            return Ok(());
        }
        let path = full.place.path();
        if self.files.read(&path).map_err(unreadable)?.as_ref() == Some(full.bytes.as_ref()) {
            return Ok(());
        }
        Err(LedgerError::Damaged(format!(
            "{} is not what the books say: either was changed after it was written. If the books are the right ones, move \
             that file away and start again: it is written from the books",
            self.folder.join(path).display()
        )))
    }

    fn same_history(&self, head: TreeHead) -> Result<()> {
        let of_this_size = self.signed.iter().filter(|(_, c)| c.head().size == head.size);
        for (place, checkpoint) in of_this_size {
            if checkpoint.head() != head {
                return Err(LedgerError::Damaged(format!(
                    "the first {} entries are not those of which {place} was signed: the books were changed, or belong to \
                     another log",
                    head.size
                )));
            }
        }
        Ok(())
    }
}

/// The checkpoint in this file, signed by this log.
fn read(path: &Path, log: &Verifier) -> Result<Option<SignedCheckpoint>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(bytes) = Directory::new(folder).read(&name).map_err(unreadable)? else {
        return Ok(None);
    };
    let refused = |error: LogError| {
        LedgerError::Damaged(format!(
            "{} is not a checkpoint of this log: {error}. Was the key of the log or its name replaced, or the file changed?",
            path.display()
        ))
    };
    let text =
        String::from_utf8(bytes).map_err(|_| refused(LogError::malformed("it is not text")))?;
    SignedCheckpoint::read(&text, log).map(Some).map_err(refused)
}

fn unreadable(error: LogError) -> LedgerError {
    LedgerError::Unavailable(error.to_string())
}
