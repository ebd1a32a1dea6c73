//! Output review: two people look at an answer before it leaves, neither knowing what the other decides.
//!
//! Nobody reviews an answer of their own or of a project that they are in; to them it is not there
//! (NOT-YOURS-IS-NOT-THERE). Every reading of an answer is an entry in the log before a byte of it leaves. What the other
//! one decided is kept back by the ledger until both have.

mod told;
mod verdict;

use serde_json::{Value, json};
use tresor_ledger::{Kind, NewEntry, NewVote, ReviewRecord, ReviewState, Voted};

pub use self::verdict::{Decision, Verdict};
use super::board::InForce;
use super::policies::forbidden;
use super::{Caller, Engine, ReleasedBytes, ResultFormat};
use crate::clock::moment;
use crate::ids::{ProjectId, QueryId};
use crate::refusal::{Code, Refusal};
use crate::vault::{Released, unavailable};

/// Reviews that are listed while they wait, and after they have ended.
const WAITING_MAX: u32 = 1_000;
const ENDED_MAX: u32 = 100;
/// Earlier answers of the same project that are listed for comparison.
const EARLIER_MAX: u32 = 200;

/// What is done with reviews, as rules call it.
const READ: &str = "read";
const DECIDE: &str = "decide";

impl Engine {
    /// The answers that wait for a decision, oldest first, and those that were decided, newest first.
    ///
    /// # Errors
    /// [`Code::Forbidden`] unless policy lets the caller read reviews.
    pub async fn reviews(&self, caller: &Caller) -> Result<Value, Refusal> {
        let outcome = self.try_reviews(caller).await;
        self.logged_act(caller, "reviews", outcome).await
    }

    /// One review with all that can be known without the numbers: the question, what was hidden, the record of criteria,
    /// and the earlier answers of the project. The reading is logged.
    ///
    /// # Errors
    /// [`Code::UnknownReview`] when it is not there or not for the caller.
    pub async fn review(&self, caller: &Caller, id: &QueryId) -> Result<Value, Refusal> {
        let outcome = self.try_review(caller, id).await;
        self.logged_act(caller, "review", outcome).await
    }

    /// The answer under review, in a form that its release profile allows. The reading is logged.
    ///
    /// # Errors
    /// [`Code::UnknownReview`] when it is not there or not for the caller; or not in this form.
    pub async fn reviewed_answer(
        &self,
        caller: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<ReleasedBytes, Refusal> {
        let outcome = self.try_reviewed_answer(caller, id, format).await;
        self.logged_act(caller, "reviewed_answer", outcome).await
    }

    /// Decides about an answer, once and for good. The last decision ends the review.
    ///
    /// # Errors
    /// [`Code::UnknownReview`] when it is not there or not for the caller, [`Code::ReviewConflict`] when the caller
    /// decided before or the review has ended.
    pub async fn decide(
        &self,
        caller: &Caller,
        id: &QueryId,
        verdict: Verdict,
    ) -> Result<Value, Refusal> {
        let outcome = self.try_decide(caller, id, verdict).await;
        self.logged_act(caller, "review_decide", outcome).await
    }

    async fn try_reviews(&self, caller: &Caller) -> Result<Value, Refusal> {
        let in_force = self.in_force()?;
        may(&in_force, caller, READ)?;
        let (ledger, user) = (&self.vault.ledger, caller.user.as_str());
        let waiting = ledger.held_reviews(user, WAITING_MAX).await.map_err(|e| unavailable(&e))?;
        let ended = ledger.ended_reviews(ENDED_MAX).await.map_err(|e| unavailable(&e))?;
        Ok(json!({
            "held": self.listed(caller, &in_force, waiting).await?,
            "decided": self.listed(caller, &in_force, ended).await?,
        }))
    }

    async fn listed(
        &self,
        caller: &Caller,
        in_force: &InForce,
        reviews: Vec<ReviewRecord>,
    ) -> Result<Vec<Value>, Refusal> {
        let mut listed = vec![];
        for review in reviews.iter().filter(|review| is_for(caller, in_force, review)) {
            let outcome = review.query.outcome_seq.unwrap_or_default();
            let entries = self.vault.ledger.entries(outcome, 1).await;
            let entries = entries.map_err(|error| unavailable(&error))?;
            let summary = entries.first().and_then(|entry| entry.body.get("summary"));
            listed.push(told::listed(review, in_force.revision(), summary));
        }
        Ok(listed)
    }

    async fn try_review(&self, caller: &Caller, id: &QueryId) -> Result<Value, Refusal> {
        let review = self.reviewable(caller, id, READ).await?;
        let answer = self.opened(caller, &review, json!({ "what": "review" })).await?;
        let query = &review.query;
        let sealed = self.vault.ledger.opening(query.intent_seq).await;
        let sealed = sealed.map_err(|error| unavailable(&error))?;
        let earlier = self.vault.ledger.released_answers(&query.account, EARLIER_MAX).await;
        let parts = told::Parts {
            review: &review,
            about: answer.about()?,
            sql: sealed.into_iter().find(|opening| opening.field == "sql").map(|sql| sql.text),
            earlier: earlier.map_err(|error| unavailable(&error))?,
        };
        Ok(parts.told(self.in_force()?.revision()))
    }

    async fn try_reviewed_answer(
        &self,
        caller: &Caller,
        id: &QueryId,
        format: ResultFormat,
    ) -> Result<ReleasedBytes, Refusal> {
        self.steady_clock().await?;
        let review = self.reviewable(caller, id, READ).await?;
        let what = json!({ "what": "answer", "form": format.name() });
        let answer = self.opened(caller, &review, what).await?;
        let written = self.runtime.blocking(move || answer.write(format)).await;
        written.unwrap_or_else(|cause| Err(Refusal::internal(cause))).map(ReleasedBytes)
    }

    async fn try_decide(
        &self,
        caller: &Caller,
        id: &QueryId,
        verdict: Verdict,
    ) -> Result<Value, Refusal> {
        let review = self.reviewable(caller, id, DECIDE).await?;
        let Verdict { decision, to_author, to_checkers } = verdict;
        let vote = NewVote {
            query_id: review.query.query_id,
            checker: caller.user.to_string(),
            role: self.in_force()?.role(&caller.user).unwrap_or_default(),
            decision,
            to_author,
            to_checkers,
            policy_revision: self.revision_number(),
            at: moment(self.clock.as_ref()),
        };
        match self.vault.ledger.vote(vote).await.map_err(|error| unavailable(&error))? {
            Voted::Counted(_) => {}
            Voted::Before => return Err(conflict("you have decided about this answer before")),
            Voted::Ended => return Err(conflict("the review of this answer has ended")),
            Voted::NotTheirs => return Err(no_review()),
        }
        let review = self.reviewable(caller, id, READ).await?;
        Ok(told::decisions(&review))
    }

    /// A review, if policy lets the caller do this with reviews and it is one for the caller.
    async fn reviewable(
        &self,
        caller: &Caller,
        id: &QueryId,
        action: &str,
    ) -> Result<ReviewRecord, Refusal> {
        let in_force = self.in_force()?;
        may(&in_force, caller, action)?;
        let review = self.vault.ledger.review(id.as_str(), caller.user.as_str()).await;
        let review = review.map_err(|error| unavailable(&error))?;
        review.filter(|review| is_for(caller, &in_force, review)).ok_or_else(no_review)
    }

    /// The answer of a review, once it is durable that the caller reads it.
    async fn opened(
        &self,
        caller: &Caller,
        review: &ReviewRecord,
        what: Value,
    ) -> Result<Released, Refusal> {
        let query = &review.query;
        let in_force = self.in_force()?;
        let mut body = what;
        if let Some(body) = body.as_object_mut() {
            body.insert("policy_revision".to_owned(), json!(in_force.revision().number()));
        }
        let entry = NewEntry {
            role: in_force.role(&caller.user),
            account: Some(query.account.clone()),
            query_id: Some(query.query_id.clone()),
            body,
            ..NewEntry::new(Kind::ReviewRead, caller.user.as_str(), moment(self.clock.as_ref()))
        };
        let ledger = &self.vault.ledger;
        let reading = ledger.record(entry).await.map_err(|error| unavailable(&error))?;
        let held = ledger.held_answer(&query.query_id, reading).await;
        let held = held.map_err(|error| unavailable(&error))?;
        held.map(Released::for_checker).ok_or_else(|| Refusal::internal("a review has no answer"))
    }

    /// What checkers tell whoever asked, once all have decided.
    pub(super) async fn comments_to_author(&self, id: &QueryId) -> Result<Vec<String>, Refusal> {
        // Read as nobody, to whom the ledger gives no vote before the end.
        let review = self.vault.ledger.review(id.as_str(), "").await;
        let review = review.map_err(|error| unavailable(&error))?;
        let Some(review) = review.filter(|review| review.state != ReviewState::Held) else {
            return Ok(vec![]);
        };
        let comments = review.votes.into_iter().filter_map(|vote| vote.to_author);
        Ok(comments.filter(|comment| !comment.is_empty()).collect())
    }

    /// Why an answer that was refused is not there.
    pub(super) async fn refused_by_review(&self, id: &QueryId) -> Refusal {
        let comments = match self.comments_to_author(id).await {
            Ok(comments) => comments,
            Err(refusal) => return refusal,
        };
        let mut detail = "output checkers decided that this answer may not leave".to_owned();
        for comment in comments {
            detail.push_str("; one of them says: ");
            detail.push_str(&comment);
        }
        let hint = "ask again as they say; the price stays charged";
        Refusal::new(Code::RefusedByReview, detail, hint)
    }
}

fn may(in_force: &InForce, caller: &Caller, action: &str) -> Result<(), Refusal> {
    let allowed = in_force.allows(&caller.user, "reviews", action);
    if allowed { Ok(()) } else { Err(forbidden("reviews", action)) }
}

/// Whether it is a review of somebody else's work. A membership counts whatever its days are.
fn is_for(caller: &Caller, in_force: &InForce, review: &ReviewRecord) -> bool {
    let query = &review.query;
    let Ok(project) = ProjectId::new(query.account.clone()) else { return false };
    let project = in_force.revision().project(&project);
    let member = project.is_some_and(|project| project.member(&caller.user).is_some());
    query.user != caller.user.as_str() && !member
}

fn no_review() -> Refusal {
    Refusal::new(
        Code::UnknownReview,
        "there is no answer of this id for you to review",
        "GET /api/v1/reviews lists those there are; answers of your own and of projects that you are in are for others",
    )
}

fn conflict(detail: &str) -> Refusal {
    let hint = "GET /api/v1/reviews/{query} says where it stands; a decision is for good";
    Refusal::new(Code::ReviewConflict, detail, hint)
}
