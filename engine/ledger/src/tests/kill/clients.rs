//! Several people at work on one ledger at the same time, until the process dies.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::notes::{Asked, Note, Notebook};
use crate::tests::dice::Dice;
use crate::{
    Answer, Decision, Idempotency, Intent, IntentReceipt, Kind, Ledger, LedgerError, Moment,
    NewEntry, NewToken, NewVote, Outcome, REVIEWERS, Remembered, Reservation, Voted, digest_of,
};

/// Accounts that are never empty, and one that often is.
pub(crate) const ACCOUNTS: [&str; 3] = ["heart-study", "lung-study", "narrow-study"];
const NARROW: usize = 2;
const PEOPLE: [&str; 3] = ["ana", "bo", "cem"];
const CHECKERS: [&str; 4] = ["chidi", "mira", "noor", "ana"];
const KEYS: u64 = 16;

/// What all clients of one life share.
pub(crate) struct Desk {
    pub(crate) ledger: Ledger,
    pub(crate) notebook: Arc<Notebook>,
    /// Queries with an answer, or with one that is held.
    pub(crate) known: Mutex<Vec<String>>,
    pub(crate) life: u64,
    /// Whether the ledger may close itself: the clients then go home.
    pub(crate) may_close: bool,
}

/// Every life has its moment.
pub(crate) fn moment(life: u64) -> Moment {
    Moment(1_790_000_000_000_000 + i64::try_from(life).unwrap())
}

/// Under this topic every query that is answered leaves its name.
pub(crate) const ANSWERED: &str = "answered";

/// The answer of a query: anybody can tell what it must be.
pub(crate) fn answer_to(query: &str) -> Vec<u8> {
    let digest = digest_of(query.as_bytes());
    let repeats = digest.bytes().take(6).map(usize::from).sum::<usize>() % 60;
    format!("{query}:{}", digest.repeat(repeats)).into_bytes()
}

/// One client. Goes on to its last act, or until the ledger closes itself where it may.
pub(crate) async fn work(desk: Arc<Desk>, client: u64, acts: u64, mut dice: Dice) {
    for number in 0..acts {
        let id = format!("q_{}_{client}_{number}", desk.life);
        let done = match dice.below(20) {
            0..=10 => desk.query(&id, &mut dice).await,
            11..=13 => desk.vote(&mut dice).await,
            14..=15 => desk.record(&id, &mut dice).await,
            16 => desk.token(&id, &mut dice).await,
            17..=18 => desk.read(&mut dice).await,
            _ => desk.balance(&mut dice).await,
        };
        match done {
            Ok(()) => {}
            Err(LedgerError::Unavailable(_)) if desk.may_close => return,
            Err(LedgerError::TryLater(_)) if desk.may_close => {}
            Err(error) => panic!("{error}"),
        }
    }
}

impl Desk {
    pub(crate) fn at(&self) -> Moment {
        moment(self.life)
    }

    fn note(&self, note: Note) {
        self.notebook.note(&note);
    }

    async fn query(&self, id: &str, dice: &mut Dice) -> Result<(), LedgerError> {
        let intent = self.intent(id, dice);
        self.note(Note::Asked(Asked::of(&intent)));
        let asked = id.to_owned();
        match self.ledger.reserve(intent).await? {
            Reservation::Fresh(receipt) => {
                let (seq, spent) = (Some(receipt.entry().seq()), Some(receipt.spent()));
                self.note(Note::Charged { query: asked, seq, spent });
                self.run(id, receipt, dice).await?;
            }
            Reservation::Replay { query_id } => {
                self.note(Note::Replayed { asked, query: query_id.clone() });
                self.take(&query_id).await?;
            }
            Reservation::Conflict => self.note(Note::Conflict { asked }),
            Reservation::OverBudget { spent, .. } => self.note(Note::Over { asked, spent }),
        }
        Ok(())
    }

    fn intent(&self, id: &str, dice: &mut Dice) -> Intent {
        let account = usize::try_from(dice.below(3)).unwrap();
        let limit = if account == NARROW { 60 + 20 * self.life } else { 1_000_000 };
        let idempotency = dice.one_in(3).then(|| {
            let key = dice.below(KEYS);
            let body = if dice.one_in(10) { "another".to_owned() } else { format!("body-{key}") };
            Idempotency { key: format!("key-{key}"), body_digest: body }
        });
        Intent {
            account: ACCOUNTS[account].to_owned(),
            user: (*dice.pick(&PEOPLE).unwrap()).to_owned(),
            idempotency,
            cost: 1 + dice.below(9),
            limit,
            at: self.at(),
            ..crate::tests::intent(id)
        }
    }

    async fn run(
        &self,
        id: &str,
        receipt: IntentReceipt,
        dice: &mut Dice,
    ) -> Result<(), LedgerError> {
        tokio::task::yield_now().await;
        let query = id.to_owned();
        match dice.below(10) {
            0 => {} // Never settled: a worker that hangs.
            1 => {
                let (class, sealed_cause) = ("limit".to_owned(), "cell `Smith`".to_owned());
                let failed = Outcome::Failed { class, sealed_cause };
                self.ledger.settle(receipt, failed, self.at()).await?;
                self.note(Note::Failed { query });
            }
            2..=3 => {
                self.ledger.settle(receipt, answered(id, REVIEWERS), self.at()).await?;
                self.note(Note::Held { query });
                self.known.lock().unwrap().push(id.to_owned());
            }
            _ => {
                let outcome = self.ledger.settle(receipt, answered(id, 0), self.at()).await?;
                self.note(Note::Answered { query, seq: Some(outcome.entry().seq()) });
                self.known.lock().unwrap().push(id.to_owned());
            }
        }
        Ok(())
    }

    async fn vote(&self, dice: &mut Dice) -> Result<(), LedgerError> {
        let waiting = self.ledger.held_reviews("chidi", 20).await?;
        let Some(review) = dice.pick(&waiting) else { return Ok(()) };
        let decision = if dice.one_in(4) { Decision::Refuse } else { Decision::Release };
        let query = review.query.query_id.clone();
        let checker = *dice.pick(&CHECKERS).unwrap();
        let vote = NewVote {
            policy_revision: Some(1),
            query_id: query.clone(),
            checker: checker.to_owned(),
            role: "checker".to_owned(),
            decision,
            to_author: "to the author".to_owned(),
            to_checkers: "to the others".to_owned(),
            at: self.at(),
        };
        match self.ledger.vote(vote).await? {
            Voted::Counted(state) => self.note(Note::voted(&query, checker, decision, state)),
            Voted::Before | Voted::Ended | Voted::NotTheirs => {}
        }
        Ok(())
    }

    async fn record(&self, id: &str, dice: &mut Dice) -> Result<(), LedgerError> {
        let mut entry = NewEntry::new(Kind::Refusal, "ana", self.at());
        entry.body = json!({ "code": "unknown_table", "id": id });
        let receipt = if dice.one_in(3) {
            let document = format!("policy of {id}").into_bytes();
            entry.kind = Kind::PolicyDraft;
            entry.body = json!({ "document": digest_of(&document) });
            self.ledger.record_document(entry, document).await?
        } else {
            self.ledger.record(entry).await?
        };
        let hash = receipt.leaf_hash().to_string();
        self.note(Note::Recorded { seq: receipt.seq(), hash });
        Ok(())
    }

    async fn token(&self, id: &str, dice: &mut Dice) -> Result<(), LedgerError> {
        let id = format!("t_{id}");
        let token = NewToken {
            policy_revision: Some(1),
            token_id: id.clone(),
            user: "ana".to_owned(),
            secret_hash: [3; 32],
            issued_at: self.at(),
            expires_at: Moment(self.at().0 + 1_000_000),
            issued_by: "ana".to_owned(),
        };
        self.ledger.store_token(token).await?;
        self.note(Note::Token { id: id.clone(), withdrawn: false });
        if dice.one_in(2) {
            self.ledger.revoke_token(&id, "ana", Some(1), self.at()).await?;
            self.note(Note::Token { id, withdrawn: true });
        }
        Ok(())
    }

    async fn read(&self, dice: &mut Dice) -> Result<(), LedgerError> {
        let account = *dice.pick(&ACCOUNTS).unwrap();
        let released = self.ledger.released_answers(account, 10).await?;
        let known = dice.pick(&self.known.lock().unwrap()).cloned();
        let released = dice.pick(&released).map(|query| query.query_id.clone());
        match if dice.one_in(2) { known } else { released } {
            Some(query) => self.take(&query).await,
            None => Ok(()),
        }
    }

    /// Takes the answer of a query, if it may leave.
    async fn take(&self, query: &str) -> Result<(), LedgerError> {
        if let Some(stored) = self.ledger.answer(query).await?.and_then(Answer::released) {
            let digest = digest_of(&stored.bytes);
            self.note(Note::Read { query: query.to_owned(), digest });
        }
        Ok(())
    }

    async fn balance(&self, dice: &mut Dice) -> Result<(), LedgerError> {
        let account = *dice.pick(&ACCOUNTS).unwrap();
        let spent = self.ledger.balance(account).await?;
        self.note(Note::Balance { account: account.to_owned(), spent });
        Ok(())
    }
}

/// The outcome of a query that ends well.
pub(crate) fn answered(query: &str, reviewers: u32) -> Outcome {
    let answer = answer_to(query);
    let digest = digest_of(&answer);
    Outcome::Released {
        answer,
        digest,
        summary: json!({ "cells": 1 }),
        sealed: vec![],
        reviewers,
        remembered: vec![Remembered { topic: ANSWERED.to_owned(), body: query.into() }],
    }
}
