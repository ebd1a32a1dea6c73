//! What it costs to check an audit log offline, to let it grow, and to prove an entry.
//!
//! `cargo bench --workspace --bench log -- [--entries N] [--rounds K]`
//!
//! One thread. The folder is in memory, so that the figures are those of the program and not of a disk.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tests::log::{ORIGIN, entry, key};
use tresor_ledger::tlog::folder::{CHECKPOINT, Files, LogFolder, verify_files};
use tresor_ledger::tlog::{
    BUNDLE_WIDTH, Bundle, Edge, Hash, LogError, Place, SignedCheckpoint, TileId,
};

/// Proofs that are made and checked in one measurement.
const PROOFS: u64 = 1_000;

/// A folder in memory.
#[derive(Default)]
struct Memory(HashMap<String, Vec<u8>>);

impl Files for Memory {
    fn list(&self) -> Result<Vec<String>, LogError> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, LogError> {
        Ok(self.0.get(path).cloned())
    }
}

fn main() {
    let entries = number_after("--entries", 1_000_000);
    let rounds = number_after("--rounds", 3);
    println!(
        "{ORIGIN}: {entries} entries of about {} bytes, best of {rounds}",
        entry(entries / 2).len()
    );
    let (files, grow) = folder(entries);
    println!("| grow (hash, tiles, files of entries) | {} |", rate(entries, grow));
    let verified = best(rounds, || drop(verify_files(&files, key().verifier()).unwrap()));
    println!("| verify the whole folder | {} |", rate(entries, verified));
    let sign = best(rounds, || {
        let head = Edge::default().head();
        (0..PROOFS).for_each(|_| drop(SignedCheckpoint::sign(&key(), head)));
    });
    println!("| sign a checkpoint | {} |", rate(PROOFS, sign));
    let folder = LogFolder::of(files).unwrap();
    let length = folder.proof(entries / 3).unwrap().to_string().len();
    let prove = best(rounds, || {
        (0..PROOFS)
            .for_each(|at| drop(folder.proof(at * (entries / PROOFS).max(1) % entries).unwrap()));
    });
    println!("| make a proof of an entry, from files | {} |", rate(PROOFS, prove));
    let proof = folder.proof(entries / 3).unwrap();
    let leaf = Hash::of_leaf(entry(entries / 3).as_bytes());
    let check = best(rounds, || {
        (0..PROOFS).for_each(|_| drop(proof.check(leaf, key().verifier()).unwrap()));
    });
    println!("| check one of {length} bytes, with its signature | {} |", rate(PROOFS, check));
}

fn number_after(flag: &str, usual: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != flag).skip(1);
    arguments.next().map_or(usual, |number| number.parse().expect("a number"))
}

fn best(rounds: u64, mut work: impl FnMut()) -> Duration {
    let times = (0..rounds).map(|_| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    });
    times.min().unwrap_or_default()
}

fn rate(count: u64, time: Duration) -> String {
    let each = time.as_secs_f64() / count as f64;
    format!("{:.2} s | {:.0} a second | {:.2} us each", time.as_secs_f64(), 1.0 / each, each * 1e6)
}

/// The folder of a log, and how long the log took to grow, without the making of its entries.
fn folder(entries: u64) -> (Memory, Duration) {
    let (mut files, mut edge, mut bundle) = (Memory::default(), Edge::default(), Bundle::default());
    let mut spent = Duration::ZERO;
    let bytes = |hashes: &[Hash]| hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
    for seq in 0..entries {
        let text = entry(seq);
        let begin = Instant::now();
        bundle.push(text.as_bytes()).unwrap();
        for tile in edge.push(Hash::of_leaf(text.as_bytes())) {
            files.0.insert(Place::Tile(tile.id).path(), bytes(&tile.hashes));
        }
        let id = TileId::at(0, seq / BUNDLE_WIDTH, seq + 1).unwrap();
        if id.is_full() || seq + 1 == entries {
            files.0.insert(Place::Entries(id).path(), bundle.take());
        }
        spent += begin.elapsed();
    }
    for (id, hashes) in edge.partial() {
        files.0.insert(Place::Tile(id).path(), bytes(hashes));
    }
    let checkpoint = SignedCheckpoint::sign(&key(), edge.head());
    files.0.insert(CHECKPOINT.to_owned(), checkpoint.to_string().into_bytes());
    (files, spent)
}
