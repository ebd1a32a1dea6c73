//! The folder of the log as it is written: full files once, unfinished ones with every checkpoint, the checkpoint last.
//!
//! Whoever copies the folder between two checkpoints has a log that verifies. What is in it follows from the books, so a
//! stop at any moment costs nothing: the next start writes what is missing.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint::SignedCheckpoint;
use super::durable::{self, Lasting, UNFINISHED};
use super::folder::{CHECKPOINT, Directory, Files, document_path};
use super::growing::{Full, Growing};
use super::tile::Place;
use crate::steps::{Step, Steps};

/// Writes the folder. One at a time.
pub(crate) struct Publisher {
    folder: PathBuf,
    anchor: Option<PathBuf>,
    steps: Arc<dyn Steps>,
    /// Unfinished files of the last checkpoint.
    partial: BTreeSet<Place>,
}

/// What one checkpoint adds to the folder.
pub(crate) struct Batch {
    pub(crate) checkpoint: SignedCheckpoint,
    /// Documents by digest.
    pub(crate) documents: Vec<(String, Vec<u8>)>,
    full: Vec<Full>,
    partial: Vec<Full>,
}

impl Batch {
    /// All that the log has grown by.
    pub(crate) fn of(growing: &Growing, checkpoint: SignedCheckpoint) -> Self {
        let (full, partial) = growing.files();
        Self { checkpoint, documents: Vec::new(), full, partial }
    }

    /// The files that need not be kept in memory any more.
    pub(crate) fn full(&self) -> &[Full] {
        &self.full
    }
}

impl Publisher {
    pub(crate) fn new(folder: &Path, anchor: Option<&Path>, steps: Arc<dyn Steps>) -> Self {
        let anchor = anchor.map(Path::to_owned);
        Self { folder: folder.to_owned(), anchor, steps, partial: BTreeSet::new() }
    }

    /// Removes what a stop left behind: unfinished files of earlier checkpoints and half of a write.
    pub(crate) fn tidy(&mut self, growing: &Growing) -> io::Result<()> {
        if !self.folder.is_dir() {
            return Ok(());
        }
        let files = Directory::new(&self.folder).list().map_err(io::Error::other)?;
        let (_, current) = growing.files();
        let current: BTreeSet<Place> = current.iter().map(|file| file.place).collect();
        for path in files {
            let stale = Place::parse(&path).is_some_and(|place| {
                let (Place::Tile(id) | Place::Entries(id)) = place;
                !id.is_full() && !current.contains(&place)
            });
            if stale || path.ends_with(UNFINISHED) {
                self.remove(&self.folder.join(path))?;
            }
        }
        self.partial = current;
        Ok(())
    }

    /// A full file that was missing.
    pub(crate) fn restore(&self, place: Place, bytes: &[u8]) -> io::Result<()> {
        self.write(&self.folder.join(place.path()), bytes, Lasting::Synced)
    }

    /// Writes a batch; the checkpoint is the last, so that it never speaks of what is not there.
    pub(crate) fn publish(&mut self, batch: &Batch) -> io::Result<()> {
        for (digest, bytes) in &batch.documents {
            let path = self.folder.join(document_path(digest));
            if !path.is_file() {
                self.write(&path, bytes, Lasting::Synced)?;
            }
        }
        for file in &batch.full {
            self.restore(file.place, &file.bytes)?;
        }
        for file in &batch.partial {
            self.write(&self.folder.join(file.place.path()), &file.bytes, Lasting::Soon)?;
        }
        self.checkpoint(&batch.checkpoint)?;
        let current: BTreeSet<Place> = batch.partial.iter().map(|file| file.place).collect();
        for place in self.partial.difference(&current) {
            let path = self.folder.join(place.path());
            self.remove(&path)?;
            // The folder of unfinished states of one file goes with the last of them, and not before.
            drop(path.parent().map(std::fs::remove_dir));
        }
        self.partial = current;
        Ok(())
    }

    /// Writes a checkpoint of what is already there: in the folder, and where it is kept apart.
    pub(crate) fn checkpoint(&self, checkpoint: &SignedCheckpoint) -> io::Result<()> {
        let text = checkpoint.to_string();
        self.write(&self.folder.join(CHECKPOINT), text.as_bytes(), Lasting::Synced)?;
        match &self.anchor {
            Some(anchor) => self.write(anchor, text.as_bytes(), Lasting::Synced),
            None => Ok(()),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8], lasting: Lasting) -> io::Result<()> {
        self.steps.reached(Step::LogFile)?;
        durable::write(path, bytes, lasting)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.steps.reached(Step::LogFile)?;
        durable::remove(path)
    }
}
