//! Changes begun and edited from a folder.

use std::path::Path;

use serde_json::{Value, json};
use tresor_core::ids::ChangeId;
use tresor_core::policy::PolicyFiles;

use super::client::Desk;
use super::{Said, Source, files, told};
use crate::stop::Stop;

/// Begins a change with the files of a folder.
pub(super) fn draft(desk: &Desk, title: &str, reason: &str, from: &Path) -> Result<Said, Stop> {
    let (number, there) = files::latest(desk)?;
    let Some(mut body) = files::difference(&there, &files::in_folder(from)?) else {
        return Err(the_same(from, &format!("revision {number}")));
    };
    add(&mut body, "title", json!(title));
    add(&mut body, "reason", json!(reason));
    let change = desk.send("policies/changes", &body)?;
    Ok(Said::well(desk.told(&change, told::change)))
}

/// Gives a change the files of a folder.
pub(super) fn edit(desk: &Desk, id: &ChangeId, from: &Path) -> Result<Said, Stop> {
    let there = files::downloaded(desk, &id.into())?;
    let Some(body) = files::difference(&there, &files::in_folder(from)?) else {
        return Err(the_same(from, "the change"));
    };
    let change = desk.patch(&format!("policies/changes/{id}/files"), &body)?;
    Ok(Said::well(desk.told(&change, told::change)))
}

/// Begins a change that brings an earlier revision back.
pub(super) fn revert(desk: &Desk, number: u64, reason: &str) -> Result<Said, Stop> {
    let title = format!("back to revision {number}");
    let body = json!({ "title": title, "reason": reason, "reverts": number });
    let change = desk.send("policies/changes", &body)?;
    Ok(Said::well(desk.told(&change, told::change)))
}

/// Puts a change on the latest revision, with the files of a folder where one is given.
pub(super) fn rebase(desk: &Desk, id: &ChangeId, from: Option<&Path>) -> Result<Said, Stop> {
    let body = match from {
        None => json!({}),
        Some(folder) => {
            let wanted = files::in_folder(folder)?;
            let change = desk.get(&format!("policies/changes/{id}"))?;
            let base = change.get("base").and_then(Value::as_u64).unwrap_or_default();
            let old = files::downloaded(desk, &Source::Revision(base))?;
            let (_, new) = files::latest(desk)?;
            let mine = files::downloaded(desk, &id.into())?;
            exactly(&wanted, &old, &new, &mine)
        }
    };
    let change = desk.send(&format!("policies/changes/{id}/rebase"), &body)?;
    Ok(Said::well(desk.told(&change, told::change)))
}

/// What makes the outcome of a rebase exactly these files: every text is said, and of what the merge would keep, what goes.
fn exactly(
    wanted: &PolicyFiles,
    old: &PolicyFiles,
    new: &PolicyFiles,
    mine: &PolicyFiles,
) -> Value {
    let stays = |path: &str| {
        let untouched = mine.text(path) == old.text(path);
        new.text(path).is_some() || (!untouched && mine.text(path).is_some())
    };
    let set: serde_json::Map<String, Value> =
        wanted.texts().map(|(path, text)| (path.to_owned(), json!(text))).collect();
    let mut remove: Vec<&str> = new
        .texts()
        .chain(mine.texts())
        .map(|(path, _)| path)
        .filter(|path| wanted.text(path).is_none() && stays(path))
        .collect();
    remove.sort_unstable();
    remove.dedup();
    json!({ "set": set, "remove": remove })
}

fn add(body: &mut Value, key: &str, value: Value) {
    if let Some(body) = body.as_object_mut() {
        body.insert(key.to_owned(), value);
    }
}

fn the_same(folder: &Path, what: &str) -> Stop {
    Stop::because(format!("`{}` has the same files as {what}", folder.display()))
}
