//! The log while it grows: the right edge of the tree and what is not in full files yet.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::checkpoint::TreeHead;
use super::edge::Edge;
use super::error::{LogError, Result};
use super::folder::{Directory, Files};
use super::hash::Hash;
use super::leaf;
use super::nodes::Tiles;
use super::tile::{BUNDLE_WIDTH, Bundle, Place, TileId, tile_bytes, tile_hashes};

/// A file of the tree that nothing will be added to.
#[derive(Debug, Clone)]
pub(crate) struct Full {
    pub(crate) place: Place,
    pub(crate) bytes: Arc<Vec<u8>>,
}

/// What of the log is in memory: at most a file of entries and a tile per level, and the full files that are not on the
/// disk yet.
#[derive(Default)]
pub(crate) struct Growing {
    edge: Edge,
    bundle: Bundle,
    full: Vec<Full>,
    documents: BTreeSet<String>,
}

impl Growing {
    /// Entries so far.
    pub(crate) const fn size(&self) -> u64 {
        self.edge.size()
    }

    pub(crate) fn head(&self) -> TreeHead {
        self.edge.head()
    }

    /// The tree, where its size is one that is looked for: to compute the root each time would cost more than the rest.
    pub(super) fn head_if(&self, wanted: impl Fn(u64) -> bool) -> Option<TreeHead> {
        wanted(self.size()).then(|| self.head())
    }

    /// Adds an entry.
    pub(crate) fn push(&mut self, text: &str) -> Result<()> {
        let data = text.as_bytes();
        let read = leaf::read(data).map_err(|what| LogError::malformed(format!("it {what}")))?;
        if read.seq != self.size() {
            return Err(LogError::malformed(format!("it says that it is number {}", read.seq)));
        }
        self.documents.extend(read.document.map(Cow::into_owned));
        self.bundle.push(data)?;
        for tile in self.edge.push(Hash::of_leaf(data)) {
            let bytes = Arc::new(tile_bytes(&tile.hashes));
            self.full.push(Full { place: Place::Tile(tile.id), bytes });
        }
        let last = (self.size() - 1) / BUNDLE_WIDTH;
        if let Some(id) = TileId::at(0, last, self.size()).filter(|id| id.is_full()) {
            let bytes = Arc::new(self.bundle.take());
            self.full.push(Full { place: Place::Entries(id), bytes });
        }
        Ok(())
    }

    /// The full files since the last call, for a reader that has seen them on the disk.
    pub(super) fn take_full(&mut self) -> Vec<Full> {
        std::mem::take(&mut self.full)
    }

    /// Puts full files back that must be written.
    pub(super) fn keep_full(&mut self, full: Vec<Full>) {
        self.full = full;
    }

    /// The documents that entries named, forgotten with this.
    pub(crate) fn take_documents(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.documents)
    }

    /// Only those of which this is true are still to be written.
    pub(super) fn keep_documents(&mut self, missing: impl Fn(&str) -> bool) {
        self.documents.retain(|digest| missing(digest));
    }

    /// Whether anything waits to be written, with these files there.
    pub(super) fn waits(&self, there: &BTreeSet<Place>) -> bool {
        let partial_missing = self.files().1.iter().any(|file| !there.contains(&file.place));
        partial_missing || !self.full.is_empty() || !self.documents.is_empty()
    }

    /// The files that are not on the disk yet: full ones first.
    pub(super) fn files(&self) -> (Vec<Full>, Vec<Full>) {
        let mut partial: Vec<Full> = self
            .edge
            .partial()
            .map(|(id, hashes)| Full {
                place: Place::Tile(id),
                bytes: Arc::new(tile_bytes(hashes)),
            })
            .collect();
        let last = TileId::at(0, self.size() / BUNDLE_WIDTH, self.size());
        partial.extend(last.map(|id| Full {
            place: Place::Entries(id),
            bytes: Arc::new(self.bundle.bytes().to_vec()),
        }));
        (self.full.clone(), partial)
    }

    /// These files are on the disk.
    pub(crate) fn written(&mut self, files: &[Full]) {
        self.full.retain(|full| files.iter().all(|file| file.place != full.place));
    }

    /// The tree as it is now, to make proofs from while the log goes on growing.
    pub(crate) fn snapshot(&self, folder: &Path) -> Snapshot {
        let (edge, full) = (self.edge.clone(), self.full.clone());
        Snapshot { edge, full, files: Directory::new(folder) }
    }
}

/// A tree, partly in memory and partly on the disk.
pub(crate) struct Snapshot {
    edge: Edge,
    full: Vec<Full>,
    files: Directory,
}

impl Snapshot {
    pub(crate) fn head(&self) -> TreeHead {
        self.edge.head()
    }
}

impl Tiles for Snapshot {
    fn tile(&self, id: TileId) -> Result<Vec<Hash>> {
        if let Some((_, hashes)) = self.edge.partial().find(|(partial, _)| *partial == id) {
            return Ok(hashes.to_vec());
        }
        let place = Place::Tile(id);
        let malformed = || LogError::malformed(format!("{} is not a tile", place.path()));
        if let Some(full) = self.full.iter().find(|full| full.place == place) {
            return tile_hashes(&full.bytes).ok_or_else(malformed);
        }
        let missing = || LogError::File(format!("{} is missing", place.path()));
        let bytes = self.files.read(&place.path())?.ok_or_else(missing)?;
        tile_hashes(&bytes).ok_or_else(malformed)
    }
}
