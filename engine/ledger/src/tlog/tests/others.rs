//! Other people's logs say the same: `ct-merkle` and `tlog_tiles` on trees, `signed_note` on notes.

use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use tlog_tiles::{HashReader, Tile};

use super::*;

/// Sizes around the borders of tiles, and some in between.
fn sizes(dice: &mut Dice) -> Vec<u64> {
    let mut sizes: Vec<u64> =
        (1..20).chain([255, 256, 257, 511, 512, 513, 767, 768, 1_024]).collect();
    sizes.extend((0..12).map(|_| 1 + dice.below(1_500)));
    sizes
}

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

#[test]
fn ct_merkle_finds_the_same_roots_and_proofs() {
    let mut dice = Dice(1);
    for size in sizes(&mut dice) {
        let grown = Grown::of((0..size).map(leaf));
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        (0..size).for_each(|index| theirs.push(leaf(index)));
        let (head, root) = (grown.edge.head(), theirs.root());
        assert_eq!(head.root.0, <[u8; 32]>::from(*root.as_bytes()), "{size}");
        for _ in 0..8 {
            let index = dice.below(size);
            let proof = prove_inclusion(&grown.nodes(), index, size).unwrap();
            let their_proof = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(tile_bytes(&proof), their_proof.as_bytes(), "{index} of {size}");
            check_inclusion(&proof, Hash::of_leaf(&leaf(index)), index, head).unwrap();
            root.verify_inclusion(&leaf(index), index, &their_proof).unwrap();

            let old = 1 + dice.below(size);
            let proof = prove_consistency(&grown.nodes(), old, size).unwrap();
            let added = usize::try_from(size - old).unwrap();
            let old_head = Grown::of((0..old).map(leaf)).edge.head();
            if added > 0 {
                let their_proof = theirs.prove_consistency(added);
                assert_eq!(tile_bytes(&proof), their_proof.as_bytes(), "{old} to {size}");
                let old_root = RootHash::<Sha256>::new(old_head.root.0.into(), old);
                root.verify_consistency(&old_root, &their_proof).unwrap();
            }
            check_consistency(&proof, old_head, head).unwrap();
        }
    }
}

/// A proof that was changed anywhere proves nothing, and neither does a right one about another leaf, place or size.
#[test]
fn no_other_proof_is_accepted() {
    let mut dice = Dice(2);
    let mut refused = 0;
    for size in sizes(&mut dice) {
        let grown = Grown::of((0..size).map(leaf));
        let head = grown.edge.head();
        let index = dice.below(size);
        let right = Hash::of_leaf(&leaf(index));
        let proof = prove_inclusion(&grown.nodes(), index, size).unwrap();
        let wrong = Hash::of_leaf(b"another");
        assert!(check_inclusion(&proof, wrong, index, head).is_err());
        assert!(check_inclusion(&proof, right, size, head).is_err());
        for other in (0..size.min(40)).filter(|other| *other != index) {
            assert!(check_inclusion(&proof, right, other, head).is_err(), "{index} {other} {size}");
        }
        let longer = [proof.clone(), vec![wrong]].concat();
        assert!(check_inclusion(&longer, right, index, head).is_err());
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = wrong;
            assert!(check_inclusion(&changed, right, index, head).is_err());
            changed.remove(place);
            assert!(check_inclusion(&changed, right, index, head).is_err());
            refused += 2;
        }

        let old = 1 + dice.below(size);
        let old_head = Grown::of((0..old).map(leaf)).edge.head();
        let proof = prove_consistency(&grown.nodes(), old, size).unwrap();
        let forked = Grown::of((0..old).map(|i| leaf(i + u64::from(i + 1 == old)))).edge.head();
        assert!(check_consistency(&proof, forked, head).is_err(), "{old} {size}");
        assert!(check_consistency(&proof, head, old_head).is_err() || old == size);
        let longer = [proof.clone(), vec![wrong]].concat();
        assert!(check_consistency(&longer, old_head, head).is_err());
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = wrong;
            assert!(check_consistency(&changed, old_head, head).is_err());
            changed.remove(place);
            assert!(check_consistency(&changed, old_head, head).is_err());
            refused += 2;
        }
    }
    assert!(refused > 500, "{refused}");
}

/// The hashes of `tlog_tiles` in the order in which it stores them.
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(
        &self,
        indexes: &[u64],
    ) -> std::result::Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

#[test]
fn tlog_tiles_writes_the_same_tiles_and_accepts_our_proofs() {
    let mut dice = Dice(3);
    for size in sizes(&mut dice) {
        let mut stored = Stored(Vec::new());
        for index in 0..size {
            let hashes = tlog_tiles::stored_hashes(index, &leaf(index), &stored).unwrap();
            stored.0.extend(hashes);
        }
        let grown = Grown::of((0..size).map(leaf));
        let head = grown.edge.head();
        let root = tlog_tiles::tree_hash(size, &stored).unwrap();
        assert_eq!(root.0, head.root.0);
        let theirs: BTreeMap<String, Vec<u8>> = Tile::new_tiles(8, 0, size)
            .into_iter()
            .map(|tile| {
                // That crate knows tiles of any height and says so in the path; C2SP settled on 8.
                let path = tile.path().replace("tile/8/", "tile/");
                (path, tile.read_data(&stored).unwrap())
            })
            .collect();
        let full = grown.full.iter().map(|(id, hashes)| (*id, hashes.as_slice()));
        let ours: BTreeMap<String, Vec<u8>> = full
            .chain(grown.edge.partial())
            .map(|(id, hashes)| (Place::Tile(id).path(), tile_bytes(hashes)))
            .collect();
        assert_eq!(ours, theirs, "{size}");

        let their = |hashes: Vec<Hash>| -> Vec<_> {
            hashes.into_iter().map(|hash| tlog_tiles::Hash(hash.0)).collect()
        };
        let index = dice.below(size);
        let proof = their(prove_inclusion(&grown.nodes(), index, size).unwrap());
        let record = tlog_tiles::record_hash(&leaf(index));
        tlog_tiles::check_record(&proof, size, root, index, record).unwrap();
        let old = 1 + dice.below(size);
        let old_root = tlog_tiles::tree_hash(old, &stored).unwrap();
        let proof = their(prove_consistency(&grown.nodes(), old, size).unwrap());
        tlog_tiles::check_tree(&proof, size, root, old, old_root).unwrap();
    }
}
