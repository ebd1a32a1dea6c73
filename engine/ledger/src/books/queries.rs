//! Charges and ends: every query is charged once, within the limit of its time, and ends once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::body::Said;
use super::rows::Row;
use crate::query::QueryState;
use crate::review::REVIEWERS;

#[derive(Default)]
pub(super) struct Queries {
    spent: BTreeMap<String, u64>,
    running: HashMap<String, Running>,
    known: HashSet<String>,
}

struct Running {
    account: String,
    user: String,
}

/// A query whose outcome was read.
pub(super) struct Ended {
    pub(super) user: String,
    pub(super) held: bool,
}

impl Queries {
    pub(super) fn charged(&mut self, said: Said<'_>) -> Result<Vec<Row>, String> {
        let (query, account) = (said.query()?, said.account()?);
        let (cost, limit) = (said.amount("cost")?, said.amount("limit")?);
        let (before, after) = (said.amount("spent_before")?, said.amount("spent_after")?);
        if !self.known.insert(query.to_owned()) {
            return Err(format!("query `{query}` was charged before"));
        }
        let spent = self.spent.entry(account.to_owned()).or_default();
        if cost == 0 || before != *spent || before.checked_add(cost) != Some(after) {
            return Err(format!("the charges of account `{account}` do not add up"));
        }
        if after > limit {
            return Err(format!("account `{account}` spent {after} points of {limit}"));
        }
        *spent = after;
        let running = Running { account: account.to_owned(), user: said.actor().to_owned() };
        self.running.insert(query.to_owned(), running);
        let charge = Row::Charge {
            seq: said.seq(),
            query: query.to_owned(),
            account: account.to_owned(),
            cost,
            before,
            after,
            limit,
        };
        Ok(vec![charge, query_row(said, query, account)?])
    }

    pub(super) fn settled(&mut self, said: Said<'_>) -> Result<(Ended, Vec<Row>), String> {
        let running = self.end(said)?;
        if said.actor() != running.user {
            return Err("it is about a query of somebody else".to_owned());
        }
        let state = said.word("state")?;
        let held = state == QueryState::Held.as_str();
        let answered = held || state == QueryState::Released.as_str();
        if !answered && state != QueryState::Failed.as_str() {
            return Err(format!("`{state}` is no end of a query"));
        }
        let answer = said.word_if_any("answer_digest");
        let class = said.word_if_any("class");
        if answered != answer.is_some() || answered == class.is_some() {
            return Err("an answer and a failure exclude each other".to_owned());
        }
        let state = if answered { QueryState::Released } else { QueryState::Failed };
        let reviewers = held.then_some(u64::from(REVIEWERS));
        let row = end_row(said, state, class, answer, reviewers)?;
        Ok((Ended { user: running.user, held }, vec![row]))
    }

    pub(super) fn forfeited(&mut self, said: Said<'_>) -> Result<Vec<Row>, String> {
        self.end(said)?;
        if said.word("state")? != QueryState::Forfeited.as_str() {
            return Err("it forfeits a query and says another state".to_owned());
        }
        Ok(vec![end_row(said, QueryState::Forfeited, None, None, None)?])
    }

    pub(super) fn repeated(&self, said: Said<'_>) -> Result<Vec<Row>, String> {
        let query = said.query()?;
        if self.known.contains(query) {
            return Ok(Vec::new());
        }
        Err(format!("query `{query}` was never charged, so nothing repeats it"))
    }

    /// What the last stop cut off is forfeited before anything else is done.
    pub(super) fn started(&self) -> Result<Vec<Row>, String> {
        match self.running().first() {
            None => Ok(Vec::new()),
            Some(query) => Err(format!("query `{query}` was running and was not forfeited")),
        }
    }

    pub(super) fn spent(&self) -> BTreeMap<String, u64> {
        self.spent.clone()
    }

    pub(super) fn running(&self) -> BTreeSet<String> {
        self.running.keys().cloned().collect()
    }

    pub(super) fn charges(&self) -> u64 {
        u64::try_from(self.known.len()).unwrap_or(u64::MAX)
    }

    fn end(&mut self, said: Said<'_>) -> Result<Running, String> {
        let (query, account) = (said.query()?, said.account()?);
        let running = self
            .running
            .remove(query)
            .ok_or_else(|| format!("query `{query}` was not running, so it cannot end"))?;
        if running.account != account {
            return Err(format!("query `{query}` belongs to account `{}`", running.account));
        }
        Ok(running)
    }
}

fn query_row(said: Said<'_>, query: &str, account: &str) -> Result<Row, String> {
    Ok(Row::Query {
        seq: said.seq(),
        query: query.to_owned(),
        account: account.to_owned(),
        user: said.actor().to_owned(),
        role: said.role()?.to_owned(),
        at: said.at(),
        fingerprint: said.word("sql_fingerprint")?.to_owned(),
        policy: said.word("policy_digest")?.to_owned(),
        profile: said.word("profile")?.to_owned(),
        snapshots: said.canonical("snapshots")?,
        plan: said.word("plan_digest")?.to_owned(),
    })
}

fn end_row(
    said: Said<'_>,
    state: QueryState,
    class: Option<&str>,
    answer: Option<&str>,
    reviewers: Option<u64>,
) -> Result<Row, String> {
    Ok(Row::End {
        seq: said.seq(),
        query: said.query()?.to_owned(),
        account: said.account()?.to_owned(),
        state: state.as_str().to_owned(),
        class: class.map(str::to_owned),
        at: said.at(),
        answer: answer.map(str::to_owned),
        reviewers,
    })
}
