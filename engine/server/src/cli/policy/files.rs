//! Bundles on this side: read from folders, downloaded, compared, written out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tresor_core::ids::ChangeId;
use tresor_core::policy::PolicyFiles;

use super::Source;
use super::client::Desk;
use crate::cli::runtime;
use crate::stop::Stop;

/// The files of a folder.
pub(super) fn in_folder(folder: &Path) -> Result<PolicyFiles, Stop> {
    runtime::block_on(async {
        let read = PolicyFiles::read(folder).await;
        read.map_err(|errors| Stop::because(errors.to_string()))
    })
}

/// The files of a change or a revision, which have the digest that the server names: it is computed here.
pub(super) fn downloaded(desk: &Desk, of: &Source) -> Result<PolicyFiles, Stop> {
    let told = desk.get(&format!("policies/{}/files", of.path()))?;
    let texts = told.get("files").and_then(Value::as_object);
    let texts: Option<BTreeMap<String, String>> = texts.and_then(|texts| {
        texts.iter().map(|(path, text)| Some((path.clone(), text.as_str()?.to_owned()))).collect()
    });
    let files = texts.map(PolicyFiles::from_texts);
    let named = told.get("bundle").and_then(Value::as_str);
    files.filter(|files| Some(files.digest().as_str()) == named).ok_or_else(|| {
        Stop::because("the server sent files that do not have the digest that it names")
    })
}

/// The number and the files of the latest revision.
pub(super) fn latest(desk: &Desk) -> Result<(u64, PolicyFiles), Stop> {
    let told = desk.get("policies/revisions")?;
    let number = told.pointer("/revisions/0/number").and_then(Value::as_u64);
    let number = number.ok_or_else(|| Stop::because("the server names no revision"))?;
    Ok((number, downloaded(desk, &Source::Revision(number))?))
}

/// What has to be sent so that the files that are there become those that are wanted; nothing when they are.
pub(super) fn difference(there: &PolicyFiles, wanted: &PolicyFiles) -> Option<Value> {
    let set: BTreeMap<&str, &str> =
        wanted.texts().filter(|(path, text)| there.text(path) != Some(text)).collect();
    let remove: Vec<&str> =
        there.texts().map(|(path, _)| path).filter(|path| wanted.text(path).is_none()).collect();
    let differs = !(set.is_empty() && remove.is_empty());
    differs.then(|| json!({ "set": set, "remove": remove }))
}

/// Writes files to a folder that is new or empty.
pub(super) fn write(files: &PolicyFiles, folder: &Path) -> Result<usize, Stop> {
    let holds_something = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if holds_something {
        return Err(Stop::because(format!(
            "`{}` is not empty; choose a new folder, so that nothing of another bundle is among the files",
            folder.display()
        )));
    }
    let mut count: usize = 0;
    for (path, text) in files.texts() {
        if !is_plain(path) {
            return Err(Stop::because(format!("`{path}` is no path of a policy file")));
        }
        let place = folder.join(path);
        let parent = place.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .map_err(|error| Stop::file("cannot create the folder", parent, &error))?;
        fs::write(&place, text).map_err(|error| Stop::file("cannot write", &place, &error))?;
        count = count.saturating_add(1);
    }
    Ok(count)
}

/// A path that stays below the folder: `name` or `folder/name`, not hidden.
fn is_plain(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    path.split('/').count() <= 2 && path.split('/').all(plain)
}

impl Source {
    /// Its address below `policies/`.
    fn path(&self) -> String {
        match self {
            Self::Change(id) => format!("changes/{id}"),
            Self::Revision(number) => format!("revisions/{number}"),
        }
    }
}

impl From<&ChangeId> for Source {
    fn from(id: &ChangeId) -> Self {
        Self::Change(id.clone())
    }
}
