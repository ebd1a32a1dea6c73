//! Where the files of a log are.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::tlog::error::{LogError, Result};

/// Files with paths such as `tile/0/000`.
pub trait Files {
    /// The paths of all files, in any order.
    ///
    /// # Errors
    /// [`LogError::File`].
    fn list(&self) -> Result<Vec<String>>;

    /// A file; `None` when it is not there.
    ///
    /// # Errors
    /// [`LogError::File`].
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>>;
}

/// Files on a disk.
#[derive(Debug, Clone)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    /// The files below this folder.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn list_below(&self, folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
        let failed = |error: std::io::Error| unreadable(folder, &error);
        for item in fs::read_dir(folder).map_err(failed)? {
            let item = item.map_err(failed)?;
            let path = format!("{prefix}{}", item.file_name().to_string_lossy());
            // Links are not followed: a folder of its own is all that a log is.
            if item.file_type().map_err(failed)?.is_dir() {
                self.list_below(&item.path(), &format!("{path}/"), found)?;
            } else {
                found.push(path);
            }
        }
        Ok(())
    }
}

impl Files for Directory {
    fn list(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        self.list_below(&self.root, "", &mut found)?;
        Ok(found)
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let path = self.root.join(path);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> LogError {
    LogError::File(format!("{} cannot be read: {error}", path.display()))
}
