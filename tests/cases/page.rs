//! The manual page, made from cases: `manual/sql.md` says what is told where, marked cases bring the examples.
//!
//! A case is marked by a line `# manual: <theme>` below its title; a line `<!-- cases: <theme> -->` of the frame is
//! replaced by all cases of the theme. Functions, limits and the tables of the examples come from the code.

use std::path::PathBuf;

use crate::example;
use crate::listing;
use crate::story::{Case, Story};

/// The page as it should be.
pub(crate) fn rendered(stories: &[Story]) -> String {
    let marked: Vec<(&str, &Case)> = stories
        .iter()
        .flat_map(|story| &story.cases)
        .flat_map(|case| case.themes().map(move |theme| (theme, case)))
        .collect();
    let mut used = vec![];
    let mut page = String::new();
    let frame = std::fs::read_to_string(folder().join("cases/manual/sql.md")).unwrap();
    for line in frame.lines() {
        match marker(line) {
            Some(("cases", theme)) => {
                used.push(theme);
                page.push_str(&examples(theme, &marked));
            }
            Some(("list", what)) => page.push_str(&listing::of(what)),
            Some((other, _)) => panic!("the frame of the manual has an unknown marker `{other}`"),
            None => page.push_str(line),
        }
        page.push('\n');
    }
    for (theme, case) in marked {
        assert!(used.contains(&theme), "`{}` is for `{theme}`, which the manual lacks", case.title);
    }
    page
}

/// Where the page is.
pub(crate) fn path() -> PathBuf {
    folder().join("../docs/sql.md")
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the page is what the cases make of it.
pub(crate) fn compare(wanted: &str) -> Result<(), String> {
    let found = std::fs::read_to_string(path()).unwrap_or_default();
    if found == wanted {
        return Ok(());
    }
    let line = found.lines().zip(wanted.lines()).take_while(|(f, w)| f == w).count() + 1;
    Err(format!(
        "docs/sql.md is stale from line {line} on; write it anew with TRESOR_CASES=complete"
    ))
}

fn examples(theme: &str, marked: &[(&str, &Case)]) -> String {
    let all: Vec<String> = marked
        .iter()
        .filter(|(found, _)| *found == theme)
        .map(|(_, case)| example::of(case))
        .collect();
    assert!(!all.is_empty(), "no case has the theme `{theme}` of the manual");
    all.join("\n\n")
}

/// `<!-- word: rest -->`
fn marker(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(": ")
}
