//! Proofs that an entry is in a tree, and that a tree grew from another: made and checked (RFC 6962 section 2.1, checks
//! as RFC 9162 section 2.1 spells them out).

use super::checkpoint::TreeHead;
use super::error::{LogError, Result};
use super::hash::Hash;
use super::nodes::{Nodes, range_root};

/// The hashes that lead from leaf `index` to the root of the tree of this size.
///
/// # Errors
/// [`LogError::Beyond`], or when a tile cannot be read.
pub fn prove_inclusion(nodes: &impl Nodes, index: u64, size: u64) -> Result<Vec<Hash>> {
    if index >= size {
        return Err(LogError::Beyond { index, size });
    }
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + left_size(end - start);
        if index < middle {
            proof.push(range_root(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that show that the tree of size `new` begins with the tree of size `old`. Empty where nothing is to show.
///
/// # Errors
/// [`LogError::Beyond`] when the old tree is larger, or when a tile cannot be read.
pub fn prove_consistency(nodes: &impl Nodes, old: u64, new: u64) -> Result<Vec<Hash>> {
    if old > new {
        return Err(LogError::Beyond { index: old, size: new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, new);
    // Whether the part that is left of the old tree is the whole old tree, whose root the reader knows.
    let mut known = true;
    while old != end {
        let middle = start + left_size(end - start);
        if old <= middle {
            proof.push(range_root(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(nodes, start, middle)?);
            start = middle;
            known = false;
        }
    }
    if !known {
        proof.push(range_root(nodes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The largest power of two below a size of at least two.
fn left_size(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The leaf is number `index` of the tree.
///
/// # Errors
/// [`LogError::Beyond`], [`LogError::NotProved`].
pub fn check_inclusion(proof: &[Hash], leaf: Hash, index: u64, head: TreeHead) -> Result<()> {
    if index >= head.size {
        return Err(LogError::Beyond { index, size: head.size });
    }
    let (mut node, mut last) = (index, head.size - 1);
    let mut root = leaf;
    for hash in proof {
        if last == 0 {
            return Err(LogError::NotProved);
        }
        if node & 1 == 1 || node == last {
            root = Hash::of_node(*hash, root);
            skip_missing_siblings(&mut node, &mut last);
        } else {
            root = Hash::of_node(root, *hash);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 && root == head.root { Ok(()) } else { Err(LogError::NotProved) }
}

/// The new tree begins with the old one.
///
/// # Errors
/// [`LogError::Beyond`] when the old one is larger, [`LogError::NotProved`].
pub fn check_consistency(proof: &[Hash], old: TreeHead, new: TreeHead) -> Result<()> {
    if old.size > new.size {
        return Err(LogError::Beyond { index: old.size, size: new.size });
    }
    if old.size == 0 || old.size == new.size {
        let same =
            if old.size == 0 { old.root == Hash::empty_tree() } else { old.root == new.root };
        return if same && proof.is_empty() { Ok(()) } else { Err(LogError::NotProved) };
    }
    let (mut node, mut last) = (old.size - 1, new.size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // Where the old tree is a complete subtree, its root is where the proof starts.
    let mut hashes = proof.iter().copied();
    let first = if old.size.is_power_of_two() { Some(old.root) } else { hashes.next() };
    let first = first.ok_or(LogError::NotProved)?;
    let (mut old_root, mut new_root) = (first, first);
    for hash in hashes {
        if last == 0 {
            return Err(LogError::NotProved);
        }
        if node & 1 == 1 || node == last {
            old_root = Hash::of_node(hash, old_root);
            new_root = Hash::of_node(hash, new_root);
            skip_missing_siblings(&mut node, &mut last);
        } else {
            new_root = Hash::of_node(new_root, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    let proved = last == 0 && old_root == old.root && new_root == new.root;
    if proved { Ok(()) } else { Err(LogError::NotProved) }
}

/// At the right edge a node without a sibling is its own parent: such levels have no hash in the proof.
fn skip_missing_siblings(node: &mut u64, last: &mut u64) {
    if *node & 1 == 0 {
        while *node != 0 && *node & 1 == 0 {
            *node >>= 1;
            *last >>= 1;
        }
    }
}
