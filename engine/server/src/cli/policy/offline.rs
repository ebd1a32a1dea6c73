//! What can be done with a policy folder without a server.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use tresor_core::clock::Clock;
use tresor_core::engine::{Inspected, inspect_folder};
use tresor_core::refusal::Finding;

use super::{Folder, Said};
use crate::cli::runtime;
use crate::home::Home;
use crate::real::{SystemClock, SystemEntropy};
use crate::signing::Officer;
use crate::stop::Stop;

/// The file that spells out who may use what.
const MATRIX: &str = "expected-access.txt";

/// Makes a signing key.
pub(super) fn key(out: &Path) -> Result<Said, Stop> {
    let officer = Officer::make(out, &SystemEntropy)?;
    Ok(Said::well(format!("signing_key = \"{}\"\n", officer.public())))
}

/// Every mistake with its place.
pub(super) fn check(folder: &Folder) -> Result<Said, Stop> {
    let Inspected { findings, tests, too_few_officers, digest, .. } = folder.inspected()?;
    let mut text = lines(&findings);
    if findings.is_empty() {
        let count = tests.len();
        let _never =
            writeln!(text, "no mistakes; policy tests that pass: {count}\nbundle {digest}");
    }
    if let Some(Finding { file, line, column, detail, hint }) = too_few_officers {
        let _never = writeln!(text, "warning: {file}:{line}:{column}: {detail}; {hint}");
    }
    Ok(Said::unless(findings.is_empty(), text, &how_many(&findings)))
}

/// Every policy test with its outcome.
pub(super) fn test(folder: &Folder) -> Result<Said, Stop> {
    let Inspected { findings, tests, .. } = folder.inspected()?;
    if tests.is_empty() && !findings.is_empty() {
        return Ok(Said { text: lines(&findings), fault: Some(how_many(&findings)) });
    }
    let mut text = String::new();
    for test in &tests {
        let outcome = if test.passed { "passed" } else { "FAILED" };
        let _never = writeln!(text, "{outcome}  {}: {}", test.place, test.name);
        if !test.passed {
            let _never = writeln!(text, "        {}", test.got);
        }
    }
    if tests.is_empty() {
        text.push_str("there are no policy tests; they stand in policies/tests\n");
    }
    let failed = tests.iter().filter(|test| !test.passed).count();
    let fault = format!("{failed} of {} policy tests failed", tests.len());
    Ok(Said::unless(failed == 0, text, &fault))
}

/// Who may use what, held against the file that says so.
pub(super) fn matrix(folder: &Folder, write: bool) -> Result<Said, Stop> {
    let Inspected { findings, matrix, .. } = folder.inspected()?;
    let Some(matrix) = matrix else {
        return Ok(Said { text: lines(&findings), fault: Some(how_many(&findings)) });
    };
    let path = folder.policies().join(MATRIX);
    if write {
        fs::write(&path, &matrix).map_err(|error| Stop::file("cannot write", &path, &error))?;
        return Ok(Said::well(format!("{} says who may use what\n", path.display())));
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    if stands == matrix {
        return Ok(Said::well(matrix));
    }
    let difference = TextDiff::from_lines(&stands, &matrix)
        .unified_diff()
        .header(MATRIX, "by the rules")
        .to_string();
    let fault = format!("{MATRIX} is not what the rules mean; `--write` writes it anew");
    Ok(Said { text: difference, fault: Some(fault) })
}

impl Folder {
    fn policies(&self) -> PathBuf {
        self.policies.clone().unwrap_or_else(|| Home::at(&self.home).policies())
    }

    fn inspected(&self) -> Result<Inspected, Stop> {
        runtime::block_on(async {
            let now = SystemClock::start().now();
            Ok(inspect_folder(&self.home, &self.policies(), now).await?)
        })
    }
}

fn lines(findings: &[Finding]) -> String {
    let line = |Finding { file, line, column, detail, hint }: &Finding| {
        format!("{file}:{line}:{column}: {detail}; {hint}\n")
    };
    findings.iter().map(line).collect()
}

fn how_many(findings: &[Finding]) -> String {
    match findings.len() {
        1 => "one mistake".to_owned(),
        many => format!("{many} mistakes"),
    }
}
