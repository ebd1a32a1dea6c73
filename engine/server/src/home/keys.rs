//! The keys of a home.
//!
//! `noise.key` makes the noise of a cell a function of the cell (SAME-CELL-SAME-ANSWER): with another key every
//! cell would be drawn again, and draws can be averaged away. `record.key` makes the record keys of persons, which
//! must stay the same from snapshot to snapshot. `log.key` signs the checkpoints of the audit log. So a key is made once,
//! and a missing key is never made anew over data that were keyed or signed with it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use tresor_core::entropy::Entropy;
use tresor_core::secret::Secret;

use super::Home;
use super::private_file::{create_private, require_private};
use crate::stop::Stop;

/// The keys of a home.
pub(crate) struct Keys {
    /// Key of all noise.
    pub(crate) noise: Secret,
    /// Key of the persons' record keys.
    pub(crate) record: Secret,
    /// Seed of the key that signs the audit log.
    pub(crate) log: Secret,
}

impl Keys {
    /// Reads the keys; makes them when the home has held nothing yet.
    pub(crate) fn of(home: &Home, entropy: &dyn Entropy) -> Result<Self, Stop> {
        let folder = home.keys();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|error| Stop::file("cannot create the folder", &folder, &error))?;
        let unanswered = holds_nothing_but("keys", &home.state());
        let unsigned = holds_nothing_but("", &home.log());
        let without_extracts = holds_nothing_but("", &home.extracts());
        Ok(Self {
            noise: key(&folder.join("noise.key"), unanswered, entropy)?,
            record: key(&folder.join("record.key"), without_extracts, entropy)?,
            log: key(&folder.join("log.key"), unsigned, entropy)?,
        })
    }
}

/// The seed of the key of a witness, in a home of its own; made when that witness has signed nothing yet. Another key would
/// be another witness.
pub(crate) fn witness_seed(home: &Path, entropy: &dyn Entropy) -> Result<Secret, Stop> {
    let logs = home.join("logs");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&logs)
        .map_err(|error| Stop::file("cannot create the folder", &logs, &error))?;
    key(&home.join("witness.key"), holds_nothing_but("", &logs), entropy)
}

fn key(path: &Path, may_be_made: bool, entropy: &dyn Entropy) -> Result<Secret, Stop> {
    if !path.exists() {
        if !may_be_made {
            return Err(Stop::because(format!(
                "the key `{}` is missing although this home has data that depend on it; \
                 bring it back from the backup (a new key would weaken every answer given so far)",
                path.display()
            )));
        }
        make(path, entropy).map_err(|error| Stop::file("cannot create the key", path, &error))?;
    }
    require_private(path)?;
    read(path)
}

fn make(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes)?;
    match create_private(path, format!("{}\n", hex::encode(bytes)).as_bytes()) {
        // Somebody made it at the same moment: theirs is as good as ours.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn read(path: &Path) -> Result<Secret, Stop> {
    let text = fs::read_to_string(path)
        .map_err(|error| Stop::file("cannot read the key", path, &error))?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim_end(), &mut bytes).map_err(|_| {
        Stop::because(format!(
            "`{}` does not hold a key of 64 hexadecimal digits; bring it back from the backup",
            path.display()
        ))
    })?;
    Ok(Secret::new(bytes))
}

/// Whether a folder is missing or holds at most this entry. One that cannot be read may hold anything.
fn holds_nothing_but(allowed: &str, folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Err(error) => error.kind() == io::ErrorKind::NotFound,
        Ok(entries) => {
            entries.into_iter().all(|entry| entry.is_ok_and(|entry| entry.file_name() == allowed))
        }
    }
}
