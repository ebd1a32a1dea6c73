//! Hashes of inner nodes, computed from tiles.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::edge::fold_peaks;
use super::error::{LogError, Result};
use super::hash::Hash;
use super::tile::{TILE_HEIGHT, TileId};

/// Knows the root of every complete subtree of a tree.
pub trait Nodes {
    /// Root of subtree `index` of all that have 2^`height` leaves.
    ///
    /// # Errors
    /// When it is not known.
    fn node(&self, height: u32, index: u64) -> Result<Hash>;
}

/// Knows tiles.
pub trait Tiles {
    /// The hashes of a tile: at least its width, of a later and wider state of the tile perhaps more.
    ///
    /// # Errors
    /// When it is missing or malformed.
    fn tile(&self, id: TileId) -> Result<Vec<Hash>>;
}

/// The nodes of a tree of which the tiles are known. Each tile is read once.
pub struct TileNodes<'t, T: ?Sized> {
    tiles: &'t T,
    size: u64,
    read: RefCell<BTreeMap<TileId, Vec<Hash>>>,
}

impl<'t, T: Tiles + ?Sized> TileNodes<'t, T> {
    /// The tree of this size.
    #[must_use]
    pub fn new(tiles: &'t T, size: u64) -> Self {
        Self { tiles, size, read: RefCell::default() }
    }
}

impl<T: Tiles + ?Sized> Nodes for TileNodes<'_, T> {
    fn node(&self, height: u32, index: u64) -> Result<Hash> {
        let beyond = LogError::Beyond { index, size: self.size };
        let tile_height = u32::try_from(TILE_HEIGHT).unwrap_or(8);
        let level = u8::try_from(height / tile_height).map_err(|_| beyond.clone())?;
        // A subtree of this height covers 2^within neighbouring hashes of one tile.
        let within = height % tile_height;
        let first = index.checked_shl(within).ok_or_else(|| beyond.clone())?;
        let id = TileId::at(level, first >> TILE_HEIGHT, self.size).ok_or(beyond)?;
        let mut read = self.read.borrow_mut();
        let hashes = match read.entry(id) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(self.tiles.tile(id)?),
        };
        let from = usize::try_from(first % 256).unwrap_or(0);
        let covered = hashes.get(from..from + (1_usize << within));
        covered.and_then(complete_root).ok_or(LogError::Beyond { index, size: self.size })
    }
}

/// Root over 2^n hashes.
fn complete_root(hashes: &[Hash]) -> Option<Hash> {
    match hashes {
        [] => None,
        [one] => Some(*one),
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            Some(Hash::of_node(complete_root(left)?, complete_root(right)?))
        }
    }
}

/// Root of the leaves `start..end`; `start` is a multiple of every complete subtree that fits, as it is wherever RFC 6962
/// splits a tree.
pub(super) fn range_root(nodes: &impl Nodes, mut start: u64, end: u64) -> Result<Hash> {
    let mut peaks = Vec::new();
    while start < end {
        let height = (end - start).ilog2();
        peaks.push(nodes.node(height, start >> height)?);
        start += 1_u64 << height;
    }
    Ok(fold_peaks(&peaks).unwrap_or_else(Hash::empty_tree))
}
