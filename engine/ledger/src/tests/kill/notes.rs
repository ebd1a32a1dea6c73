//! What clients of a ledger were told, in the order in which they were told it.
//!
//! A note is one line and one write to a file that only grows: what the process was told before it died is there.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Decision, Intent, ReviewState};

/// A word of the ledger, or what somebody was about to ask it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Note {
    /// The ledger is open.
    Opened { entries: u64 },
    /// About to be asked.
    Asked(Asked),
    /// Charged: data may be read. The number of the intent is not known to a client that runs ahead.
    Charged { query: String, seq: Option<u64>, spent: Option<u64> },
    /// The key was used before, for this query.
    Replayed { asked: String, query: String },
    /// The key was used before, for something else.
    Conflict { asked: String },
    /// The account cannot pay.
    Over { asked: String, spent: u64 },
    /// The answer has left.
    Answered { query: String, seq: Option<u64> },
    /// The answer waits for people.
    Held { query: String },
    /// The query failed.
    Failed { query: String },
    /// A vote counts.
    Voted { query: String, checker: String, release: bool, state: String },
    /// Somebody was given the answer of a query, in these bytes.
    Read { query: String, digest: String },
    /// An entry stands in the log.
    Recorded { seq: u64, hash: String },
    /// A token was issued, or withdrawn.
    Token { id: String, withdrawn: bool },
    /// An account has spent so much.
    Balance { account: String, spent: u64 },
    /// A step of the write path was reached.
    Step { name: String },
}

/// A query as it was put to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) query: String,
    pub(crate) account: String,
    pub(crate) user: String,
    pub(crate) key: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) cost: u64,
    pub(crate) limit: u64,
}

impl Asked {
    pub(crate) fn of(intent: &Intent) -> Self {
        let idempotency = intent.idempotency.clone();
        let (key, body) = idempotency.map(|it| (it.key, it.body_digest)).unzip();
        Self {
            query: intent.query_id.clone(),
            account: intent.account.clone(),
            user: intent.user.clone(),
            key,
            body,
            cost: intent.cost,
            limit: intent.limit,
        }
    }
}

impl Note {
    pub(crate) fn voted(
        query: &str,
        checker: &str,
        decision: Decision,
        state: ReviewState,
    ) -> Self {
        Self::Voted {
            query: query.to_owned(),
            checker: checker.to_owned(),
            release: decision == Decision::Release,
            state: state.as_str().to_owned(),
        }
    }
}

/// The file of the notes, for one who writes them.
pub(crate) struct Notebook(File);

impl Notebook {
    pub(crate) fn open(folder: &Path) -> Self {
        Self(OpenOptions::new().create(true).append(true).open(path(folder)).unwrap())
    }

    pub(crate) fn note(&self, note: &Note) {
        let mut line = serde_json::to_vec(note).unwrap();
        line.push(b'\n');
        // One write, so that only a kill can leave a part of a note: a write over the edge of a page ends there.
        assert_eq!((&self.0).write(&line).unwrap(), line.len());
    }
}

/// What was noted after the first `from` bytes, and where the notes end. Nobody writes any more; what was not noted to
/// its end was told to nobody and is cut off, so that the next life does not write on after it.
pub(crate) fn read(folder: &Path, from: usize) -> (Vec<Note>, usize) {
    let Ok(bytes) = std::fs::read(path(folder)) else { return (vec![], from) };
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    if end < bytes.len() {
        OpenOptions::new().write(true).open(path(folder)).unwrap().set_len(end as u64).unwrap();
    }
    (parse(&bytes[from..end]), end)
}

/// How many bytes of notes there are.
pub(crate) fn length(folder: &Path) -> u64 {
    path(folder).metadata().map_or(0, |notes| notes.len())
}

pub(crate) fn parse(bytes: &[u8]) -> Vec<Note> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn path(folder: &Path) -> PathBuf {
    folder.join("notes")
}

#[test]
fn a_note_that_was_cut_off_is_followed_by_the_next_life() {
    let folder = tempfile::tempdir().unwrap();
    let step = |number| Note::Step { name: format!("step {number}") };
    Notebook::open(folder.path()).note(&step(1));
    let mut half = serde_json::to_vec(&step(2)).unwrap();
    half.truncate(5);
    std::io::Write::write_all(&mut Notebook::open(folder.path()).0, &half).unwrap();

    let (first, end) = read(folder.path(), 0);
    assert_eq!(first.len(), 1);
    Notebook::open(folder.path()).note(&step(3));
    assert_eq!(read(folder.path(), end).0.len(), 1);
}
