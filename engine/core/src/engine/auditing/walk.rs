//! Through the log piece by piece, in one direction, no further than one request may.

use std::collections::VecDeque;

use tresor_ledger::{AuditEntry, Kind, Ledger};

use crate::refusal::Refusal;
use crate::vault::unavailable;

/// Entries that are read at once.
const PAGE: u64 = 256;

/// A walk through entries below `end`.
pub(super) struct Walk {
    /// The next entry to be looked at; `None` at the end of the way.
    next: Option<u64>,
    end: u64,
    direction: Direction,
    /// Entries that may still be looked at.
    left: u64,
    ahead: VecDeque<AuditEntry>,
}

enum Direction {
    Forwards,
    Backwards,
    /// Forwards, and past all others.
    Kinds(&'static [Kind]),
}

impl Walk {
    /// From this entry on, or from the first.
    pub(super) fn forwards(from: Option<u64>, end: u64, most: u64) -> Self {
        Self::new(Some(from.unwrap_or(0)), end, Direction::Forwards, most)
    }

    /// From this entry back, or from the last.
    pub(super) fn backwards(from: Option<u64>, end: u64, most: u64) -> Self {
        let last = end.checked_sub(1);
        let from = last.map(|last| from.map_or(last, |from| from.min(last)));
        Self::new(from, end, Direction::Backwards, most)
    }

    /// From this entry on, entries of these kinds only.
    pub(super) fn of_kinds(kinds: &'static [Kind], from: u64, end: u64, most: u64) -> Self {
        Self::new(Some(from), end, Direction::Kinds(kinds), most)
    }

    fn new(next: Option<u64>, end: u64, direction: Direction, left: u64) -> Self {
        let next = next.filter(|next| *next < end);
        Self { next, end, direction, left, ahead: VecDeque::new() }
    }

    /// The next entry, if the request may look at one more.
    pub(super) async fn step(&mut self, ledger: &Ledger) -> Result<Option<AuditEntry>, Refusal> {
        if self.left == 0 {
            return Ok(None);
        }
        if self.ahead.is_empty() {
            self.ahead = self.page(ledger).await?.into();
        }
        let Some(entry) = self.ahead.pop_front() else {
            self.next = None;
            return Ok(None);
        };
        self.left -= 1;
        self.next = match self.direction {
            Direction::Backwards => entry.seq.checked_sub(1),
            Direction::Forwards | Direction::Kinds(_) => {
                Some(entry.seq.saturating_add(1)).filter(|next| *next < self.end)
            }
        };
        Ok(Some(entry))
    }

    /// Where to go on; `None` when everything was looked at.
    pub(super) const fn rest(&self) -> Option<u64> {
        self.next
    }

    async fn page(&self, ledger: &Ledger) -> Result<Vec<AuditEntry>, Refusal> {
        let Some(next) = self.next else { return Ok(vec![]) };
        let page = match self.direction {
            Direction::Forwards => ledger.entries(next, few(self.end - next)).await,
            Direction::Kinds(kinds) => ledger.entries_of(kinds, next, few(PAGE)).await,
            Direction::Backwards => {
                let many = few(next.saturating_add(1));
                let first = next.saturating_add(1).saturating_sub(u64::from(many));
                ledger.entries(first, many).await.map(|page| page.into_iter().rev().collect())
            }
        };
        let mut page: Vec<AuditEntry> = page.map_err(|error| unavailable(&error))?;
        page.retain(|entry| entry.seq < self.end);
        Ok(page)
    }
}

/// A page, or less.
fn few(many: u64) -> u32 {
    u32::try_from(many.min(PAGE)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
