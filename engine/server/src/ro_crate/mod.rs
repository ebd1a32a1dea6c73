//! One release as a Five Safes RO-Crate (profile 0.4): answer, query, record of criteria, policy, receipt, and what was
//! done with them by whom, in a form that other people's tools read.
//!
//! A bag (BagIt) in a zip file. The same release, receipt and forms give the same bytes: times are those of the release,
//! ids come from the id of the query, and the archive knows no clock. Must never know: rows; it is given bytes that have
//! left the engine (ONLY-RELEASED).
//!
//! - `contents` the files; `metadata` what the crate says of them; `workflow` the crate of the query inside it
//! - `bag` sums of everything; `archive` the zip; `names` ids that follow from the query

mod archive;
mod bag;
mod contents;
mod metadata;
mod names;
#[cfg(test)]
mod tests;
mod workflow;

use std::collections::BTreeMap;

use tresor_core::engine::ReleaseRecord;

/// Files by path.
type Files = BTreeMap<String, Vec<u8>>;

/// A release that is to leave as a crate.
pub(crate) struct Release {
    /// Who asked what under which policy.
    pub(crate) record: ReleaseRecord,
    /// Name of the log and so of the environment, for example `tre.example.org/tresor`.
    pub(crate) origin: String,
    /// The stored answer, byte for byte, unless it may not leave as JSON.
    pub(crate) json: Option<Vec<u8>>,
    /// The answer as CSV, unless it may not leave so.
    pub(crate) csv: Option<Vec<u8>>,
    /// The receipt of the release.
    pub(crate) receipt: Vec<u8>,
}

/// Why there is no crate: a defect, in words for the log.
#[derive(Debug, thiserror::Error)]
#[error("a crate cannot be written: {0}")]
pub(crate) struct Unwritable(String);

impl Release {
    /// The crate as a zip file.
    ///
    /// # Errors
    /// [`Unwritable`] by a defect only.
    pub(crate) fn write(&self) -> Result<Vec<u8>, Unwritable> {
        let mut files = contents::of(self)?;
        let metadata = metadata::of(self, &files);
        files.insert(metadata::FILE.to_owned(), pretty(&metadata)?);
        archive::write(&bag::around(files, self), &self.record.query)
    }
}

/// JSON that people can read.
fn pretty(value: &serde_json::Value) -> Result<Vec<u8>, Unwritable> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|error| Unwritable(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}
