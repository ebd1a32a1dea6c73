//! The zip file: everything below one folder, stored as it is, without the time of day.
//!
//! The bag's own sums find damage; not compressing keeps the bytes the same whatever the library does.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Files, Unwritable};

/// The files below a folder, as a zip file.
pub(super) fn write(files: &Files, folder: &str) -> Result<Vec<u8>, Unwritable> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (path, bytes) in files {
        zip.start_file(format!("{folder}/{path}"), options).map_err(|error| broken(&error))?;
        zip.write_all(bytes).map_err(|error| broken(&error))?;
    }
    zip.finish().map(Cursor::into_inner).map_err(|error| broken(&error))
}

fn broken(error: &dyn std::fmt::Display) -> Unwritable {
    Unwritable(error.to_string())
}
