//! Answers that are held: others vote, each once, and after the last vote it ends as the votes say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::body::Said;
use super::rows::Row;
use crate::entry::{AuditEntry, Kind};
use crate::review::{DECIDED, Decision, REVIEWERS, ReviewState};

#[derive(Default)]
pub(super) struct Reviews {
    held: HashMap<String, Held>,
    /// About which everybody has decided: the next entry ends its review.
    ending: Option<String>,
}

struct Held {
    account: String,
    author: String,
    answer: Option<String>,
    checkers: BTreeSet<String>,
    /// Who decided what, once everybody has.
    decisions: Option<BTreeMap<String, Decision>>,
}

impl Reviews {
    pub(super) fn begin(&mut self, said: Said<'_>, author: String) -> Result<(), String> {
        let held = Held {
            account: said.account()?.to_owned(),
            author,
            answer: said.word_if_any("answer_digest").map(str::to_owned),
            checkers: BTreeSet::new(),
            decisions: None,
        };
        self.held.insert(said.query()?.to_owned(), held);
        Ok(())
    }

    pub(super) fn voted(&mut self, said: Said<'_>) -> Result<Vec<Row>, String> {
        let query = said.query()?;
        let held = self.of(said, query)?;
        if held.author == said.actor() {
            return Err("nobody reviews an answer of their own".to_owned());
        }
        if !held.checkers.insert(said.actor().to_owned()) {
            return Err(format!("`{}` decided before", said.actor()));
        }
        let vote = Row::Vote {
            seq: said.seq(),
            query: query.to_owned(),
            checker: said.actor().to_owned(),
        };
        let waiting = held.checkers.len() < usize::try_from(REVIEWERS).unwrap_or(usize::MAX);
        if waiting {
            return match said.word("state")? == ReviewState::Held.as_str() {
                true => Ok(vec![vote]),
                false => Err("a review ends when everybody has decided, not before".to_owned()),
            };
        }
        held.decisions = Some(decisions(said, &held.checkers)?);
        if said.word("state")? == DECIDED {
            self.ending = Some(query.to_owned());
            return Ok(vec![vote]);
        }
        // Reviews of earlier versions ended with the last vote itself.
        let ended = ended(said, query, held)?;
        self.held.remove(query);
        Ok(vec![vote, ended])
    }

    pub(super) fn ended(&mut self, said: Said<'_>) -> Result<Vec<Row>, String> {
        let query = said.query()?;
        let ended = ended(said, query, self.of(said, query)?)?;
        self.held.remove(query);
        self.ending = None;
        Ok(vec![ended])
    }

    /// Nothing comes between the last vote and the end of its review.
    pub(super) fn in_turn(&self, entry: &AuditEntry) -> Result<(), String> {
        match &self.ending {
            Some(query)
                if entry.kind != Kind::ReviewEnded || entry.query_id.as_ref() != Some(query) =>
            {
                Err(format!(
                    "everybody has decided about query `{query}`, and this does not end its review"
                ))
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn held(&self) -> BTreeSet<String> {
        self.held.keys().cloned().collect()
    }

    /// The held answer that an entry is about.
    fn of(&mut self, said: Said<'_>, query: &str) -> Result<&mut Held, String> {
        let held = self
            .held
            .get_mut(query)
            .ok_or_else(|| format!("the answer of query `{query}` is not held"))?;
        if held.account != said.account()? {
            return Err(format!("query `{query}` belongs to account `{}`", held.account));
        }
        Ok(held)
    }
}

/// The last vote says in words who decided what.
fn decisions(
    said: Said<'_>,
    checkers: &BTreeSet<String>,
) -> Result<BTreeMap<String, Decision>, String> {
    let unclear = || "it does not say who decided what".to_owned();
    let told = said.value("decisions").and_then(|all| all.as_object()).ok_or_else(unclear)?;
    let mut decisions = BTreeMap::new();
    for (checker, word) in told {
        let decision = word.as_str().and_then(Decision::parse).ok_or_else(unclear)?;
        decisions.insert(checker.clone(), decision);
    }
    if !decisions.keys().eq(checkers) {
        return Err("it tells the decisions of other people than those who decided".to_owned());
    }
    Ok(decisions)
}

fn ended(said: Said<'_>, query: &str, held: &Held) -> Result<Row, String> {
    let undecided = || "a review ends when everybody has decided, not before".to_owned();
    let decisions = held.decisions.as_ref().ok_or_else(undecided)?;
    let state = ReviewState::of(&decisions.values().copied().collect::<Vec<_>>());
    if said.word("state")? != state.as_str() {
        return Err("a review ends as its votes say".to_owned());
    }
    // Entries of earlier versions name none.
    let named = said.word_if_any("answer_digest");
    if named.is_some() && named != held.answer.as_deref() {
        return Err("it releases another answer than the one that is held".to_owned());
    }
    Ok(Row::Decided {
        seq: said.seq(),
        query: query.to_owned(),
        state: state.as_str().to_owned(),
        at: said.at(),
        decisions: decisions
            .iter()
            .map(|(checker, decision)| (checker.clone(), decision.as_str().to_owned()))
            .collect(),
    })
}
