//! A home with a sample of the wanted size, and what the command line says of it.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

use std::fs;
use std::path::{Path, PathBuf};

use tresor_core::extract::{AddRequest, PERSONS_PER_SHARD, add};
use tresor_core::progress::Silent;
use tresor_core::sample::{SampleSpec, generate};
use tresor_core::secret::Secret;

/// What stands behind `--` on the command line.
pub struct Arguments {
    pub persons: u64,
    pub rounds: usize,
    pub folder: PathBuf,
    /// Only queries whose name holds this.
    pub only: String,
}

impl Arguments {
    /// Reads them; a sample of `persons` unless another number is given.
    pub fn read(persons: u64) -> Self {
        let given: Vec<String> = std::env::args().collect();
        let after = |name: &str| {
            given.iter().position(|arg| arg == name).and_then(|at| given.get(at + 1)).cloned()
        };
        Self {
            persons: after("--persons").map_or(persons, |n| n.parse().expect("--persons N")),
            rounds: after("--rounds").map_or(3, |n| n.parse().expect("--rounds K")),
            only: after("--only").unwrap_or_default(),
            folder: after("--folder").map_or_else(|| PathBuf::from("target/bench"), PathBuf::from),
        }
    }
}

/// A home with a sample of the wanted size; kept for the next run.
pub fn prepare(arguments: &Arguments) -> PathBuf {
    let home = arguments.folder.join(format!("home-{}", arguments.persons));
    let home = std::path::absolute(home).unwrap();
    let ready = home.join("ready");
    if ready.exists() {
        return home;
    }
    let _ = fs::remove_dir_all(&home);
    let source = home.join("source");
    fs::create_dir_all(&source).unwrap();
    println!("generating {} persons ..", arguments.persons);
    generate(&SampleSpec { persons: arguments.persons, seed: 1, out: source.clone() }, &Silent)
        .unwrap();
    println!("onboarding ..");
    let request = AddRequest {
        home: &home,
        contract: &source.join("contract.toml"),
        source: &source,
        record_secret: &Secret::new([3; 32]),
        persons_per_shard: PERSONS_PER_SHARD,
        added_at: time::OffsetDateTime::UNIX_EPOCH,
    };
    add(request, &Silent).unwrap();
    copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../policies")), &home.join("policies"));
    fs::create_dir_all(home.join("state")).unwrap();
    fs::write(ready, "").unwrap();
    home
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
