//! What in the log looks like an attack.

use serde_json::{Value, json};
use tresor_ledger::{AuditEntry, Kind};

use super::Part;
use super::walk::Walk;
use crate::audit::Gathered;
use crate::engine::{Caller, Engine};
use crate::refusal::Refusal;

/// Entries that one request looks at.
const ENTRIES_MAX: u64 = 40_000;
/// Queries that one request holds against each other.
const QUERIES_MAX: usize = 10_000;

impl Engine {
    pub(super) async fn patterns(&self, caller: &Caller, part: Part) -> Result<Value, Refusal> {
        let reading = self.reading_of(caller, "patterns", &part, None).await?;
        let mut walk = Walk::of_kinds(Gathered::KINDS, part.from, reading.seq, ENTRIES_MAX);
        let mut gathered = if part.open { Gathered::open() } else { Gathered::closed() };
        while gathered.len() < QUERIES_MAX {
            let Some(entry) = walk.step(&self.vault.ledger).await? else { break };
            if part.speaks_of(&entry) || gathered.knows(&entry) {
                let openings = if part.open { self.openings_of(&entry).await? } else { vec![] };
                gathered.add(&entry, &openings);
            }
        }
        // Apart from the threads that serve: thousands of queries take a while.
        let told = self.runtime.blocking(move || gathered.told()).await;
        let mut told = told.map_err(Refusal::internal)?;
        if let Some(told) = told.as_object_mut() {
            told.insert("next".to_owned(), json!(walk.rest()));
            told.insert("reading".to_owned(), json!(reading.seq));
        }
        Ok(told)
    }
}

impl Part {
    fn speaks_of(&self, entry: &AuditEntry) -> bool {
        entry.kind == Kind::Intent && self.filter.fits(entry) && self.filter.says(&[&entry.body])
    }
}
