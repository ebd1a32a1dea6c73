//! The two things the command line does with extracts: take one in, make a synthetic one.

use std::path::{Path, PathBuf};

use tresor_core::clock::Clock;
use tresor_core::extract::{self, AddRequest, PERSONS_PER_SHARD};
use tresor_core::progress::Progress;
use tresor_core::sample::{self, SampleSpec};
use tresor_core::secret::Secret;

use crate::real::SystemClock;
use crate::stop::Stop;

/// Takes an extract into a home.
pub(crate) fn add(
    home: &Path,
    contract: &Path,
    source: &Path,
    record_secret: &Secret,
    progress: &dyn Progress,
) -> Result<(), Stop> {
    let request = AddRequest {
        home,
        contract,
        source,
        record_secret,
        persons_per_shard: PERSONS_PER_SHARD,
        added_at: SystemClock::start().now(),
    };
    extract::add(request, progress).map_err(|error| Stop::because(error.to_string()))?;
    Ok(())
}

/// Makes a synthetic extract of any size.
pub(crate) fn generate(
    persons: u64,
    seed: u64,
    out: &Path,
    progress: &dyn Progress,
) -> Result<(), Stop> {
    let spec = SampleSpec { persons, seed, out: out.to_owned() };
    sample::generate(&spec, progress).map_err(|error| Stop::because(error.to_string()))
}

/// The contract and the source of each extract in the folder of the sample.
pub(crate) fn in_sample(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    vec![(folder.join("contract.toml"), folder.to_owned())]
}
