//! The log against what others publish, against other people's programs, and against people who edit it.

mod leaves;
mod notes;
mod others;
mod tampering;
mod vectors;
mod witnesses;

use std::collections::BTreeMap;

use super::folder::{CHECKPOINT, Files, document_path};
use super::tile::tile_bytes;
use super::*;
use crate::tlog::error::Result;

pub(crate) const ORIGIN: &str = "test.example/log";

pub(crate) fn key() -> LogKey {
    LogKey::new(ORIGIN, &[7; 32]).unwrap()
}

/// Numbers that are the same in every run (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below this.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }
}

/// All tiles of a tree, in memory.
#[derive(Default)]
pub(crate) struct Grown {
    pub(crate) edge: Edge,
    pub(crate) full: BTreeMap<TileId, Vec<Hash>>,
}

impl Grown {
    pub(crate) fn of<L: AsRef<[u8]>>(leaves: impl IntoIterator<Item = L>) -> Self {
        let mut grown = Self::default();
        for leaf in leaves {
            let full = grown.edge.push(Hash::of_leaf(leaf.as_ref()));
            grown.full.extend(full.into_iter().map(|tile| (tile.id, tile.hashes)));
        }
        grown
    }

    pub(crate) fn nodes(&self) -> TileNodes<'_, Self> {
        TileNodes::new(self, self.edge.size())
    }
}

impl Tiles for Grown {
    fn tile(&self, id: TileId) -> Result<Vec<Hash>> {
        let partial = self.edge.partial().find(|(partial, _)| *partial == id);
        let found = partial.map(|(_, hashes)| hashes.to_vec());
        found
            .or_else(|| self.full.get(&id).cloned())
            .ok_or_else(|| LogError::File(Place::Tile(id).path()))
    }
}

/// A folder in memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn list(&self) -> Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.get(path).cloned())
    }
}

/// The text of an entry; some speak of a document.
pub(crate) fn leaf_text(seq: u64, actor: &str) -> String {
    let document = if seq % 100 == 7 {
        format!(r#""document":"{}""#, crate::digest_of(document(seq).as_bytes()))
    } else {
        format!(r#""n":{}"#, seq * 3)
    };
    format!(
        r#"{{"account":null,"actor":"{actor}","at":{},"body":{{{document}}},"kind":"refusal","query_id":null,"role":null,"seq":{seq},"v":1}}"#,
        1_790_000_000_000_000 + seq
    )
}

pub(crate) fn document(seq: u64) -> String {
    format!("policy {seq}")
}

/// The folder of a log with these entries, signed by this key.
pub(crate) fn folder_of(entries: &[String], key: &LogKey) -> Memory {
    let mut files = BTreeMap::new();
    let mut edge = Edge::default();
    let mut bundle = Bundle::default();
    for entry in entries {
        bundle.push(entry.as_bytes()).unwrap();
        for tile in edge.push(Hash::of_leaf(entry.as_bytes())) {
            files.insert(Place::Tile(tile.id).path(), tile_bytes(&tile.hashes));
        }
        let index = (edge.size() - 1) / BUNDLE_WIDTH;
        let id = TileId::at(0, index, edge.size()).unwrap();
        if id.is_full() {
            files.insert(Place::Entries(id).path(), bundle.take());
        }
        if let Ok(leaf) = leaf::read(entry.as_bytes())
            && let Some(digest) = leaf.document
        {
            files.insert(document_path(&digest), document(leaf.seq).into_bytes());
        }
    }
    for (id, hashes) in edge.partial() {
        files.insert(Place::Tile(id).path(), tile_bytes(hashes));
    }
    if !bundle.bytes().is_empty() {
        let id = TileId::at(0, edge.size() / BUNDLE_WIDTH, edge.size()).unwrap();
        files.insert(Place::Entries(id).path(), bundle.take());
    }
    let checkpoint = SignedCheckpoint::sign(key, edge.head());
    files.insert(CHECKPOINT.to_owned(), checkpoint.to_string().into_bytes());
    Memory(files)
}
