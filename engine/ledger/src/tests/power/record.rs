//! The record of a disk, read back.

use std::path::{Path, PathBuf};

/// One call that a program made to its disk.
#[derive(Debug, Clone)]
pub(super) enum Call {
    Write {
        file: u64,
        place: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: u64,
        length: usize,
    },
    /// The file is on the disk.
    Sync {
        file: u64,
    },
    /// The disk failed, and what it should have kept is lost.
    SyncFailed {
        file: u64,
    },
    SyncFolder {
        folder: PathBuf,
    },
    Create {
        file: u64,
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Unlink {
        path: PathBuf,
    },
    MakeFolder {
        path: PathBuf,
    },
}

/// The calls of a record, their paths relative to the folder.
pub(super) fn read(record: &[u8], folder: &Path) -> Vec<Call> {
    let mut calls = vec![];
    let mut rest = record;
    while let Some((kind, after)) = rest.split_first() {
        // What was being written down when the process ended is no call that was made.
        let Some((head, after)) = after.split_at_checked(24) else { break };
        let [file, place, length] =
            [0, 8, 16].map(|at| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap()));
        let Some((bytes, after)) = after.split_at_checked(usize::try_from(length).unwrap()) else {
            break;
        };
        rest = after;
        let place = usize::try_from(place).unwrap();
        let path = |bytes: &[u8]| {
            let path = PathBuf::from(std::str::from_utf8(bytes).unwrap());
            path.strip_prefix(folder).unwrap().to_owned()
        };
        calls.push(match kind {
            b'W' => Call::Write { file, place, bytes: bytes.to_owned() },
            b'T' => Call::Truncate { file, length: place },
            b'S' => Call::Sync { file },
            b'F' => Call::SyncFailed { file },
            b'D' => Call::SyncFolder { folder: path(bytes) },
            b'C' => Call::Create { file, path: path(bytes) },
            b'R' => {
                let cut = bytes.iter().position(|byte| *byte == 0).unwrap();
                Call::Rename { from: path(&bytes[..cut]), to: path(&bytes[cut + 1..]) }
            }
            b'U' => Call::Unlink { path: path(bytes) },
            b'M' => Call::MakeFolder { path: path(bytes) },
            other => panic!("unknown kind {other}"),
        });
    }
    calls
}
