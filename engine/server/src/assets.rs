//! Files that travel with the binary: the policies and the sample extract of the repository.

use std::fs;
use std::path::Path;

use crate::stop::Stop;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Writes the policies of the demonstration into a folder.
pub(crate) fn write_policies(folder: &Path) -> Result<(), Stop> {
    write_all(POLICIES, "policies", folder)
}

/// Writes the sample extract and its contract into a folder.
pub(crate) fn write_sample(folder: &Path) -> Result<(), Stop> {
    write_all(SAMPLE, "sample extract", folder)
}

fn write_all(files: &[(&str, &[u8])], what: &str, folder: &Path) -> Result<(), Stop> {
    if files.is_empty() {
        return Err(Stop::because(format!("this binary was built without the {what}")));
    }
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .map_err(|error| Stop::file("cannot create the folder", parent, &error))?;
        }
        fs::write(&path, bytes).map_err(|error| Stop::file("cannot write", &path, &error))?;
    }
    Ok(())
}
