//! Keys, folders and texts, as they are given on the command line.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tresor_ledger::AuditEntry;
use tresor_ledger::tlog::folder::LogFolder;
use tresor_ledger::tlog::{Note, Verifier};

use crate::stop::Stop;

/// Entries read at a time.
const PAGE: u64 = 4_096;

/// A public key: the text, or a file with it.
pub(super) fn key(given: &str) -> Result<Verifier, Stop> {
    let path = Path::new(given);
    let text = if path.is_file() { text(path)? } else { given.to_owned() };
    text.trim().parse().map_err(|error| {
        Stop::because(format!(
            "`{given}` is neither a file with the key of a log nor such a key: {error}; it looks like \
             `tre.example.org/tresor+01234567+A..`, and `tresor audit key` prints it"
        ))
    })
}

/// The folder of a log.
pub(super) fn folder(path: &Path) -> Result<LogFolder, Stop> {
    LogFolder::open(path).map_err(|error| {
        Stop::because(format!("`{}` is no folder of a log: {error}", path.display()))
    })
}

/// A checkpoint in a file: as it is, or as it stood in a header.
pub(super) fn checkpoint(path: &Path) -> Result<Note, Stop> {
    let text = text(path)?;
    let decoded = BASE64_STANDARD.decode(text.trim()).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text);
    Note::parse(&text)
        .map_err(|error| Stop::because(format!("`{}` is no checkpoint: {error}", path.display())))
}

/// The text of a file.
pub(super) fn text(path: &Path) -> Result<String, Stop> {
    fs::read_to_string(path).map_err(|error| Stop::file("cannot read", path, &error))
}

/// The bytes of a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Stop> {
    fs::read(path).map_err(|error| Stop::file("cannot read", path, &error))
}

/// Goes through the entries of a log in their order, as long as `step` says so.
///
/// A text that is no entry is given as the words for it.
pub(super) fn each(
    folder: &LogFolder,
    mut step: impl FnMut(u64, &str, Result<AuditEntry, String>) -> bool,
) -> Result<(), Stop> {
    let mut index = 0;
    while index < folder.size() {
        let page = folder.entries(index..index.saturating_add(PAGE));
        let page =
            page.map_err(|error| Stop::because(format!("the log cannot be read: {error}")))?;
        for text in page {
            let entry = AuditEntry::of_leaf(&text).map_err(|error| error.to_string());
            if !step(index, &text, entry) {
                return Ok(());
            }
            index = index.saturating_add(1);
        }
    }
    Ok(())
}
