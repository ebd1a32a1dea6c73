//! Signing keys for the officers of the demonstration, made with the home.
//!
//! The public halves go into `people.toml` before the first start: a ledger that was founded without two of them could
//! never change its policy.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use crate::home::Home;
use crate::real::SystemEntropy;
use crate::signing::Officer;
use crate::stop::Stop;

/// The officers.
const OFFICERS: [&str; 2] = ["grace", "olu"];

/// Makes their keys.
pub(super) fn make_keys(home: &Home) -> Result<(), Stop> {
    let path = home.policies().join("people.toml");
    let mut text =
        fs::read_to_string(&path).map_err(|error| Stop::file("cannot read", &path, &error))?;
    for user in OFFICERS {
        let file = home.demo_key(user);
        make_folder_of(&file)?;
        let public = Officer::make(&file, &SystemEntropy)?.public();
        text = with_key(&text, user, &public)?;
    }
    fs::write(&path, text).map_err(|error| Stop::file("cannot write", &path, &error))
}

fn make_folder_of(file: &Path) -> Result<(), Stop> {
    let folder = file.parent().unwrap_or(file);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Stop::file("cannot create the folder", folder, &error))
}

/// The text with a line for the key behind the line that names the person; everything else stays, comments too.
fn with_key(text: &str, user: &str, public: &str) -> Result<String, Stop> {
    let line = format!("user = \"{user}\"\n");
    let (before, after) = text.split_once(&line).ok_or_else(|| {
        Stop::because(format!("the policies of this binary name no officer `{user}`"))
    })?;
    Ok(format!("{before}{line}signing_key = \"{public}\"\n{after}"))
}

#[cfg(test)]
mod tests;
