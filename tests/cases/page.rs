//! Pages that are made from cases: a frame says what is told where, marked cases bring the examples.
//!
//! A case is marked by a line `# <word of the page>: <theme>` below its title; a line `<!-- cases: <theme> -->` of the
//! frame is replaced by all cases of the theme. `<!-- list: .. -->` brings what comes from the code, `<!-- truth: .. -->` and
//! `<!-- fields: .. -->` what the town and the profiles say ([`crate::officers`]).

use std::path::PathBuf;

use crate::example::{self, Style};
use crate::story::{Case, Story};
use crate::{listing, officers};

/// A page of the manual.
pub(crate) struct Page {
    /// The word that marks its cases.
    word: &'static str,
    /// Below `tests/cases`.
    frame: &'static str,
    /// Below the root of the repository.
    file: &'static str,
    style: Style,
}

/// Every page.
pub(crate) const PAGES: [Page; 2] = [
    Page { word: "manual", frame: "manual/sql.md", file: "docs/sql.md", style: Style::Researcher },
    Page {
        word: "control",
        frame: "control/disclosure-control.md",
        file: "docs/disclosure-control.md",
        style: Style::Officer,
    },
];

impl Page {
    /// Its name among the tests.
    pub(crate) fn name(&self) -> String {
        format!("page {}", self.file)
    }

    /// Writes it anew.
    pub(crate) fn write(&self, stories: &[Story]) {
        std::fs::write(self.path(), self.rendered(stories)).unwrap();
    }

    /// The page as it should be.
    pub(crate) fn rendered(&self, stories: &[Story]) -> String {
        let marked: Vec<(&str, &Case)> = stories
            .iter()
            .flat_map(|story| &story.cases)
            .flat_map(|case| case.themes(self.word).map(move |theme| (theme, case)))
            .collect();
        let mut used = vec![];
        let mut page = String::new();
        let frame = std::fs::read_to_string(folder().join("cases").join(self.frame)).unwrap();
        for line in frame.lines() {
            match marker(line) {
                Some(("cases", theme)) => {
                    used.push(theme);
                    page.push_str(&self.examples(theme, &marked));
                }
                Some(("list", what)) => page.push_str(&listing::of(what)),
                Some(("truth", columns)) => page.push_str(&officers::truth(columns)),
                Some(("fields", names)) => page.push_str(&officers::fields(names)),
                Some((other, _)) => panic!("{} has an unknown marker `{other}`", self.frame),
                None => page.push_str(line),
            }
            page.push('\n');
        }
        for (theme, case) in marked {
            assert!(
                used.contains(&theme),
                "`{}` is for `{theme}`: not in {}",
                case.title,
                self.frame
            );
        }
        page
    }

    /// Whether the page is what the cases make of it.
    pub(crate) fn compare(&self, wanted: &str) -> Result<(), String> {
        let found = std::fs::read_to_string(self.path()).unwrap_or_default();
        if found == wanted {
            return Ok(());
        }
        let line = found.lines().zip(wanted.lines()).take_while(|(f, w)| f == w).count() + 1;
        let file = self.file;
        Err(format!(
            "{file} is stale from line {line} on; write it anew with TRESOR_CASES=complete"
        ))
    }

    fn path(&self) -> PathBuf {
        folder().join("..").join(self.file)
    }

    fn examples(&self, theme: &str, marked: &[(&str, &Case)]) -> String {
        let all: Vec<String> = marked
            .iter()
            .filter(|(found, _)| *found == theme)
            .map(|(_, case)| example::of(case, self.style))
            .collect();
        assert!(!all.is_empty(), "no case has the theme `{theme}` of {}", self.frame);
        all.join("\n\n")
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// `<!-- word: rest -->`
fn marker(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(": ")
}
