//! Programs that must not compile (`forbidden/`). Each says which errors it must have, and no others.
//!
//! The compiler is called directly, with the library that this test was linked with: a build of its own would compile
//! every dependency once more.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

#[test]
fn forbidden_programs_do_not_compile() {
    let compiler = Compiler::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("forbidden");
    let mut wrong = vec![];
    let mut programs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let program = entry.unwrap().path();
        if program.ends_with("allowed.rs") {
            continue;
        }
        programs += 1;
        let mut found = compiler.errors(&program);
        let mut expected = expected(&program);
        found.sort();
        expected.sort();
        if expected.is_empty() || found != expected {
            wrong.push(format!("{}: {found:#?}", program.display()));
        }
    }
    assert!(programs >= 6, "{programs}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The errors that a program says it has: lines `// error[..]: ..`.
fn expected(program: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(program).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("// error"))
        .map(|e| format!("error{e}"))
        .collect()
}

struct Compiler {
    libraries: PathBuf,
    core: PathBuf,
    output: tempfile::TempDir,
}

impl Compiler {
    /// Takes the newest build of the library with which the program that may compile does compile.
    fn new() -> Self {
        let libraries = std::env::current_exe().unwrap().parent().unwrap().to_owned();
        let mut builds: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(&libraries)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let name = path.file_name().unwrap().to_string_lossy();
                name.starts_with("libtresor_core-") && name.ends_with(".rlib")
            })
            .map(|path| (path.metadata().unwrap().modified().unwrap(), path))
            .collect();
        builds.sort();
        let allowed = Path::new(env!("CARGO_MANIFEST_DIR")).join("forbidden/allowed.rs");
        let mut last = vec![];
        for (_, core) in builds.into_iter().rev() {
            let output = tempfile::tempdir().unwrap();
            let compiler = Self { libraries: libraries.clone(), core, output };
            last = compiler.errors(&allowed);
            if last.is_empty() {
                return compiler;
            }
        }
        panic!("forbidden/allowed.rs does not compile: {last:?}");
    }

    /// The errors of a program, one line each.
    fn errors(&self, program: &Path) -> Vec<String> {
        let output = Command::new("rustc")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--cap-lints=allow"])
            .arg("--out-dir")
            .arg(self.output.path())
            .arg("-L")
            .arg(format!("dependency={}", self.libraries.display()))
            .arg("--extern")
            .arg(format!("tresor_core={}", self.core.display()))
            .arg(program)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<String> =
            text.lines().filter(|line| line.starts_with("error[")).map(str::to_owned).collect();
        if errors.is_empty() && !output.status.success() {
            return vec![text.into_owned()];
        }
        errors
    }
}
