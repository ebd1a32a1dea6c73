//! Copies of a ledger in a file, the way back, and a check of any ledger without a server.
//!
//! A copy that is put back is a refund of everything that was charged since, so nothing here replaces a ledger by a shorter
//! one, and a server refuses books that are shorter than its log. A ledger on PostgreSQL is copied by the tools of that server.
//!
//! This module must never know: the time of day, keys.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::books::Books;
use crate::config::LedgerPlace;
use crate::error::LedgerError;
use crate::moment::Moment;
use crate::store;
use crate::tlog::TreeHead;

const FORMAT: &str = "tresor-ledger-backup/1";

/// A ledger of which every entry was read and every row was found to follow from them.
pub struct Inspected {
    /// Version of its tables.
    pub version: i64,
    /// Number of entries, and the hash of the tree that they form.
    pub head: TreeHead,
    /// Time of the first entry.
    pub first: Option<Moment>,
    /// Time of the last entry.
    pub last: Option<Moment>,
    pub(crate) books: Books,
}

impl Inspected {
    /// The books as the log implies them.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// What every account has spent, in points.
    #[must_use]
    pub fn spent(&self) -> BTreeMap<String, u64> {
        self.books.spent()
    }
}

/// What is known of a copy: lies beside it, so that a change of either is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    /// Version of the tables.
    pub version: i64,
    /// Entries of the log.
    pub entries: u64,
    /// Hash of the tree that they form, hexadecimal.
    pub root: String,
    /// Time of the first entry, in microseconds since 1970 UTC.
    pub first_at: Option<i64>,
    /// Time of the last entry.
    pub last_at: Option<i64>,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// When the copy was made.
    pub made_at: i64,
}

/// Why a copy was not made, or not put back.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// The ledger or the copy.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file.
    #[error("{what} {}: {error}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A rule of this module.
    #[error("{0}")]
    Refused(String),
}

/// Reads and checks all of a ledger, as one moment has it; a server may be writing.
///
/// # Errors
/// The first thing that is wrong.
pub async fn inspect(place: &LedgerPlace) -> Result<Inspected, UpkeepError> {
    Ok(store::inspect(place).await?)
}

/// Makes a copy of the ledger at `from` in the new file `to`, checks it, and writes a manifest beside it. A server may be
/// writing meanwhile.
///
/// # Errors
/// `to` exists; the ledger or the copy is not sound; or the disk fails. Then there is no copy.
pub async fn back_up(from: &Path, to: &Path, now: Moment) -> Result<Manifest, UpkeepError> {
    if to.exists() {
        return Err(UpkeepError::Refused(format!(
            "{} exists: give a name that is free, a copy never replaces another",
            to.display()
        )));
    }
    let Inspected { version, head, first, last, books: _ } = store::back_up(from, to).await?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version,
        entries: head.size,
        root: hex::encode(head.root.0),
        first_at: first.map(|at| at.0),
        last_at: last.map(|at| at.0),
        sha256: sha256(to)?,
        made_at: now.0,
    };
    write_manifest(to, &manifest)?;
    Ok(manifest)
}

/// Checks a copy: its manifest, its log entry by entry, its books. Nothing is changed.
///
/// # Errors
/// The first thing that is wrong.
pub async fn verify_copy(copy: &Path) -> Result<Inspected, UpkeepError> {
    let manifest = read_manifest(copy)?;
    if sha256(copy)? != manifest.sha256 {
        return Err(UpkeepError::Refused(format!(
            "{} is not the file that its manifest describes: take another copy",
            copy.display()
        )));
    }
    let inspected = inspect(&LedgerPlace::File(copy.to_owned())).await?;
    let root = hex::encode(inspected.head.root.0);
    if (inspected.head.size, root) != (manifest.entries, manifest.root) {
        return Err(UpkeepError::Refused(format!(
            "{} does not hold the log that its manifest describes: take another copy",
            copy.display()
        )));
    }
    Ok(inspected)
}

/// What was put back, and where the file that was there before is now.
pub struct Restored {
    /// The ledger that is in place now.
    pub inspected: Inspected,
    /// The one before it, if there was one.
    pub aside: Option<PathBuf>,
}

/// Checks a copy and puts it in the place of the ledger at `to`, which is kept beside it. `published` is the folder of the
/// log, if it is still there.
///
/// # Errors
/// The copy is not sound; a server has the ledger open; the ledger that is there, or the log that was published, is longer
/// than the copy or another one; or the disk fails.
pub async fn restore(
    copy: &Path,
    to: &Path,
    published: &Path,
    now: Moment,
) -> Result<Restored, UpkeepError> {
    let inspected = verify_copy(copy).await?;
    let entries = inspected.head.size;
    if let Some(known) = published_entries(published)
        && known > entries
    {
        return Err(older(entries, known, published));
    }
    // A ledger that cannot be read is what copies are for.
    if let Ok(current) = inspect(&LedgerPlace::File(to.to_owned())).await
        && current.head.size > entries
    {
        return Err(older(entries, current.head.size, to));
    }
    let was_there = to.exists();
    let mut aside = to.as_os_str().to_owned();
    aside.push(format!(".before-{}", now.0));
    let aside = PathBuf::from(aside);
    store::restore(copy, to, &aside).await?;
    Ok(Restored { inspected, aside: was_there.then_some(aside) })
}

fn older(entries: u64, known: u64, place: &Path) -> UpkeepError {
    UpkeepError::Refused(format!(
        "the copy holds {entries} entries, but {known} are known in {}: putting it back would forget what was charged \
         since; take a newer copy",
        place.display()
    ))
}

/// The number in the second line of a checkpoint. Whether it is signed is checked when a server starts.
fn published_entries(folder: &Path) -> Option<u64> {
    let checkpoint = fs::read_to_string(folder.join("checkpoint")).ok()?;
    checkpoint.lines().nth(1)?.parse().ok()
}

fn manifest_path(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".manifest.json");
    PathBuf::from(name)
}

fn write_manifest(copy: &Path, manifest: &Manifest) -> Result<(), UpkeepError> {
    let path = manifest_path(copy);
    let write = || {
        let mut text = serde_json::to_vec_pretty(manifest)?;
        text.push(b'\n');
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(&text)?;
        file.sync_all()
    };
    write().map_err(|error| UpkeepError::File { what: "cannot write", path: path.clone(), error })
}

fn read_manifest(copy: &Path) -> Result<Manifest, UpkeepError> {
    let path = manifest_path(copy);
    let text = fs::read(&path).map_err(|error| UpkeepError::File {
        what: "cannot read the manifest of the copy,",
        path: path.clone(),
        error,
    })?;
    let manifest: Option<Manifest> = serde_json::from_slice(&text).ok();
    manifest.filter(|manifest| manifest.format == FORMAT).ok_or_else(|| {
        UpkeepError::Refused(format!("{} is not the manifest of a copy", path.display()))
    })
}

fn sha256(path: &Path) -> Result<String, UpkeepError> {
    let mut hasher = Sha256::new();
    let hashed =
        File::open(path).and_then(|mut file| io::copy(&mut file, &mut HashWriter(&mut hasher)));
    hashed.map_err(|error| UpkeepError::File {
        what: "cannot read",
        path: path.to_owned(),
        error,
    })?;
    Ok(hex::encode(hasher.finalize()))
}

/// A hash as something that is written to.
struct HashWriter<'h>(&'h mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
