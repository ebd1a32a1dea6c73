//! The audit log as other people can check it: a Merkle tree in tiles, with signed checkpoints.
//!
//! The forms are those that C2SP publishes (tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature, tlog-proof,
//! tlog-witness), the tree is that of RFC 6962: whoever does not trust us takes a tool of somebody else. Everything here
//! follows from the books and can be made from them again; nothing here is asked before money is spent.
//!
//! | file | what it is |
//! |---|---|
//! | `hash` | hashes of leaves and nodes |
//! | `edge` | the right edge of a growing tree: all that has to be in memory |
//! | `tile` | which file holds which hashes, and bundles of entries |
//! | `nodes` | hashes of inner nodes, computed from tiles |
//! | `prove` | proofs that an entry is in a tree, and that a tree grew from another: made and checked |
//! | `note` | signed texts and the keys that sign them |
//! | `checkpoint` | size and root of the tree, signed |
//! | `cosign` | signatures of witnesses |
//! | `proof` | one entry and why it is in the log, in one file |
//! | `leaf` | what an auditor must find in a leaf, without trusting whoever wrote it |
//! | `folder` | the files: read, checked |
//! | `growing` | the log while it grows: the edge, and what is not on the disk yet |
//! | `durable`, `publish` | the files: written |
//! | `opening` | what was published is held against the books before anything is written |
//! | `witness` | what a second organisation does with our checkpoints |
//!
//! Must never know: accounts, queries, databases. A leaf is a text.

mod checkpoint;
mod cosign;
mod durable;
mod edge;
mod error;
pub mod folder;
pub(crate) mod growing;
mod hash;
pub(crate) mod leaf;
mod nodes;
mod note;
pub(crate) mod opening;
mod proof;
mod prove;
pub(crate) mod publish;
mod tile;
pub mod witness;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, SignedCheckpoint, TreeHead};
pub use cosign::{Cosignature, WitnessKey};
pub use edge::{Edge, FullTile};
pub use error::LogError;
pub use hash::Hash;
pub use nodes::{Nodes, TileNodes, Tiles};
pub use note::{LogKey, Note, Signature, Verifier};
pub use proof::Proof;
pub use prove::{check_consistency, check_inclusion, prove_consistency, prove_inclusion};
pub use tile::{BUNDLE_WIDTH, Bundle, Place, TileId};
