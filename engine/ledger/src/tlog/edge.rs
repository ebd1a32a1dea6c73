//! The right edge of a growing tree: all that has to be in memory.
//!
//! A tree is known by its peaks (the roots of the complete subtrees that its size is made of), and what is not yet in a
//! full file by the unfinished tile of each level. Both together are at most 256 hashes per level, however long the log
//! is.

use super::checkpoint::TreeHead;
use super::hash::Hash;
use super::tile::{TILE_HEIGHT, TILE_WIDTH, TileId};

/// A tree of which only the right edge is kept.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    /// Roots of complete subtrees, the largest first: one for each bit that is set in the size.
    peaks: Vec<Hash>,
    /// The unfinished tile of each level.
    tiles: Vec<Vec<Hash>>,
}

/// A tile that has just been completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Which one.
    pub id: TileId,
    /// Its 256 hashes.
    pub hashes: Vec<Hash>,
}

impl Edge {
    /// Entries so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; gives the tiles that it completes, mostly none.
    pub fn push(&mut self, leaf: Hash) -> Vec<FullTile> {
        let mut full = Vec::new();
        self.place(0, leaf, &mut full);
        let (mut hash, mut height) = (leaf, 0_usize);
        // A carry of the binary size merges two subtrees of one height into the next.
        while self.size >> height & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = Hash::of_node(left, hash);
            height += 1;
            if height % TILE_HEIGHT == 0 {
                self.place(height / TILE_HEIGHT, hash, &mut full);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        full
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        let root = fold_peaks(&self.peaks).unwrap_or_else(Hash::empty_tree);
        TreeHead { size: self.size, root }
    }

    /// The unfinished tiles that are not empty, from level 0 up: with the full ones they are the whole tree.
    pub fn partial(&self) -> impl Iterator<Item = (TileId, &[Hash])> {
        self.tiles.iter().enumerate().filter(|(_, hashes)| !hashes.is_empty()).filter_map(
            |(level, hashes)| {
                let level = u8::try_from(level).ok()?;
                let width = u16::try_from(hashes.len()).ok()?;
                let id = TileId { level, index: full_tiles(self.size, level), width };
                Some((id, hashes.as_slice()))
            },
        )
    }

    fn place(&mut self, level: usize, hash: Hash, full: &mut Vec<FullTile>) {
        if self.tiles.len() <= level {
            self.tiles.resize_with(level + 1, || Vec::with_capacity(usize::from(TILE_WIDTH)));
        }
        let Some(tile) = self.tiles.get_mut(level) else { return };
        tile.push(hash);
        if tile.len() == usize::from(TILE_WIDTH)
            && let Ok(level) = u8::try_from(level)
        {
            // The size still lacks this leaf, so the full tiles counted are those before this one.
            let id = TileId { level, index: full_tiles(self.size, level), width: TILE_WIDTH };
            full.push(FullTile { id, hashes: std::mem::take(tile) });
        }
    }
}

/// Full tiles of a level in a tree of this size.
fn full_tiles(size: u64, level: u8) -> u64 {
    let height = (u32::from(level) + 1) * 8;
    size.checked_shr(height).unwrap_or(0)
}

/// Root over complete subtrees side by side, the largest first.
pub(super) fn fold_peaks(peaks: &[Hash]) -> Option<Hash> {
    peaks.iter().rev().copied().reduce(|right, left| Hash::of_node(left, right))
}
