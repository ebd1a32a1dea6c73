//! Writes files so that they are there after a power cut, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// End of the names of files that are being written. What is left of them after a stop is removed at the next start.
pub(super) const UNFINISHED: &str = ".new";

/// Whether a file must survive a power cut at this very moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasting {
    /// It is never written again: it is on the disk before it gets its name, and its name is before anything follows.
    Synced,
    /// It is replaced soon, and written again at the next start: the disk may take its time.
    Soon,
}

/// Gives the file this content. Folders are made as they are needed, readable for their owner only, as the file.
pub(super) fn write(path: &Path, bytes: &[u8], lasting: Lasting) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.is_dir() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let unfinished = unfinished(path);
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    if lasting == Lasting::Synced {
        file.sync_all()?;
    }
    fs::rename(&unfinished, path)?;
    if lasting == Lasting::Synced {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes a file; one that is gone already is as good.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    PathBuf::from(name)
}
