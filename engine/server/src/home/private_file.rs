//! Files that only their owner may read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::stop::Stop;

/// Creates a file that must not exist yet. It appears whole or not at all: the bytes are durable under another
/// name before the file gets its own, and giving the name fails when it is taken.
pub(crate) fn create_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("new");
    write_draft(&draft, bytes)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked?;
    sync_folder_of(path)
}

/// Writes a file, replacing an earlier one in one step.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("new");
    write_draft(&draft, bytes)?;
    fs::rename(&draft, path)?;
    sync_folder_of(path)
}

/// Stops when anyone but the owner may read or change the file.
pub(crate) fn require_private(path: &Path) -> Result<(), Stop> {
    let metadata =
        fs::metadata(path).map_err(|error| Stop::file("cannot read the key", path, &error))?;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(Stop::because(format!(
        "`{0}` can be read or changed by others than its owner, so the key in it cannot be trusted; \
         if nobody has read it, `chmod 600 {0}`",
        path.display()
    )))
}

fn write_draft(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        // A name alone lies in the folder that one is in.
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
