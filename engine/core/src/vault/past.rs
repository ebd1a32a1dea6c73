//! What a project was answered before, and what a number becomes beside it.
//!
//! A number whose cell hardly differs from an earlier one gets the earlier answer
//! ([`tresor_disclosure::history`]). What is remembered lies in the ledger, written together with the answer; here it is
//! kept at hand, one project and lineage of data at a time: of two queries that come at once the second sees what the first
//! was answered.
//!
//! Must never know: SQL text, who asks within the project.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;
use tresor_disclosure::history::{History, Known, Sketch, from_bytes, to_bytes};
use tresor_disclosure::low_effect::LowEffect;
use tresor_disclosure::{Contribution, NoiseSecret, Profile, Protected, Reason};
use tresor_ledger::{Ledger, Remembered};

use super::metering::ColumnMeter;

/// Most earlier answers of one query that auditors are told of.
const MOST_GIVEN: usize = 1_000;

/// What projects were answered before, kept at hand.
#[derive(Default)]
pub(crate) struct Pasts(Mutex<HashMap<Place, Arc<tokio::sync::Mutex<Past>>>>);

/// Project and lineage.
type Place = (String, String);

/// What one project was answered about one lineage of data.
#[derive(Default)]
pub(super) struct Past {
    history: Option<History>,
    /// By sensitive column.
    pub(super) meters: BTreeMap<String, ColumnMeter>,
}

/// The past of a project while one query is protected and settled. Others of the project wait.
///
/// What a query adds is forgotten when this goes, unless it was made durable: a query can end anywhere in between, by an
/// error, by the limit on time, by being given up.
pub(super) struct Held {
    pub(super) past: OwnedMutexGuard<Past>,
    /// Whether something was added that the ledger does not have.
    pub(super) added: bool,
}

impl Pasts {
    /// Takes the past of a project in hand.
    ///
    /// # Errors
    /// The ledger cannot be read, or holds something else than was written (FAIL-CLOSED).
    pub(super) async fn take(
        &self,
        ledger: &Ledger,
        account: &str,
        lineage: &str,
    ) -> Result<Held, String> {
        let past = {
            let mut all = self.0.lock().map_err(|_| "a query broke off inside the past")?;
            Arc::clone(all.entry((account.to_owned(), lineage.to_owned())).or_default())
        };
        let mut held = past.lock_owned().await;
        if held.history.is_none() {
            let mut history = History::default();
            let kept = ledger.remembered(account, &topic(lineage)).await;
            for (query, bytes) in kept.map_err(|error| error.to_string())? {
                let numbers = from_bytes(&query, &bytes).map_err(|error| error.to_string())?;
                numbers.into_iter().for_each(|known| history.insert(known));
            }
            held.history = Some(history);
        }
        Ok(Held { past: held, added: false })
    }
}

fn topic(lineage: &str) -> String {
    format!("cells {lineage}")
}

/// Numbers of one query beside the past of its project.
pub(super) struct Beside<'a> {
    rule: LowEffect<'a>,
    query: String,
    /// What sets scale and rule beside the measure: an officer who changes the rules for numbers changes the answers.
    rules: String,
    inner: Mutex<Inner>,
}

struct Inner {
    held: Held,
    /// What is new, in the order in which it was answered.
    fresh: Vec<Known>,
    /// Queries whose answers were given again.
    given: Vec<Given>,
}

/// An answer, and what one person may have added to it as far as its interval tells.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) protected: Protected,
    pub(super) step: u128,
}

/// A number that is to be answered.
pub(super) struct Of<'a> {
    pub(super) measure: &'a str,
    pub(super) cell: &'a Contribution,
    /// What is asked of it, by name.
    pub(super) asked: u64,
    pub(super) sketch: Option<&'a Sketch>,
}

/// An earlier answer that was given: for the auditor.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) measure: String,
    pub(super) earlier: String,
    pub(super) key: u64,
    pub(super) persons: u64,
    pub(super) differing: u32,
}

impl<'a> Beside<'a> {
    /// `None` where the profile does not look at earlier answers.
    pub(super) fn new(
        held: Held,
        profile: &'a Profile,
        secret: &'a NoiseSecret,
        query: &str,
    ) -> Option<Self> {
        let rules = hex::encode(Sha256::digest(format!("{:?}", profile.of_numbers())));
        Some(Self {
            rule: LowEffect::new(profile, secret)?,
            query: query.to_owned(),
            rules: rules.chars().take(16).collect(),
            inner: Mutex::new(Inner { held, fresh: vec![], given: vec![] }),
        })
    }

    /// The earlier answer to a number whose cell hardly differs, else its own, which is remembered, also where it is withheld.
    /// Fewer people than any minimum leave nothing: they must be like nobody, of whom there is no earlier answer.
    pub(super) fn answer(&self, of: Of<'_>, own: Answer) -> Answer {
        self.answer_at(of, own, 0, Vec::new)
    }

    /// The same for a quantile at a share in millionths. `along` are the answers at all shares that may be asked for.
    pub(super) fn answer_at(
        &self,
        of: Of<'_>,
        own: Answer,
        share: u32,
        along: impl FnOnce() -> Vec<(u32, Protected)>,
    ) -> Answer {
        let Of { measure, cell, asked, sketch } = of;
        if own.protected == Protected::Withheld(Reason::Unprotectable) {
            return own; // FAIL-CLOSED
        }
        let Some(sketch) = sketch else { return without_sketch(cell, own) };
        let Ok(mut inner) = self.inner.lock() else { return unprotectable() };
        let Inner { held, fresh, given } = &mut *inner;
        let Some(history) = held.past.history.as_mut() else { return unprotectable() };
        let measure = format!("{measure} under {}", self.rules);
        // The limit belongs to what is asked as well: one that belonged to the earlier cell alone could be found.
        let rule = self.rule.asked(asked);
        if let Some(known) = history.find(&measure, cell.persons, sketch, own.protected, &rule) {
            let again = Given {
                measure,
                earlier: known.query.clone(),
                key: cell.key,
                persons: cell.persons,
                differing: known.sketch.differing(sketch),
            };
            let mine = again.earlier == self.query;
            if !mine && given.len() < MOST_GIVEN && !given.contains(&again) {
                given.push(again);
            }
            return Answer { protected: known.at(share), step: known.step };
        }
        if own.protected.is_of_few() && cell.persons < rule.fewest() {
            return own;
        }
        let known = Known {
            measure,
            query: self.query.clone(),
            persons: cell.persons,
            key: cell.key,
            sketch: sketch.clone(),
            answer: own.protected,
            step: own.step,
            along: along(),
        };
        fresh.push(known.clone());
        history.insert(known);
        held.added = true;
        own
    }

    /// Ends the protection of a query: what is to be remembered, what was given, and the past, still in hand.
    pub(super) fn done(self, lineage: &str) -> Option<(Vec<Remembered>, Vec<Given>, Held)> {
        let Inner { held, fresh, given } = self.inner.into_inner().ok()?;
        let remembered = match fresh.is_empty() {
            true => vec![],
            false => vec![Remembered { topic: topic(lineage), body: to_bytes(&fresh) }],
        };
        Some((remembered, given, held))
    }
}

/// Without a sketch there was nobody, or too few to be told apart: those are withheld in any case.
fn without_sketch(cell: &Contribution, own: Answer) -> Answer {
    match own.protected {
        Protected::Shown { .. } if cell.persons > 0 => unprotectable(),
        _ => own,
    }
}

/// FAIL-CLOSED: a number that cannot be held against earlier ones.
const fn unprotectable() -> Answer {
    Answer { protected: Protected::Withheld(Reason::Unprotectable), step: 0 }
}

impl Held {
    /// What was added is in the ledger now.
    pub(super) const fn is_durable(&mut self) {
        self.added = false;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.added {
            // The ledger is asked next time.
            self.past.history = None;
            self.past.meters.clear();
        }
    }
}
