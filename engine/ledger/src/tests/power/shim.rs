//! Builds what stands between a child and its disk (`disk.c`), and sends a child through it.
//!
//! No unsafe Rust: a small library in C that the loader puts in front of the C library. SQLite and the standard library
//! of Rust both call the disk through it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::tests::kill::life::{Orders, command};
use crate::tests::kill::say;

/// The library, built once; `None` where there is no C compiler.
fn library() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<(TempDir, PathBuf)>> = OnceLock::new();
    BUILT.get_or_init(build).as_ref().map(|(_, library)| library.as_path())
}

fn build() -> Option<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("disk.c"), folder.path().join("disk.so"));
    std::fs::write(&source, include_str!("disk.c")).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-lpthread");
    match compiler.output() {
        Ok(output) if output.status.success() => Some((folder, library)),
        Ok(output) => panic!("disk.c: {}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            say("NOT TESTED: power cuts and failing disks, because there is no C compiler (`cc`)");
            None
        }
    }
}

/// A call to the disk that fails.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure {
    pub(super) call: u64,
    pub(super) errno: u64,
    /// `once`, `on` (and every later one), or `sync` (only syncs are counted).
    pub(super) mode: &'static str,
}

pub(super) const EIO: u64 = 5;
pub(super) const ENOSPC: u64 = 28;
pub(super) const EROFS: u64 = 30;

/// Lets a child live behind the library and gives the record; `None` where it cannot be built.
pub(super) fn recorded(orders: &Orders, failure: Option<Failure>) -> Option<(Vec<u8>, Output)> {
    let folder = orders.place.folder.canonicalize().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let record = outside.path().join("record");
    let mut command = command(orders);
    command.env("LD_PRELOAD", library()?).env("DISK_RECORD", &record);
    command.env("DISK_FOLDER", format!("{}/", folder.display()));
    if let Some(Failure { call, errno, mode }) = failure {
        command.env("DISK_FAIL", format!("{call}:{errno}:{mode}"));
    }
    // The input stays open as long as we wait.
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    Some((std::fs::read(&record).unwrap_or_default(), output))
}
