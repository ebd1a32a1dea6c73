//! The walls between the parts, read from the source text: who may name what, and what must not be left behind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tresor_core::refusal::Code;

/// One source file: its path below the root of the workspace, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines that are not comments, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn names(&self, word: &str) -> Option<usize> {
        self.code().find(|(_, line)| line.contains(word)).map(|(at, _)| at)
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file with this ending below a folder.
fn files(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

fn sources() -> Vec<Source> {
    let mut all = files("engine", "rs");
    all.extend(files("tests", "rs"));
    all
}

/// Fails with every complaint, one per line.
fn none(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Libraries that only some crates may depend on.
const OWNED: [(&[&str], &[&str]); 4] = [
    (&["datafusion", "arrow", "parquet", "casbin"], &["core"]),
    (&["sqlx"], &["ledger"]),
    (&["rand_distr"], &["disclosure"]),
    (&["axum", "utoipa", "utoipa-axum", "hyper", "tower-http", "clap"], &["server"]),
];

/// What each crate of the engine may know of the others.
const CRATES: [(&str, &[&str]); 4] = [
    ("disclosure", &[]),
    ("ledger", &[]),
    ("core", &["tresor-disclosure", "tresor-ledger"]),
    ("server", &["tresor-core", "tresor-ledger"]),
];

#[test]
fn crates_depend_on_what_they_may() {
    let mut wrong = vec![];
    for (name, siblings) in CRATES {
        let path = root().join("engine").join(name).join("Cargo.toml");
        let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = tables.iter().filter_map(|table| manifest.get(*table)?.as_table());
        for dependency in tables.flat_map(toml::Table::keys) {
            let owned =
                OWNED.iter().find(|(libraries, _)| libraries.contains(&dependency.as_str()));
            if owned.is_some_and(|(_, owners)| !owners.contains(&name)) {
                wrong.push(format!("{name} depends on {dependency}"));
            }
            if dependency.starts_with("tresor") && !siblings.contains(&dependency.as_str()) {
                wrong.push(format!("{name} depends on {dependency}"));
            }
        }
    }
    none(wrong);
}

#[test]
fn crates_name_what_they_may() {
    let mut wrong = vec![];
    for (name, _) in CRATES {
        for source in files(&format!("engine/{name}"), "rs") {
            for (libraries, owners) in OWNED {
                for library in libraries.iter().filter(|_| !owners.contains(&name)) {
                    let library = library.replace('-', "_");
                    for form in [format!("{library}::"), format!("use {library};")] {
                        if let Some(line) = source.names(&form) {
                            wrong.push(format!("{}:{line} names {library}", source.path));
                        }
                    }
                }
            }
        }
    }
    none(wrong);
}

/// The modules of core, each with those it may use. Everything may use the first row.
const EVERYWHERE: [&str; 7] =
    ["ids", "refusal", "limits", "clock", "entropy", "secret", "progress"];
const DIRECTIONS: [(&str, &[&str]); 10] = [
    ("audit", &[]),
    ("desk", &[]),
    ("catalog", &[]),
    ("sample", &["catalog"]),
    ("extract", &["catalog"]),
    ("sql", &["catalog"]),
    ("policy", &["catalog", "sql"]),
    ("guard", &["catalog", "sql", "policy"]),
    ("vault", &["catalog", "sql", "policy", "guard", "extract"]),
    ("engine", &["catalog", "sql", "policy", "guard", "extract", "vault", "desk", "audit"]),
];

#[test]
fn modules_of_core_look_one_way() {
    let mut wrong = vec![];
    for source in files("engine/core/src", "rs") {
        let rest = source.path.strip_prefix("engine/core/src/").unwrap();
        let module = rest.split('/').next().unwrap().trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let found = DIRECTIONS.iter().find(|(name, _)| *name == module);
        let allowed: &[&str] = match found {
            Some((_, allowed)) => allowed,
            None if EVERYWHERE.contains(&module) => &[],
            None => panic!("{module} has no place in the directions"),
        };
        // What a module learns from the policy's grant it may hand on, but only tests may look further.
        if source.is_test() {
            continue;
        }
        for (at, line) in source.code() {
            for used in used_modules(line) {
                let own = used == module || EVERYWHERE.contains(&used.as_str());
                if !own && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{}:{at} uses {used}", source.path));
                }
            }
        }
    }
    none(wrong);
}

/// The modules in every `crate::module` of a line.
fn used_modules(line: &str) -> Vec<String> {
    let word = |rest: &str| {
        rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>()
    };
    line.split("crate::").skip(1).map(word).filter(|word| !word.is_empty()).collect()
}

#[test]
fn only_the_vault_runs_plans_and_looks_into_rows() {
    let mut wrong = vec![];
    for source in files("engine", "rs") {
        let in_vault = source.path.starts_with("engine/core/src/vault/");
        // Intake and the generator write batches before there is anything to protect; they run no plan.
        let intake = ["engine/core/src/extract/", "engine/core/src/sample"];
        let writes = intake.iter().any(|folder| source.path.starts_with(folder));
        // Made-up values, to see that total expressions are total.
        let made_up = source.path == "engine/core/src/guard/total/tests.rs";
        for (word, allowed) in [
            ("ExecutionPlan", in_vault),
            (".execute(", in_vault || source.path.starts_with("engine/ledger/")),
            (".create_physical_plan(", in_vault),
            ("RecordBatch", in_vault || writes || made_up),
        ] {
            if let Some(line) = source.names(word).filter(|_| !allowed) {
                wrong.push(format!("{}:{line} names {word}", source.path));
            }
        }
    }
    none(wrong);
}

#[test]
fn only_policy_access_knows_casbin() {
    let knows = files("engine", "rs").into_iter().filter_map(|source| {
        let line = source.names("casbin::")?;
        let may = source.path.starts_with("engine/core/src/policy/access/");
        (!may).then(|| format!("{}:{line} names casbin", source.path))
    });
    none(knows);
}

#[test]
fn nothing_is_printed_and_nothing_is_left_undone() {
    let mut wrong = vec![];
    for source in sources() {
        // This file names the words it looks for; forbidden programs are never run.
        if source.path == "tests/walls.rs" || source.path.starts_with("tests/forbidden/") {
            continue;
        }
        let terminal = ["engine/server/src/cli/", "engine/server/build.rs"];
        let talks = terminal.iter().any(|place| source.path.starts_with(place))
            || source.path.contains("/benches/")
            // Tests that say what an attack or a table scored.
            || ["engine/disclosure/tests/simulated/", "tests/suite/utility/"]
                .iter()
                .any(|place| source.path.starts_with(place));
        for (word, allowed) in [
            ("println!", talks),
            ("print!(", talks),
            ("dbg!", false),
            ("todo!", false),
            ("unimplemented!", false),
        ] {
            if let Some(line) = source.names(word).filter(|_| !allowed) {
                wrong.push(format!("{}:{line} has {word}", source.path));
            }
        }
        for word in ["TODO", "FIXME", "XXX"] {
            if let Some(at) = source.text.lines().position(|line| line.contains(word)) {
                wrong.push(format!("{}:{} has {word}", source.path, at + 1));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources().into_iter().filter(|source| {
        let first = source.text.lines().find(|line| !line.trim().is_empty());
        let inner_test = source.is_test() || source.path.ends_with("/tests/mod.rs");
        !inner_test && !first.is_some_and(|line| line.starts_with("//!"))
    });
    none(silent.map(|source| format!("{} has no //! header", source.path)));
}

#[test]
fn every_file_is_reached() {
    let all = sources();
    let paths: BTreeSet<&str> = all.iter().map(|source| source.path.as_str()).collect();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let roots = [
        "/src/lib.rs",
        "/src/main.rs",
        "/build.rs",
        "tests/suite/main.rs",
        "tests/cases/main.rs",
        "tests/simulated/main.rs",
    ];
    let mut open: Vec<&Source> = all
        .iter()
        .filter(|source| {
            roots.iter().any(|root| source.path.ends_with(root))
                || source.path == "tests/walls.rs"
                || source.path.starts_with("tests/forbidden/")
                || is_program_of_its_own(&source.path)
        })
        .collect();
    while let Some(source) = open.pop() {
        if !reached.insert(source.path.clone()) {
            continue;
        }
        let (folder, file) = source.path.rsplit_once('/').unwrap();
        let stem = file.trim_end_matches(".rs");
        let below = format!("{folder}/{stem}");
        // A program may say with `path` that its modules lie in a folder of its name.
        let homes = match stem {
            "mod" | "lib" | "main" => vec![folder.to_owned()],
            _ if is_program_of_its_own(&source.path) => vec![folder.to_owned(), below],
            _ => vec![below],
        };
        for name in source.text.lines().filter_map(declared_module) {
            for home in &homes {
                let places = [format!("{home}/{name}.rs"), format!("{home}/{name}/mod.rs")];
                open.extend(all.iter().filter(|other| places.contains(&other.path)));
            }
        }
    }
    none(
        paths
            .into_iter()
            .filter(|path| !reached.contains(*path))
            .map(|path| format!("{path} is in no module")),
    );
}

/// A benchmark, or a test of one crate from outside: a file directly in such a folder.
fn is_program_of_its_own(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.ends_with("/benches")
        || (folder.starts_with("engine/")
            && folder.ends_with("/tests")
            && !folder.contains("/src/"))
}

/// The name in `mod name;`.
fn declared_module(line: &str) -> Option<&str> {
    let line = line.trim().strip_suffix(';')?;
    let at = line.find("mod ")?;
    let before = &line[..at];
    (before.is_empty() || before.starts_with("pub")).then(|| &line[at + 4..])
}

/// Codes without a case file, each with the reason. The list only shrinks.
const WITHOUT_CASE: [(Code, &str); 20] = [
    (Code::ExposureLocked, "needs many answers: tests/suite/exposure.rs"),
    (Code::UnknownToken, "tokens are not in SQL: engine/server/src/http/keeping/tests.rs"),
    (Code::UnknownEntry, "entries are not in SQL: engine/server/src/http/keeping/tests.rs"),
    (Code::Frozen, "freezes are not in SQL: tests/suite/desk/freezes.rs"),
    (Code::UnknownChange, "ids are not in SQL: tests/suite/desk/life.rs"),
    (Code::ChangeConflict, "changes are not in SQL: tests/suite/desk/life.rs"),
    (Code::ChangeStale, "changes are not in SQL: tests/suite/desk/life.rs"),
    (Code::OwnChange, "changes are not in SQL: tests/suite/desk/life.rs"),
    (Code::SignatureInvalid, "signatures are not in SQL: tests/suite/desk/life.rs"),
    (Code::PolicyInvalid, "policies are not in SQL: tests/suite/desk/life.rs"),
    (Code::FormNotAllowed, "forms are not in SQL: tests/suite/forms.rs"),
    (Code::AnswerTooLarge, "forms are not in SQL: tests/suite/forms.rs"),
    (Code::HeldForReview, "answers are not in SQL: tests/suite/reviews/attacks.rs"),
    (Code::RefusedByReview, "answers are not in SQL: tests/suite/reviews/life.rs"),
    (Code::UnknownReview, "ids are not in SQL: tests/suite/reviews/attacks.rs"),
    (Code::ReviewConflict, "votes are not in SQL: tests/suite/reviews/attacks.rs"),
    (Code::UnknownQuery, "ids are not in SQL: tests/suite/strangers.rs"),
    (Code::NoResult, "needs a query that is still running"),
    (Code::Unavailable, "needs a ledger that fails"),
    (Code::ExecutionFailed, "a defect by definition: no SQL may reach it"),
];

#[test]
fn every_refusal_code_has_a_case() {
    let cases: String = files("tests/cases", "case").into_iter().map(|file| file.text).collect();
    let mut wrong = vec![];
    for code in Code::ALL {
        let has_case = cases.contains(&format!(", refused: {}\n", code.as_str()));
        let excused = WITHOUT_CASE.iter().any(|(excused, _)| excused == code);
        match (has_case, excused) {
            (false, false) => wrong.push(format!("`{}` has no case", code.as_str())),
            (true, true) => wrong.push(format!("`{}` has a case: shorten the list", code.as_str())),
            (true, false) | (false, true) => {}
        }
    }
    none(wrong);
}
