//! Answers that leave: each time one does, it is durable first that it did.

use serde_json::json;
use tresor_ledger::{Kind, NewEntry, digest_of};

use super::{Caller, Engine};
use crate::clock::moment;
use crate::ids::{ProjectId, QueryId};
use crate::refusal::Refusal;
use crate::vault::unavailable;

impl Engine {
    /// Records that these bytes about an answer leave, in this form. Fetching twice is two entries.
    ///
    /// # Errors
    /// When it cannot be recorded: then nothing leaves (FAIL-CLOSED).
    pub async fn handed_out(
        &self,
        caller: &Caller,
        id: &QueryId,
        project: &ProjectId,
        form: &str,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        let in_force = self.in_force()?;
        let now = in_force.now();
        let mut entry =
            NewEntry::new(Kind::Download, caller.user.as_str(), moment(self.clock.as_ref()));
        let membership = in_force.revision().enter(&caller.user, project, now);
        entry.role = membership.ok().map(|membership| membership.role().to_owned());
        entry.account = Some(project.to_string());
        entry.query_id = Some(id.to_string());
        entry.body = json!({
            "form": form,
            "bytes": bytes.len(),
            "digest": digest_of(bytes),
            "policy_revision": in_force.revision().number(),
        });
        self.vault.ledger.record(entry).await.map(|_| ()).map_err(|error| unavailable(&error))
    }
}
