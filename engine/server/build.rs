//! Lists the files that go into the binary: the policies and the sample extract of this repository.
//!
//! `tresor demo` must work from anywhere, so what it needs travels with the binary. A folder that is not there
//! gives an empty list, and the demonstration then says that this binary was built without it.

#![expect(clippy::disallowed_macros, reason = "cargo reads what a build script prints")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FOLDERS: [(&str, &str); 2] =
    [("POLICIES", "../../policies"), ("SAMPLE", "../../datasets-sample")];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut code = String::new();
    for (name, folder) in FOLDERS {
        println!("cargo:rerun-if-changed={folder}");
        let root = here.join(folder);
        let mut files = Vec::new();
        collect(&root, &mut files)?;
        files.sort();
        list(&mut code, name, folder, &root, &files).map_err(io::Error::other)?;
    }
    fs::write(out.join("assets.rs"), code)
}

/// Every file below a folder; hidden files and editors' leftovers stay out.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Names the files from where the crate lies when it is compiled: a target folder may outlive a checkout.
fn list(
    code: &mut String,
    name: &str,
    folder: &str,
    root: &Path,
    files: &[PathBuf],
) -> std::fmt::Result {
    writeln!(code, "static {name}: &[(&str, &[u8])] = &[")?;
    for file in files {
        let inside = file.strip_prefix(root).unwrap_or(file);
        let from_here = format!("/{folder}/{}", inside.display());
        writeln!(
            code,
            "    ({inside:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {from_here:?}))),"
        )?;
    }
    writeln!(code, "];")
}
