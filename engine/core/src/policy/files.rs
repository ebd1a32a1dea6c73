//! The policy folder as texts, before anybody asks what they mean.
//!
//! A file that nothing would read is an error: a misspelt `project/heart-study.toml` must not be silently without effect.
//! Must never know: what the files mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::nearest::did_you_mean;
use super::report::{Place, PolicyErrors, Report};

/// The access model.
pub(super) const MODEL: &str = "access/model.conf";
/// The access rules.
pub(super) const RULES: &str = "access/rules.csv";
/// People and their roles outside projects.
pub(super) const PEOPLE: &str = "people.toml";
/// Projects, one file each.
pub(super) const PROJECTS: &str = "projects";
/// Release profiles, one file each.
pub(super) const PROFILES: &str = "profiles";
/// What the policies should answer to which query, one file or more.
pub(super) const TESTS: &str = "tests";
/// Perturbation tables that profiles name, one file each.
pub(super) const PTABLES: &str = "ptables";

/// Files for people, which decide nothing.
const FOR_PEOPLE: [&str; 2] = ["README.md", "expected-access.txt"];

/// The texts of one policy folder, by path below the folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyFiles(BTreeMap<String, String>);

/// One file: its path below the folder and its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    path: &'a str,
    pub(super) text: &'a str,
}

impl PolicyFiles {
    /// Files from texts, by path below the policy folder.
    #[must_use]
    pub fn from_texts<P: Into<String>, T: Into<String>>(
        texts: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        Self(texts.into_iter().map(|(path, text)| (path.into(), text.into())).collect())
    }

    /// Reads the folder and its direct sub-folders. Hidden files and files for people are left out.
    ///
    /// # Errors
    /// When something cannot be read, is not UTF-8 or lies too deep.
    pub async fn read(folder: &Path) -> Result<Self, PolicyErrors> {
        let mut report = Report::default();
        let mut files = Self::default();
        let mut folders = vec![(folder.to_owned(), String::new())];
        while let Some((path, prefix)) = folders.pop() {
            match entries(&path).await {
                Ok(names) => {
                    for name in names {
                        let below = format!("{prefix}{name}");
                        files.take(path.join(&name), below, &mut folders, &mut report).await;
                    }
                }
                Err(cause) => report.add(
                    start_of(&prefix),
                    format!("the folder cannot be read ({cause})"),
                    "check that it exists and that this service may read it",
                ),
            }
        }
        report.into_result().map(|()| files)
    }

    async fn take(
        &mut self,
        path: PathBuf,
        below: String,
        folders: &mut Vec<(PathBuf, String)>,
        report: &mut Report,
    ) {
        let is_folder = tokio::fs::metadata(&path).await.is_ok_and(|what| what.is_dir());
        if is_folder && below.contains('/') {
            report.add(start_of(&below), "folders this deep are not read", "move its files up");
        } else if is_folder {
            folders.push((path, format!("{below}/")));
        } else {
            match tokio::fs::read(&path).await.map(String::from_utf8) {
                Ok(Ok(text)) => drop(self.0.insert(below, text)),
                Ok(Err(_)) => report.add(start_of(&below), "not UTF-8 text", "save it as UTF-8"),
                Err(cause) => report.add(
                    start_of(&below),
                    format!("the file cannot be read ({cause})"),
                    "check that this service may read it",
                ),
            }
        }
    }

    /// The file at this path; reports it when it is missing.
    pub(super) fn required(&self, path: &'static str, report: &mut Report) -> Option<Source<'_>> {
        let found = self.0.get(path).map(|text| Source { path, text });
        if found.is_none() {
            report.add(start_of(path), "the file is missing", "add it, see policies/README.md");
        }
        found
    }

    /// The `.toml` files directly in a folder, with their names without the ending.
    pub(super) fn in_folder(&self, folder: &str) -> impl Iterator<Item = (&str, Source<'_>)> {
        self.0.iter().filter_map(move |(path, text)| {
            let name = path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".toml")?;
            (!name.contains('/')).then_some((name, Source { path, text }))
        })
    }

    /// Reports every file that nothing reads.
    pub(super) fn report_strangers(&self, report: &mut Report) {
        for path in self.0.keys() {
            let known = match path.rsplit_once('/') {
                Some((PROJECTS | PROFILES | PTABLES | TESTS, name)) => name.ends_with(".toml"),
                _ => [MODEL, RULES, PEOPLE].contains(&path.as_str()),
            };
            if !known {
                let likely = [
                    MODEL,
                    RULES,
                    PEOPLE,
                    "projects/<id>.toml",
                    "profiles/<id>.toml",
                    "ptables/<id>.toml",
                    "tests/<id>.toml",
                ];
                report.add(start_of(path), "no such policy file", did_you_mean(path, likely));
            }
        }
    }

    /// The path and text of every file, by path.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text at this path.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The bundle in one piece: the sorted paths and texts, each with its length before it (8 bytes, big-endian).
    #[must_use]
    pub fn to_bundle(&self) -> Vec<u8> {
        let mut bundle = Vec::new();
        for part in self.0.iter().flat_map(|(path, text)| [path, text]) {
            bundle.extend((part.len() as u64).to_be_bytes());
            bundle.extend(part.as_bytes());
        }
        bundle
    }

    /// Reads what [`Self::to_bundle`] wrote; nothing when it is something else.
    #[must_use]
    pub fn from_bundle(mut bundle: &[u8]) -> Option<Self> {
        let mut files = BTreeMap::new();
        while !bundle.is_empty() {
            let path = part(&mut bundle)?;
            files.insert(path, part(&mut bundle)?);
        }
        Some(Self(files))
    }

    /// SHA-256 of the bundle, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.to_bundle()))
    }
}

impl<'a> Source<'a> {
    /// The place of a byte of the text.
    pub(super) fn place(&self, byte: usize) -> Place {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            file: format!("policies/{}", self.path),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |text| text.chars().count()) + 1,
        }
    }

    /// The lines with the byte at which each starts, without their line ends.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &'a str)> {
        let mut start = 0;
        self.text.split_inclusive('\n').map(move |line| {
            let at = start;
            start += line.len();
            (at, line.trim_end_matches(['\r', '\n']))
        })
    }
}

/// Takes the next part off a bundle.
fn part(bundle: &mut &[u8]) -> Option<String> {
    let (length, rest) = bundle.split_first_chunk::<8>()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    *bundle = rest;
    String::from_utf8(part.to_vec()).ok()
}

fn start_of(path: &str) -> Place {
    Place { file: format!("policies/{path}"), line: 1, column: 1 }
}

async fn entries(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut listing = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = listing.next_entry().await? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !FOR_PEOPLE.contains(&name.as_str()) {
            names.push(name);
        }
    }
    Ok(names)
}
