//! Writing so that a crash leaves either the old or the new, never half of it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::error::{Doing, ExtractError};

/// Writes a new file and waits until it is on disk.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ExtractError> {
    let mut file = File::create(path).doing("create", path)?;
    file.write_all(bytes).doing("write", path)?;
    file.sync_all().doing("write", path)
}

/// Replaces a file in one step: readers see the old text or the new one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), ExtractError> {
    let next = path.with_extension("next");
    write(&next, bytes)?;
    fs::rename(&next, path).doing("replace", path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Creates folders as needed and waits until each is on disk.
pub(super) fn create_folders(path: &Path) -> Result<(), ExtractError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_folders(parent)?;
    }
    fs::create_dir(path)
        .or_else(|error| if path.is_dir() { Ok(()) } else { Err(error) })
        .doing("create", path)?;
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync_folder)
}

/// Waits until the names of a folder are on disk.
pub(super) fn sync_folder(path: &Path) -> Result<(), ExtractError> {
    File::open(path).and_then(|folder| folder.sync_all()).doing("write", path)
}

/// Waits until the names of a folder and all folders below it are on disk.
pub(super) fn sync_folders(path: &Path) -> Result<(), ExtractError> {
    for entry in fs::read_dir(path).doing("read", path)? {
        let entry = entry.doing("read", path)?.path();
        if entry.is_dir() {
            sync_folders(&entry)?;
        }
    }
    sync_folder(path)
}
