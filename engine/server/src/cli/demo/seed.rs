//! What a new demonstration home holds: the policies and the sample extract that travel with the binary.

use std::fs;
use std::path::Path;

use tresor_core::progress::Progress;

use super::officers;
use crate::home::{Home, Keys, make_whole};
use crate::real::SystemEntropy;
use crate::stop::Stop;
use crate::{assets, extracts};

const MARKER: &str = "This home was made by `tresor demo`. Its people and data are invented.\n";

/// Makes the home unless it is there.
pub(crate) fn complete(home: &Home, progress: &dyn Progress) -> Result<(), Stop> {
    if home.is_demo() {
        return Ok(());
    }
    if home.holds_something() {
        return Err(Stop::because(format!(
            "`{0}` was not made by `tresor demo`; choose another folder with `--home`, or serve it with \
             `tresor serve --home {0} --listen 127.0.0.1:8080`",
            home.root().display()
        )));
    }
    make_whole(home.root(), |draft| fill(&Home::at(draft), progress))
}

fn fill(home: &Home, progress: &dyn Progress) -> Result<(), Stop> {
    assets::write_policies(&home.policies())?;
    officers::make_keys(home)?;
    let keys = Keys::of(home, &SystemEntropy)?;
    let sample = home.root().join("sample");
    assets::write_sample(&sample)?;
    for (contract, source) in extracts::in_sample(&sample) {
        extracts::add(home.root(), &contract, &source, &keys.record, progress)?;
    }
    fs::remove_dir_all(&sample)
        .map_err(|error| Stop::file("cannot remove the folder", &sample, &error))?;
    mark(&home.demo_marker())
}

fn mark(marker: &Path) -> Result<(), Stop> {
    fs::write(marker, MARKER).map_err(|error| Stop::file("cannot write", marker, &error))
}
