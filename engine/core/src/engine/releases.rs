//! What a record of one release says beside the answer itself: who asked, for whom, under which policy, and how it was
//! signed off. For whoever may read the answer.
//!
//! Must never know: rows, and who reviewed an answer; its author is told that two people did.

use serde_json::Value;
use tresor_ledger::{QueryRecord, ReviewState};

use super::{Caller, Engine};
use crate::clock::rfc3339;
use crate::ids::{ProjectId, QueryId, UserId};
use crate::refusal::Refusal;
use crate::vault::{Released, held, unavailable};

/// One release.
#[derive(Debug, Clone)]
pub struct ReleaseRecord {
    /// The query.
    pub query: String,
    /// Who asked.
    pub person: Named,
    /// In which role.
    pub role: String,
    /// The project that paid.
    pub project: Named,
    /// Who does the project, and its address in a public list of organisations.
    pub organisation: (String, Option<String>),
    /// The SQL text, unless it was erased.
    pub sql: Option<String>,
    /// Its shape, without literals.
    pub fingerprint: String,
    /// When it was asked, RFC 3339.
    pub submitted_at: String,
    /// When the answer was made.
    pub settled_at: String,
    /// When two people agreed to its release, where they had to.
    pub reviewed_at: Option<String>,
    /// What the answer says of itself: columns, summary, notes, and the record of the release. No rows.
    pub about: Value,
}

/// Something with an id, and what people call it.
#[derive(Debug, Clone)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name; the id where the policy in force knows no name.
    pub name: String,
}

impl Engine {
    /// The record of a release.
    ///
    /// # Errors
    /// As for the answer: not there, not the caller's, or not released.
    pub async fn release(&self, caller: &Caller, id: &QueryId) -> Result<ReleaseRecord, Refusal> {
        let query = self.own_query(caller, id).await?;
        let about = self.about_released(id).await?;
        let review = self.vault.ledger.review(id.as_str(), "").await;
        let review = review.map_err(|error| unavailable(&error))?;
        let released = review.filter(|review| review.state == ReviewState::Released);
        let reviewed_at = released.and_then(|review| review.decided_at).map(rfc3339);
        let sealed = self.vault.ledger.opening(query.intent_seq).await;
        let sealed = sealed.map_err(|error| unavailable(&error))?;
        let sql = sealed.into_iter().find(|opening| opening.field == "sql").map(|sql| sql.text);
        self.record_of(query, about, sql, reviewed_at)
    }

    async fn about_released(&self, id: &QueryId) -> Result<Value, Refusal> {
        let stored = self.vault.ledger.answer(id.as_str()).await.map_err(|e| unavailable(&e))?;
        match stored {
            Some(tresor_ledger::Answer::Released(stored)) => Released::recall(stored).about(),
            Some(tresor_ledger::Answer::Held) => Err(held()),
            Some(tresor_ledger::Answer::Refused) => Err(self.refused_by_review(id).await),
            None => Err(Refusal::internal("asked for the record of a release that is not there")),
        }
    }

    fn record_of(
        &self,
        query: QueryRecord,
        about: Value,
        sql: Option<String>,
        reviewed_at: Option<String>,
    ) -> Result<ReleaseRecord, Refusal> {
        let in_force = self.in_force()?;
        let revision = in_force.revision();
        let project = ProjectId::new(query.account.clone()).ok();
        let project = project.and_then(|id| revision.project(&id));
        let person = UserId::new(query.user.clone()).ok();
        let person = person.and_then(|user| revision.person(&user));
        let organisation = project.map(|project| &project.about.organisation);
        let named =
            |id: String, name: Option<String>| Named { name: name.unwrap_or(id.clone()), id };
        Ok(ReleaseRecord {
            person: named(query.user, person.map(|person| person.display_name.clone())),
            project: named(query.account, project.map(|project| project.title.clone())),
            organisation: organisation
                .map(|known| (known.name.clone(), known.id.clone()))
                .unwrap_or_default(),
            role: query.role,
            sql,
            fingerprint: query.sql_fingerprint,
            submitted_at: rfc3339(query.submitted_at),
            settled_at: rfc3339(query.ended_at.unwrap_or(query.submitted_at)),
            reviewed_at,
            about,
            query: query.query_id,
        })
    }
}
