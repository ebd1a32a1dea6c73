//! Entries that are looked for, one by one, about one query, and day by day.

use serde_json::{Value, json};
use tresor_ledger::AuditEntry;

use super::walk::Walk;
use super::{Asked, Intents, Part, Search, number};
use crate::audit::{Days, listed};
use crate::clock::rfc3339;
use crate::engine::{Caller, Engine};
use crate::ids::QueryId;
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

/// Entries that one search looks at.
const LOOK_MAX: u64 = 20_000;
/// Entries whose texts one search opens to look into them.
const OPEN_MAX: u64 = 4_000;
/// Entries that are counted for one timeline.
const COUNT_MAX: u64 = 100_000;
/// Entries about one query in one answer.
const STORY_MAX: u32 = 1_000;

impl Engine {
    pub(super) async fn search(&self, caller: &Caller, search: Search) -> Result<Value, Refusal> {
        let mut asked = search.filter.logged();
        if let Some(asked) = asked.as_object_mut() {
            asked.insert("from".to_owned(), json!(search.from.map(number)));
            asked.insert("limit".to_owned(), json!(search.limit));
            let order = if search.oldest_first { "oldest" } else { "newest" };
            asked.insert("order".to_owned(), json!(order));
        }
        let asked = Asked {
            tool: "entries",
            asked,
            opens: search.open || search.text.is_some(),
            text: search.text.as_deref(),
            query: None,
        };
        let reading = self.reading(caller, asked).await?;
        let mut walk = if search.oldest_first {
            Walk::forwards(search.from, reading.seq, LOOK_MAX)
        } else {
            Walk::backwards(search.from, reading.seq, LOOK_MAX)
        };
        let limit = usize::try_from(search.limit).unwrap_or(usize::MAX);
        let (mut found, mut intents, mut opened, mut looked) = (vec![], Intents::default(), 0, 0);
        while found.len() < limit && opened < OPEN_MAX {
            let Some(entry) = walk.step(&self.vault.ledger).await? else { break };
            looked += 1;
            if search.filter.fits(&entry) && intents.say(self, &search.filter, &entry).await? {
                opened += u64::from(search.text.is_some());
                found.extend(self.found(&search, &entry).await?);
            }
        }
        Ok(json!({
            "entries": found,
            "next": walk.rest(),
            "looked_at": looked,
            "reading": reading.seq,
        }))
    }

    /// An entry that fits, unless the text is in none of its sealed texts.
    async fn found(&self, search: &Search, entry: &AuditEntry) -> Result<Option<Value>, Refusal> {
        let openings = match search.open || search.text.is_some() {
            true => self.openings_of(entry).await?,
            false => vec![],
        };
        let shown = if search.open { openings.as_slice() } else { &[] };
        let mut told = listed(entry, shown);
        if let Some(text) = &search.text {
            let text = text.to_lowercase();
            let has = openings.iter().filter(|opening| opening.text.to_lowercase().contains(&text));
            let fields: Vec<&str> = has.map(|opening| opening.field.as_str()).collect();
            if fields.is_empty() {
                return Ok(None);
            }
            if let Some(told) = told.as_object_mut() {
                told.insert("found_in".to_owned(), json!(fields));
            }
        }
        Ok(Some(told))
    }

    pub(super) async fn entry(
        &self,
        caller: &Caller,
        seq: u64,
        open: bool,
    ) -> Result<Value, Refusal> {
        let asked = json!({ "entry": number(seq) });
        let asked = Asked { tool: "entry", asked, opens: open, text: None, query: None };
        let reading = self.reading(caller, asked).await?;
        if seq >= reading.seq {
            return Err(no_entry());
        }
        let found = self.vault.ledger.entries(seq, 1).await.map_err(|error| unavailable(&error))?;
        let entry = found.first().ok_or_else(no_entry)?;
        let openings = if open { self.openings_of(entry).await? } else { vec![] };
        let mut told = listed(entry, &openings);
        if let Some(told) = told.as_object_mut() {
            let leaf = entry.leaf_data().map_err(|error| unavailable(&error))?;
            told.insert("leaf".to_owned(), json!(leaf));
            if open {
                let with_salt = |opening: &tresor_ledger::Opening| {
                    let salt = hex::encode(opening.salt);
                    json!({ "field": opening.field, "salt": salt, "text": opening.text })
                };
                let openings: Vec<Value> = openings.iter().map(with_salt).collect();
                told.insert("openings".to_owned(), json!(openings));
            }
        }
        Ok(told)
    }

    pub(super) async fn story(
        &self,
        caller: &Caller,
        id: &QueryId,
        open: bool,
        from: u64,
    ) -> Result<Value, Refusal> {
        let asked = json!({ "query": id.as_str(), "from": number(from) });
        let asked = Asked { tool: "timeline", asked, opens: open, text: None, query: Some(id) };
        let reading = self.reading(caller, asked).await?;
        let ledger = &self.vault.ledger;
        let query = ledger.query(id.as_str()).await.map_err(|error| unavailable(&error))?;
        let query = query.ok_or_else(no_query)?;
        let entries = ledger.entries_about(id.as_str(), from.min(reading.seq), STORY_MAX).await;
        let entries = entries.map_err(|error| unavailable(&error))?;
        let mut told = vec![];
        for entry in entries.iter().filter(|entry| entry.seq < reading.seq) {
            let openings = if open { self.openings_of(entry).await? } else { vec![] };
            told.push(listed(entry, &openings));
        }
        let whole = entries.len() < usize::try_from(STORY_MAX).unwrap_or(usize::MAX);
        let last = entries.last().map(|entry| entry.seq.saturating_add(1));
        Ok(json!({
            "query": query.query_id,
            "person": query.user,
            "project": query.account,
            "cost": query.cost,
            "submitted_at": rfc3339(query.submitted_at),
            "ended_at": query.ended_at.map(rfc3339),
            "entries": told,
            "next": last.filter(|_| !whole),
            "reading": reading.seq,
        }))
    }

    pub(super) async fn days(&self, caller: &Caller, part: Part) -> Result<Value, Refusal> {
        let mut asked = part.filter.logged();
        if let Some(asked) = asked.as_object_mut() {
            asked.insert("from".to_owned(), number(part.from));
        }
        let asked = Asked { tool: "timeline", asked, opens: part.open, text: None, query: None };
        let reading = self.reading(caller, asked).await?;
        let mut walk = Walk::forwards(Some(part.from), reading.seq, COUNT_MAX);
        let mut days = Days::default();
        while let Some(entry) = walk.step(&self.vault.ledger).await? {
            if part.filter.fits(&entry) {
                days.count(&entry);
            }
        }
        let who = match (&part.filter.person, &part.filter.project) {
            (Some(person), _) => format!("person={person}"),
            (None, project) => format!("project={}", project.as_deref().unwrap_or_default()),
        };
        Ok(json!({ "days": days.told(&who), "next": walk.rest(), "reading": reading.seq }))
    }
}

pub(super) fn no_query() -> Refusal {
    let hint = "the id of a query is `q_` and 32 hexadecimal digits; the entries about it have it";
    Refusal::new(Code::UnknownQuery, "there is no query with this id", hint)
}

pub(super) fn no_entry() -> Refusal {
    let hint = "entries are numbered from 0 without gaps; `/api/v1/audit/entries` begins with the last one";
    Refusal::new(Code::UnknownEntry, "the log has no entry of this number", hint)
}
