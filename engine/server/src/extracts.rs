//! The two things the command line does with extracts: take one in, make a synthetic one.

use std::path::{Path, PathBuf};

use tresor_core::progress::Progress;
use tresor_core::secret::Secret;

use crate::stop::Stop;

/// Takes an extract into a home.
pub(crate) fn add(
    _home: &Path,
    _contract: &Path,
    _source: &Path,
    _record_secret: Secret,
    _progress: &dyn Progress,
) -> Result<(), Stop> {
    Err(Stop::because("this build cannot take in extracts"))
}

/// Makes a synthetic extract of any size.
pub(crate) fn generate(
    _persons: u64,
    _seed: u64,
    _out: &Path,
    _progress: &dyn Progress,
) -> Result<(), Stop> {
    Err(Stop::because("this build cannot make extracts"))
}

/// The contract and the source of each extract in the folder of the sample.
pub(crate) fn in_sample(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    vec![(folder.join("contract.toml"), folder.to_owned())]
}
