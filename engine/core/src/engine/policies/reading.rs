//! What can be read at the desk.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Bundle, told};
use crate::clock::{moment, moment_of, rfc3339};
use crate::engine::{Caller, Engine};
use crate::ids::{BundleDigest, ChangeId};
use crate::policy::{PolicyFiles, PolicyRevision};
use crate::refusal::{Code, Finding, Refusal};
use crate::vault::unavailable;

impl Engine {
    pub(super) async fn tell_in_force(&self) -> Result<Value, Refusal> {
        let desk = self.desk.lock().await;
        let now = moment(self.clock.as_ref());
        let in_force = desk.in_force(now).ok_or_else(nothing_in_force)?;
        let scheduled = desk.revisions().iter().filter(|one| one.number > in_force.number);
        Ok(json!({
            "in_force": told::revision(in_force, &desk, now),
            "scheduled": scheduled.map(|one| told::revision(one, &desk, now)).collect::<Vec<_>>(),
            "frozen": desk.freezes().filter(|one| one.holds()).map(told::freeze).collect::<Vec<_>>(),
        }))
    }

    pub(super) async fn tell_history(&self) -> Value {
        let desk = self.desk.lock().await;
        let now = moment(self.clock.as_ref());
        let newest_first = desk.revisions().iter().rev();
        json!({ "revisions": newest_first.map(|one| told::revision(one, &desk, now)).collect::<Vec<_>>() })
    }

    pub(super) async fn tell_changes(&self) -> Value {
        let desk = self.desk.lock().await;
        let mut changes: Vec<_> = desk.changes().collect();
        changes.sort_by_key(|change| std::cmp::Reverse(change.begun_at));
        json!({ "changes": changes.into_iter().map(|one| told::change(one, &desk)).collect::<Vec<_>>() })
    }

    pub(super) async fn tell_change(&self, id: &ChangeId) -> Result<Value, Refusal> {
        let desk = self.desk.lock().await;
        desk.change(id).map(|change| told::change(change, &desk)).ok_or_else(|| no_change(id))
    }

    pub(super) async fn tell_freezes(&self) -> Value {
        let desk = self.desk.lock().await;
        json!({ "freezes": desk.freezes().map(told::freeze).collect::<Vec<_>>() })
    }

    pub(super) async fn tell_files(&self, bundle: &Bundle) -> Result<Value, Refusal> {
        let digest = self.digest_of(bundle).await?;
        let files = self.files_of(&digest).await?;
        let texts: serde_json::Map<String, Value> =
            files.texts().map(|(path, text)| (path.to_owned(), json!(text))).collect();
        Ok(json!({ "bundle": digest.as_str(), "files": texts }))
    }

    pub(super) async fn tell_matrix(&self, bundle: &Bundle) -> Result<Value, Refusal> {
        let digest = self.digest_of(bundle).await?;
        let files = self.files_of(&digest).await?;
        let revision = PolicyRevision::from_files(&files).await.map_err(|e| invalid(&e))?;
        let matrix = self.inspection().matrix(&revision);
        Ok(json!({ "bundle": digest.as_str(), "matrix": matrix }))
    }

    pub(super) async fn tell_statement(
        &self,
        caller: &Caller,
        id: &ChangeId,
        effective_at: Option<OffsetDateTime>,
    ) -> Result<Value, Refusal> {
        let desk = self.desk.lock().await;
        let change = desk.open_change(id)?;
        let is_author = change.author == caller.user;
        let effective_at = match change.proposal() {
            Some(proposal) if !is_author => proposal.effective_at,
            Some(_) | None => effective_at.map(moment_of),
        };
        let statement = desk.statement(change, effective_at).ok_or_else(|| no_change(id))?;
        let (part, text) = if is_author {
            ("author", statement.of_author(&caller.user))
        } else {
            ("approver", statement.of_approver(&caller.user))
        };
        Ok(json!({
            "change": id.as_str(),
            "bundle": change.bundle.as_str(),
            "base": change.base,
            "effective_at": effective_at.map(rfc3339),
            "part": part,
            "statement": text,
        }))
    }

    pub(super) async fn digest_of(&self, bundle: &Bundle) -> Result<BundleDigest, Refusal> {
        let desk = self.desk.lock().await;
        let found = match bundle {
            Bundle::InForce => desk.in_force(moment(self.clock.as_ref())).map(|one| &one.bundle),
            Bundle::Revision(number) => desk.revision(*number).map(|one| &one.bundle),
            Bundle::Change(id) => desk.change(id).map(|change| &change.bundle),
        };
        found.cloned().ok_or_else(|| {
            let hint =
                "the history has the numbers of all revisions, the list of changes their ids";
            Refusal::new(Code::UnknownChange, "there is no such revision or change", hint)
        })
    }

    /// The files of a bundle that the log speaks of.
    pub(super) async fn files_of(&self, digest: &BundleDigest) -> Result<PolicyFiles, Refusal> {
        let found = self.vault.ledger.document(digest.as_str()).await;
        let bytes = found.map_err(|error| unavailable(&error))?;
        bytes.as_deref().and_then(PolicyFiles::from_bundle).ok_or_else(|| {
            Refusal::unavailable(format!("the policy bundle {digest} is not in the ledger"))
        })
    }
}

pub(super) fn no_change(id: &ChangeId) -> Refusal {
    let hint = "the list of changes has their ids";
    Refusal::new(Code::UnknownChange, format!("there is no policy change `{id}`"), hint)
}

fn nothing_in_force() -> Refusal {
    Refusal::unavailable("no policy is in force")
}

/// Files that cannot be read, each mistake with its place.
pub(super) fn invalid(errors: &crate::policy::PolicyErrors) -> Refusal {
    listing(errors.problems().iter().map(crate::engine::inspection::finding).collect())
}

/// Everything that has to be mended.
pub(super) fn listing(findings: Vec<Finding>) -> Refusal {
    let first = findings.first().map_or_else(String::new, |one| {
        format!("{}:{}:{}: {}", one.file, one.line, one.column, one.detail)
    });
    let hint = findings.first().map_or_else(String::new, |one| one.hint.clone());
    let detail = match findings.len() {
        0 | 1 => first,
        many => format!("{many} things are wrong; the first is {first}"),
    };
    Refusal::new(Code::PolicyInvalid, detail, hint).listing(findings)
}
