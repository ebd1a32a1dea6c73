//! A folder that appears whole or not at all.
//!
//! The content is made beside the place where it will stand and moved there in one step, so an interrupted first
//! start leaves nothing that a second start could take for complete.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::stop::Stop;

/// Makes `target` by filling a folder beside it and renaming that. What an interrupted attempt left is removed.
pub(crate) fn make_whole(
    target: &Path,
    fill: impl FnOnce(&Path) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let (parent, draft) = beside(target)?;
    fs::create_dir_all(&parent)
        .map_err(|error| Stop::file("cannot create the folder", &parent, &error))?;
    let _alone = lock(&parent)?;
    if draft.exists() {
        fs::remove_dir_all(&draft)
            .map_err(|error| Stop::file("cannot remove the unfinished folder", &draft, &error))?;
    }
    fs::create_dir(&draft)
        .map_err(|error| Stop::file("cannot create the folder", &draft, &error))?;
    fill(&draft).inspect_err(|_| {
        // Best effort: what stays is removed by the next attempt.
        let _left = fs::remove_dir_all(&draft);
    })?;
    fs::rename(&draft, target)
        .map_err(|error| Stop::file("cannot move the finished folder to its place", target, &error))
}

fn beside(target: &Path) -> Result<(PathBuf, PathBuf), Stop> {
    let name = target.file_name().ok_or_else(|| {
        Stop::because(format!("`{}` is not the name of a folder", target.display()))
    })?;
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut unfinished = name.to_owned();
    unfinished.push(".unfinished");
    Ok((parent.clone(), parent.join(unfinished)))
}

/// Keeps a second process from making the same folder; released when the file is closed.
fn lock(parent: &Path) -> Result<File, Stop> {
    let folder =
        File::open(parent).map_err(|error| Stop::file("cannot open the folder", parent, &error))?;
    folder.try_lock().map_err(|_| {
        Stop::because(format!("another process is preparing a home in `{}`", parent.display()))
    })?;
    Ok(folder)
}
