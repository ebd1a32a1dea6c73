//! What a change changes: the texts, line by line, and who may use what.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use similar::TextDiff;

use super::reading::no_change;
use crate::engine::Engine;
use crate::ids::ChangeId;
use crate::policy::{PolicyFiles, PolicyRevision};
use crate::refusal::Refusal;

/// Unchanged lines around each change.
const CONTEXT: usize = 3;

impl Engine {
    /// The change against the latest revision.
    pub(super) async fn difference(&self, id: &ChangeId) -> Result<Value, Refusal> {
        let (against, number, bundle) = {
            let desk = self.desk.lock().await;
            let change = desk.change(id).ok_or_else(|| no_change(id))?;
            let latest = desk.latest().ok_or_else(|| Refusal::unavailable("no policy"))?;
            (latest.bundle.clone(), latest.number, change.bundle.clone())
        };
        let (old, new) = (self.files_of(&against).await?, self.files_of(&bundle).await?);
        Ok(json!({
            "change": id.as_str(),
            "bundle": bundle.as_str(),
            "against": { "revision": number, "bundle": against.as_str() },
            "files": files(&old, &new),
            "access": self.access(&old, &new).await,
        }))
    }

    /// How the access matrix changes; nothing while the new files have mistakes.
    async fn access(&self, old: &PolicyFiles, new: &PolicyFiles) -> Option<String> {
        let old = PolicyRevision::from_files(old).await.ok()?;
        let new = PolicyRevision::from_files(new).await.ok()?;
        let inspection = self.inspection();
        let (old, new) = (inspection.matrix(&old), inspection.matrix(&new));
        Some(lines("access", "access", &old, &new))
    }
}

fn files(old: &PolicyFiles, new: &PolicyFiles) -> Vec<Value> {
    let paths: BTreeSet<&str> = old.texts().chain(new.texts()).map(|(path, _)| path).collect();
    paths
        .into_iter()
        .filter(|path| old.text(path) != new.text(path))
        .map(|path| {
            let (before, after) = (old.text(path), new.text(path));
            let change = match (before, after) {
                (None, _) => "added",
                (_, None) => "removed",
                (Some(_), Some(_)) => "changed",
            };
            let file = format!("policies/{path}");
            let difference =
                lines(&file, &file, before.unwrap_or_default(), after.unwrap_or_default());
            json!({ "path": path, "change": change, "difference": difference })
        })
        .collect()
}

/// A unified difference.
fn lines(from: &str, to: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(from, to)
        .to_string()
}
