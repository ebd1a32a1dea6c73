//! Shards: ranges of person numbers at which every personal table is cut.

use serde::{Deserialize, Serialize};

/// Persons `first` to `end`, without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// The first person.
    pub first: u32,
    /// One past the last person.
    pub end: u32,
}

/// So few at least, where there are persons enough: a small extract should run in lanes like a large one.
const MIN_SHARDS: u64 = 4;
/// So many at most: one file of each is open at a time.
const MAX_SHARDS: u64 = 512;

/// Cuts persons into ranges of nearly equal size.
pub(super) fn cut(persons: u32, persons_per_shard: u32) -> Vec<Shard> {
    let persons = u64::from(persons);
    let shards = persons
        .div_ceil(u64::from(persons_per_shard.max(1)))
        .min(MAX_SHARDS)
        .max(MIN_SHARDS.min(persons));
    let at = |index: u64| u32::try_from(index * persons / shards.max(1)).unwrap_or(u32::MAX);
    (0..shards).map(|index| Shard { first: at(index), end: at(index + 1) }).collect()
}

/// The position of the shard that holds a person.
pub(super) fn position(shards: &[Shard], person: u32) -> usize {
    shards.partition_point(|shard| shard.end <= person)
}
