//! A second ledger, slow and plain: what the log says, entry by entry, and whether it could be true.
//!
//! It shares nothing with the ledger but the form of an entry.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::clients::answer_to;
use crate::{AuditEntry, Kind, digest_of};

/// Where a query stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stand {
    Running,
    Released,
    Held,
    Refused,
    Failed,
    Forfeited,
}

/// A query, as the log tells it.
#[derive(Debug)]
pub(crate) struct Charged {
    pub(crate) seq: u64,
    pub(crate) account: String,
    pub(crate) user: String,
    pub(crate) cost: u64,
    pub(crate) limit: u64,
    pub(crate) spent: u64,
    pub(crate) stand: Stand,
    pub(crate) end: Option<u64>,
    pub(crate) votes: BTreeSet<String>,
}

/// What a log says.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) queries: BTreeMap<String, Charged>,
    pub(crate) spent: BTreeMap<String, u64>,
    pub(crate) tokens: BTreeMap<String, bool>,
    /// Numbers and hashes of all entries.
    pub(crate) hashes: Vec<String>,
    /// What cannot be true.
    pub(crate) wrong: Vec<String>,
}

impl Books {
    pub(crate) fn of(entries: &[AuditEntry]) -> Self {
        let mut books = Self::default();
        for entry in entries {
            books.enter(entry);
        }
        books
    }

    fn enter(&mut self, entry: &AuditEntry) {
        let next = u64::try_from(self.hashes.len()).unwrap();
        self.must(entry.seq == next, || format!("entry {next} is missing"));
        self.hashes.push(entry.leaf_hash.to_string());
        match entry.kind {
            Kind::Intent => self.charge(entry),
            Kind::Outcome => self.settle(entry),
            Kind::Forfeited => self.end(entry, Stand::Forfeited),
            Kind::Review => self.vote(entry),
            Kind::ReviewEnded => self.end_review(entry),
            Kind::TokenIssued => {
                let known = self.tokens.insert(text(&entry.body, "token_id"), false);
                self.must(known.is_none(), || "a token was issued twice".to_owned());
            }
            Kind::TokenRevoked => {
                let known = self.tokens.insert(text(&entry.body, "token_id"), true);
                self.must(known == Some(false), || "a token was withdrawn twice".to_owned());
            }
            _ => {}
        }
    }

    fn charge(&mut self, entry: &AuditEntry) {
        let (query, account) = (named(&entry.query_id), named(&entry.account));
        let [cost, limit, before, after] =
            ["cost", "limit", "spent_before", "spent_after"].map(|name| number(&entry.body, name));
        let spent = self.spent.get(&account).copied().unwrap_or(0);
        self.must(before == spent && after == spent + cost, || format!("{query}: a wrong sum"));
        self.must(after <= limit, || format!("{query}: over the limit"));
        self.spent.insert(account.clone(), spent + cost);
        let charged = Charged {
            seq: entry.seq,
            account,
            user: entry.actor.clone(),
            cost,
            limit,
            spent: after,
            stand: Stand::Running,
            end: None,
            votes: BTreeSet::new(),
        };
        let twice = self.queries.insert(query.clone(), charged).is_some();
        self.must(!twice, || format!("{query}: charged twice"));
    }

    fn settle(&mut self, entry: &AuditEntry) {
        let stand = match text(&entry.body, "state").as_str() {
            "released" => Stand::Released,
            "held" => Stand::Held,
            _ => Stand::Failed,
        };
        if stand != Stand::Failed {
            let query = named(&entry.query_id);
            let right = digest_of(&answer_to(&query));
            let found = text(&entry.body, "answer_digest");
            self.must(found == right, || format!("{query}: another answer"));
        }
        self.end(entry, stand);
    }

    fn end(&mut self, entry: &AuditEntry, stand: Stand) {
        let query = named(&entry.query_id);
        let running =
            self.queries.get_mut(&query).filter(|charged| charged.stand == Stand::Running);
        let found = running.is_some();
        if let Some(charged) = running {
            (charged.stand, charged.end) = (stand, Some(entry.seq));
        }
        self.must(found, || format!("{query}: ended without a charge, or twice"));
    }

    fn vote(&mut self, entry: &AuditEntry) {
        let query = named(&entry.query_id);
        let held = self.queries.get_mut(&query).filter(|charged| charged.stand == Stand::Held);
        let mut counts = false;
        if let Some(charged) = held {
            counts = charged.votes.insert(entry.actor.clone()) && charged.user != entry.actor;
            let last = text(&entry.body, "state") == "decided";
            counts &= (charged.votes.len() == 2) == last;
        }
        self.must(counts, || format!("{query}: a vote that does not count"));
    }

    fn end_review(&mut self, entry: &AuditEntry) {
        let query = named(&entry.query_id);
        let held = self.queries.get_mut(&query).filter(|charged| charged.stand == Stand::Held);
        let decided = held.filter(|charged| charged.votes.len() == 2);
        let found = decided.is_some();
        if let Some(charged) = decided {
            charged.stand = match text(&entry.body, "state").as_str() {
                "released" => Stand::Released,
                _ => Stand::Refused,
            };
        }
        self.must(found, || format!("{query}: a review ended before everybody had decided"));
    }

    pub(crate) fn must(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(otherwise());
        }
    }
}

fn named(field: &Option<String>) -> String {
    field.clone().unwrap_or_default()
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}

fn number(body: &Value, name: &str) -> u64 {
    body[name].as_u64().unwrap_or(u64::MAX)
}
