//! Tiles: which file holds which hashes; and bundles of entries.

use super::error::{LogError, Result};
use super::hash::Hash;

/// Levels of the tree in one tile.
pub(super) const TILE_HEIGHT: usize = 8;
/// Hashes in a full tile.
pub(super) const TILE_WIDTH: u16 = 256;
/// Entries in a full bundle.
pub const BUNDLE_WIDTH: u64 = 256;

/// A tile of hashes: number `index` of its level, with the first `width` hashes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// 0 for leaves; a hash of level 1 stands for 256 of them.
    pub level: u8,
    /// Its number within the level.
    pub index: u64,
    /// How many hashes: 256 when it is full.
    pub width: u16,
}

impl TileId {
    /// Whether nothing will be added to it.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The tile at this place in a tree of this size; `None` when the tree does not reach it.
    #[must_use]
    pub fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level) * 8)?;
        let before = index.checked_mul(u64::from(TILE_WIDTH))?;
        let width = hashes.checked_sub(before)?.min(u64::from(TILE_WIDTH));
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Self { level, index, width })
    }
}

/// A file below the folder of a log that belongs to the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Hashes.
    Tile(TileId),
    /// Entries; the level is 0.
    Entries(TileId),
}

impl Place {
    /// Where it is: `tile/<level>/<number>[.p/<width>]`, numbers in groups of three digits.
    #[must_use]
    pub fn path(self) -> String {
        let (level, id) = match self {
            Self::Tile(id) => (id.level.to_string(), id),
            Self::Entries(id) => ("entries".to_owned(), id),
        };
        let number = number_path(id.index);
        if id.is_full() {
            format!("tile/{level}/{number}")
        } else {
            format!("tile/{level}/{number}.p/{}", id.width)
        }
    }

    /// The file that has this path; only what [`Self::path`] writes is one.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, TILE_WIDTH),
        };
        let index = parse_number(number)?;
        let place = match level {
            "entries" => Self::Entries(TileId { level: 0, index, width }),
            level => Self::Tile(TileId { level: level.parse().ok()?, index, width }),
        };
        // One file has one name: no further zeros, no width of a full tile, no sign.
        (place.path() == path).then_some(place)
    }
}

/// 1234067 is `x001/x234/067`.
fn number_path(mut index: u64) -> String {
    let mut path = format!("{:03}", index % 1_000);
    index /= 1_000;
    while index > 0 {
        path = format!("x{:03}/{path}", index % 1_000);
        index /= 1_000;
    }
    path
}

fn parse_number(path: &str) -> Option<u64> {
    path.split('/').try_fold(0_u64, |number, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let three = digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit());
        let group: u64 = three.then_some(digits)?.parse().ok()?;
        number.checked_mul(1_000)?.checked_add(group)
    })
}

/// The bytes of a tile.
pub(crate) fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * Hash::LEN);
    for hash in hashes {
        bytes.extend_from_slice(&hash.0);
    }
    bytes
}

/// The hashes of a tile.
pub(super) fn tile_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    bytes.chunks(Hash::LEN).map(Hash::from_slice).collect()
}

/// Entries one after the other, each with its length before it.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    bytes: Vec<u8>,
}

impl Bundle {
    /// Adds an entry.
    ///
    /// # Errors
    /// [`LogError::Malformed`] for an entry of more than 65,535 bytes.
    pub fn push(&mut self, entry: &[u8]) -> Result<()> {
        let length = u16::try_from(entry.len())
            .map_err(|_| LogError::malformed("an entry has more than 65,535 bytes"))?;
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(entry);
        Ok(())
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes what is in it and begins again.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// The entries of a file; ends with an error where the file is cut.
    pub fn entries(file: &[u8]) -> impl Iterator<Item = Result<&[u8]>> {
        let mut rest = file;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let next = split_entry(rest);
            rest = next.map_or(&[], |(_, after)| after);
            Some(
                next.map(|(entry, _)| entry).ok_or_else(|| {
                    LogError::malformed("a file of entries ends in the middle of one")
                }),
            )
        })
    }
}

fn split_entry(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = file.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
