//! Looks at every file of a log and recomputes all that can be computed: the tree from the entries, the root from the
//! tree. What then rests on trust is the key that signed the checkpoint.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::path::Path;

use super::files::{Directory, Files};
use super::{CHECKPOINT, DOCUMENTS, document_path, needed, text};
use crate::tlog::checkpoint::SignedCheckpoint;
use crate::tlog::edge::Edge;
use crate::tlog::error::LogError;
use crate::tlog::hash::Hash;
use crate::tlog::leaf;
use crate::tlog::note::Verifier;
use crate::tlog::tile::{BUNDLE_WIDTH, Bundle, Place, TileId, tile_bytes};

/// More findings than this are not listed: the log is to be thrown away anyway.
const MAX_FINDINGS: usize = 200;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// The entry, where it is one.
    pub entry: Option<u64>,
    /// What is wrong with it, to be read after the name of the file or entry.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "{}: entry {entry} {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// A log without a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What is signed.
    pub checkpoint: SignedCheckpoint,
    /// Files of hashes that were recomputed.
    pub tiles: u64,
    /// Documents that have the digests in the log.
    pub documents: u64,
    /// Time of the first entry and of the last, in microseconds since 1970.
    pub times: Option<(i64, i64)>,
}

/// Checks the log in this folder.
///
/// # Errors
/// All that was found wrong.
pub fn verify(folder: &Path, log: &Verifier) -> Result<Verified, Vec<Finding>> {
    verify_files(&Directory::new(folder), log)
}

/// Checks the log in these files.
///
/// # Errors
/// All that was found wrong.
pub fn verify_files(files: &impl Files, log: &Verifier) -> Result<Verified, Vec<Finding>> {
    let checkpoint = text(files, CHECKPOINT)
        .and_then(|text| SignedCheckpoint::read(&text, log))
        .map_err(|error| vec![file_finding(CHECKPOINT, error.to_string())])?;
    let listed = files.list().map_err(|error| vec![file_finding(".", error.to_string())])?;
    let mut check = Check {
        files,
        size: checkpoint.head().size,
        unseen: listed.into_iter().collect(),
        edge: Edge::default(),
        tiles: 0,
        documents: HashSet::new(),
        times: None,
        findings: Vec::new(),
    };
    check.seen(CHECKPOINT);
    check.tree(&checkpoint);
    check.documents();
    check.strangers();
    let Check { tiles, documents, times, findings, .. } = check;
    if findings.is_empty() {
        let documents = u64::try_from(documents.len()).unwrap_or(u64::MAX);
        Ok(Verified { checkpoint, tiles, documents, times })
    } else {
        Err(findings)
    }
}

fn file_finding(path: &str, what: impl Into<String>) -> Finding {
    Finding { path: path.to_owned(), entry: None, what: what.into() }
}

struct Check<'f, F> {
    files: &'f F,
    size: u64,
    /// Files that nothing has asked for yet.
    unseen: BTreeSet<String>,
    edge: Edge,
    tiles: u64,
    documents: HashSet<String>,
    times: Option<(i64, i64)>,
    findings: Vec<Finding>,
}

impl<F: Files> Check<'_, F> {
    /// All entries, all tiles, the root.
    fn tree(&mut self, checkpoint: &SignedCheckpoint) {
        let mut bundle = 0;
        while let Some(id) = TileId::at(0, bundle, self.size) {
            if !self.bundle(id) {
                return;
            }
            bundle += 1;
        }
        let edge = std::mem::take(&mut self.edge);
        for (id, hashes) in edge.partial() {
            self.tile(id, hashes);
        }
        if edge.head() != checkpoint.head() {
            let what = "the entries do not have the root that was signed";
            self.find(file_finding(CHECKPOINT, what));
        }
    }

    /// A file of entries, and the tiles that it completes. False when the entries behind it cannot be placed any more.
    fn bundle(&mut self, id: TileId) -> bool {
        let path = Place::Entries(id).path();
        let Some(file) = self.file(&path) else { return false };
        let first = id.index * BUNDLE_WIDTH;
        let mut next = first;
        for entry in Bundle::entries(&file) {
            match entry {
                Ok(entry) => self.entry(&path, next, entry),
                Err(error) => self.find(file_finding(&path, error.to_string())),
            }
            next += 1;
        }
        if next - first == u64::from(id.width) {
            return true;
        }
        let what = format!("holds {} entries instead of {}", next - first, id.width);
        self.find(file_finding(&path, what));
        false
    }

    fn entry(&mut self, path: &str, index: u64, data: &[u8]) {
        match leaf::read(data) {
            Ok(leaf) if leaf.seq != index => {
                self.find_entry(path, index, format!("says that it is number {}", leaf.seq));
            }
            Ok(leaf) => {
                let first = self.times.map_or(leaf.at, |(first, _)| first);
                self.times = Some((first, leaf.at));
                if let Some(digest) = leaf.document
                    && !self.documents.contains(digest.as_ref())
                {
                    self.documents.insert(Cow::into_owned(digest));
                }
            }
            Err(what) => self.find_entry(path, index, what.to_owned()),
        }
        for full in self.edge.push(Hash::of_leaf(data)) {
            self.tile(full.id, &full.hashes);
        }
    }

    /// A tile must be what the entries make it.
    fn tile(&mut self, id: TileId, hashes: &[Hash]) {
        self.tiles += 1;
        let path = Place::Tile(id).path();
        let Some(file) = self.file(&path) else { return };
        let expected = tile_bytes(hashes);
        if file == expected {
            return;
        }
        if id.level > 0 || file.len() != expected.len() {
            self.find(file_finding(&path, "does not follow from the entries"));
            return;
        }
        let pairs = file.chunks(Hash::LEN).zip(expected.chunks(Hash::LEN));
        let differs = (id.index * BUNDLE_WIDTH..).zip(pairs).filter(|(_, (a, b))| a != b);
        for (index, _) in differs {
            self.find_entry(&path, index, "does not have this hash".to_owned());
        }
    }

    /// Documents that entries name.
    fn documents(&mut self) {
        let mut digests: Vec<String> = self.documents.iter().cloned().collect();
        digests.sort_unstable();
        for digest in digests {
            let path = document_path(&digest);
            let Some(bytes) = self.file(&path) else { continue };
            if crate::digest_of(&bytes) != digest {
                self.find(file_finding(&path, "does not have the digest in its name"));
            }
        }
    }

    /// Files that do not belong to the tree of the checkpoint. A tile that was partial at an earlier checkpoint may still
    /// be there, if it agrees with what became of it.
    fn strangers(&mut self) {
        for path in std::mem::take(&mut self.unseen) {
            let what = match Place::parse(&path) {
                Some(Place::Tile(id)) => self.earlier(Place::Tile, id, &path),
                Some(Place::Entries(id)) => self.earlier(Place::Entries, id, &path),
                None if path.starts_with(DOCUMENTS) => Some("no entry names this document"),
                None => Some("is no file of a log"),
            };
            if let Some(what) = what {
                self.find(file_finding(&path, what));
            }
        }
    }

    fn earlier(&self, place: fn(TileId) -> Place, id: TileId, path: &str) -> Option<&'static str> {
        let Some(now) =
            TileId::at(id.level, id.index, self.size).filter(|now| now.width >= id.width)
        else {
            return Some("lies beyond the checkpoint: nobody signed it");
        };
        let read = |path: &str| needed(self.files, path).ok();
        let agrees = read(path)
            .zip(read(&place(now).path()))
            .is_some_and(|(then, now)| now.starts_with(&then) && holds(place(id), &then));
        if agrees { None } else { Some("does not agree with the larger file that took its place") }
    }

    /// A file that must be there.
    fn file(&mut self, path: &str) -> Option<Vec<u8>> {
        self.seen(path);
        match needed(self.files, path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let what = match error {
                    LogError::File(_) => "is missing or cannot be read".to_owned(),
                    other => other.to_string(),
                };
                self.find(file_finding(path, what));
                None
            }
        }
    }

    fn seen(&mut self, path: &str) {
        self.unseen.remove(path);
    }

    fn find_entry(&mut self, path: &str, entry: u64, what: String) {
        self.find(Finding { path: path.to_owned(), entry: Some(entry), what });
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// Whether a file holds as much as its name says.
fn holds(place: Place, file: &[u8]) -> bool {
    match place {
        Place::Tile(id) => file.len() == usize::from(id.width) * Hash::LEN,
        Place::Entries(id) => {
            Bundle::entries(file).filter(Result::is_ok).count() == usize::from(id.width)
        }
    }
}
