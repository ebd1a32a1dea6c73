//! Texts of changes: begun, edited, put on a newer revision.

use std::collections::BTreeMap;

use serde_json::Value;
use tresor_ledger::digest_of;

use super::{Edit, reading::no_change, told};
use crate::clock::moment;
use crate::desk::{Act, Change, Draft};
use crate::engine::{Caller, Engine};
use crate::ids::{BundleDigest, ChangeId};
use crate::policy::PolicyFiles;
use crate::refusal::{Code, Refusal};

const TITLE_MAX: usize = 200;
const REASON_MAX: usize = 4_000;
/// Largest bundle, in bytes. A bundle of ten thousand rules has about one.
const BUNDLE_MAX: usize = 8 * 1024 * 1024;

type Texts = BTreeMap<String, String>;

impl Engine {
    pub(super) async fn begin(
        &self,
        caller: &Caller,
        title: String,
        reason: String,
        edit: Edit,
        reverts: Option<u64>,
    ) -> Result<Value, Refusal> {
        short("title", &title, TITLE_MAX)?;
        short("reason", &reason, REASON_MAX)?;
        let (base, from) = {
            let desk = self.desk.lock().await;
            let latest = desk.latest().ok_or_else(|| Refusal::unavailable("no policy"))?;
            let from = match reverts {
                None => latest,
                Some(number) => desk.revision(number).ok_or_else(|| no_revision(number))?,
            };
            (latest.number, from.bundle.clone())
        };
        let files = edited(texts(&self.files_of(&from).await?), edit)?;
        let change = self.new_change_id()?;
        self.save(caller, Draft { change, title, reason, base, bundle: from, reverts }, &files)
            .await
    }

    pub(super) async fn edit(
        &self,
        caller: &Caller,
        id: &ChangeId,
        edit: Edit,
    ) -> Result<Value, Refusal> {
        let change = self.change_to_edit(id).await?;
        let files = edited(texts(&self.files_of(&change.bundle).await?), edit)?;
        self.save(caller, again(change), &files).await
    }

    /// File by file: what only the change touched stays as it has it, what only the newer revisions touched comes from
    /// them, and what both touched has to be said.
    pub(super) async fn rebase(
        &self,
        caller: &Caller,
        id: &ChangeId,
        edit: Edit,
    ) -> Result<Value, Refusal> {
        let change = self.change_to_edit(id).await?;
        let (old, new, base) = {
            let desk = self.desk.lock().await;
            let latest = desk.latest().ok_or_else(|| no_change(id))?;
            let old = desk.revision(change.base).ok_or_else(|| no_change(id))?;
            (old.bundle.clone(), latest.bundle.clone(), latest.number)
        };
        let [old, new, mine] = [&old, &new, &change.bundle].map(|digest| self.files_of(digest));
        let (old, new, mine) = (texts(&old.await?), texts(&new.await?), texts(&mine.await?));
        let files = edited(merged(&old, &new, &mine, &edit)?, edit)?;
        self.save(caller, Draft { base, ..again(change) }, &files).await
    }

    /// Nothing is lost: texts with mistakes are kept too, and cannot be put forward.
    async fn save(
        &self,
        caller: &Caller,
        draft: Draft,
        files: &PolicyFiles,
    ) -> Result<Value, Refusal> {
        let bundle = files.to_bundle();
        if bundle.len() > BUNDLE_MAX {
            return Err(Refusal::new(
                Code::PolicyInvalid,
                "the policy files have more than 8 MiB together",
                "rules with `*` say more than one line for each column",
            ));
        }
        let digest = BundleDigest::new(digest_of(&bundle))
            .map_err(|error| Refusal::internal(error.to_string()))?;
        let id = draft.change.clone();
        let act = Act::Draft(Draft { bundle: digest, ..draft });
        self.take(caller, act, Some(bundle), None).await?;
        let desk = self.desk.lock().await;
        desk.change(&id).map(|change| told::change(change, &desk)).ok_or_else(|| no_change(&id))
    }

    async fn change_to_edit(&self, id: &ChangeId) -> Result<Change, Refusal> {
        self.desk.lock().await.open_change(id).cloned()
    }

    fn new_change_id(&self) -> Result<ChangeId, Refusal> {
        ChangeId::new(format!("c_{}", self.random_name()?))
            .map_err(|error| Refusal::internal(error.to_string()))
    }

    /// 16 random bytes, hexadecimal.
    pub(super) fn random_name(&self) -> Result<String, Refusal> {
        let mut bytes = [0_u8; 16];
        self.entropy.fill(&mut bytes).map_err(|error| Refusal::unavailable(error.to_string()))?;
        Ok(hex::encode(bytes))
    }

    /// When it is, as the ledger keeps it.
    pub(super) fn moment(&self) -> tresor_ledger::Moment {
        moment(self.clock.as_ref())
    }
}

fn again(change: Change) -> Draft {
    let Change { id, title, reason, base, bundle, reverts, .. } = change;
    Draft { change: id, title, reason, base, bundle, reverts }
}

fn texts(files: &PolicyFiles) -> Texts {
    files.texts().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

fn edited(mut texts: Texts, edit: Edit) -> Result<PolicyFiles, Refusal> {
    for path in edit.remove {
        if texts.remove(&path).is_none() {
            return Err(wrong(format!("there is no file `policies/{path}` to remove")));
        }
    }
    for (path, text) in edit.set {
        if !is_path(&path) {
            return Err(wrong(format!("`{path}` is no path of a policy file")));
        }
        texts.insert(path, text);
    }
    Ok(PolicyFiles::from_texts(texts))
}

fn merged(old: &Texts, new: &Texts, mine: &Texts, edit: &Edit) -> Result<Texts, Refusal> {
    let (mut merged, mut both) = (new.clone(), vec![]);
    let paths: std::collections::BTreeSet<&String> = old.keys().chain(mine.keys()).collect();
    for path in paths.into_iter().filter(|path| mine.get(*path) != old.get(*path)) {
        let said = edit.set.contains_key(path) || edit.remove.contains(path);
        if !said && new.get(path) != old.get(path) && new.get(path) != mine.get(path) {
            both.push(format!("policies/{path}"));
        }
        match mine.get(path) {
            Some(text) => drop(merged.insert(path.clone(), text.clone())),
            None if said => {}
            None => drop(merged.remove(path)),
        }
    }
    if both.is_empty() {
        return Ok(merged);
    }
    Err(Refusal::new(
        Code::ChangeConflict,
        format!("changed here and in the latest revision: {}", both.join(", ")),
        "send the text that each of them is to have with the rebase",
    ))
}

/// `folder/name` or `name`, of plain characters: a path that is safe to write anywhere.
fn is_path(path: &str) -> bool {
    let plain = |part: &str| {
        !part.starts_with('.')
            && !part.is_empty()
            && part.len() <= 100
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    match path.split_once('/') {
        None => plain(path),
        Some((folder, name)) => plain(folder) && plain(name),
    }
}

fn short(what: &str, text: &str, most: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if !text.trim().is_empty() && length <= most {
        return Ok(());
    }
    Err(wrong(format!("`{what}` has {length} characters; write 1 to {most}")))
}

fn no_revision(number: u64) -> Refusal {
    Refusal::new(
        Code::UnknownChange,
        format!("there is no revision {number}"),
        "the history has the numbers of all revisions",
    )
}

fn wrong(detail: String) -> Refusal {
    let hint = "paths are as in the list of files: `projects/heart-study.toml`, `access/rules.csv`";
    Refusal::new(Code::PolicyInvalid, detail, hint)
}
