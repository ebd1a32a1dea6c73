//! Holds a ledger to its word: what anybody was told must be what it says after a restart.

use std::collections::{BTreeMap, BTreeSet};

use super::books::{Books, Stand};
use super::clients::{ACCOUNTS, ANSWERED, answer_to};
use super::notes::{Asked, Note};
use crate::tests::repeatable;
use crate::{Answer, AuditEntry, Ledger, LedgerError, Reservation, digest_of};

/// Everything that the clients of one ledger asked and were told, in all their lives.
#[derive(Default)]
pub(crate) struct Word {
    asked: BTreeMap<String, Asked>,
    charged: BTreeMap<String, (Option<u64>, Option<u64>)>,
    answered: BTreeMap<String, Option<u64>>,
    ended: BTreeMap<String, Stand>,
    votes: BTreeMap<(String, String), bool>,
    settled: BTreeMap<String, String>,
    read: BTreeMap<String, String>,
    recorded: BTreeMap<u64, String>,
    tokens: BTreeMap<String, bool>,
    replays: BTreeSet<(String, String)>,
    spent: BTreeMap<String, u64>,
    length: u64,
    /// Queries of the last life, to be asked for again.
    recent: Vec<String>,
}

impl Word {
    /// Adds what was told in one more life.
    pub(crate) fn hear(&mut self, notes: Vec<Note>) {
        self.recent.clear();
        for note in notes {
            self.hear_one(note);
        }
    }

    fn hear_one(&mut self, note: Note) {
        match note {
            Note::Opened { entries } => self.length = self.length.max(entries),
            Note::Asked(asked) => {
                self.recent.push(asked.query.clone());
                self.asked.insert(asked.query.clone(), asked);
            }
            Note::Charged { query, seq, spent } => {
                self.charged.insert(query, (seq, spent));
            }
            Note::Replayed { asked, query } => {
                self.replays.insert((asked, query));
            }
            Note::Conflict { .. } | Note::Step { .. } => {}
            Note::Over { asked, spent } => {
                let account = self.asked[&asked].account.clone();
                self.hear_one(Note::Balance { account, spent });
            }
            Note::Answered { query, seq } => {
                self.answered.insert(query, seq);
            }
            Note::Held { query } => {
                self.ended.insert(query, Stand::Held);
            }
            Note::Failed { query } => {
                self.ended.insert(query, Stand::Failed);
            }
            Note::Voted { query, checker, release, state } => {
                if state != "held" {
                    self.settled.insert(query.clone(), state);
                }
                self.votes.insert((query, checker), release);
            }
            Note::Read { query, digest } => {
                self.read.insert(query, digest);
            }
            Note::Recorded { seq, hash } => {
                self.recorded.insert(seq, hash);
            }
            Note::Token { id, withdrawn } => {
                self.tokens.insert(id, withdrawn);
            }
            Note::Balance { account, spent } => {
                let known = self.spent.entry(account).or_default();
                *known = spent.max(*known);
            }
        }
    }

    pub(crate) fn told(&self) -> usize {
        self.charged.len()
            + self.answered.len()
            + self.ended.len()
            + self.votes.len()
            + self.recorded.len()
            + self.tokens.len()
    }

    /// What the ledger, opened again, does not keep of its word. Nothing, if all is well.
    pub(crate) async fn broken(&self, ledger: &Ledger) -> Result<Vec<String>, LedgerError> {
        let mut books = Books::of(&all_entries(ledger).await?);
        self.hold_charges(&mut books);
        self.hold_ends(&mut books);
        self.hold_rest(&mut books);
        self.hold_keys(&mut books);
        for account in ACCOUNTS {
            let spent = books.spent.get(account).copied().unwrap_or(0);
            let balance = ledger.balance(account).await?;
            books.must(balance == spent, || format!("{account}: {balance} instead of {spent}"));
            hold_remembered(&mut books, account, &ledger.remembered(account, ANSWERED).await?);
        }
        for query in &self.recent {
            self.hold_answer(&mut books, ledger, query).await?;
        }
        self.ask_again(&mut books, ledger).await?;
        Ok(books.wrong)
    }

    /// Nothing that was told as charged is missing, and nothing is charged that nobody asked for.
    fn hold_charges(&self, books: &mut Books) {
        let mut wrong = vec![];
        for (query, (seq, spent)) in &self.charged {
            let kept = books.queries.get(query).is_some_and(|kept| {
                seq.is_none_or(|seq| kept.seq == seq) && spent.is_none_or(|it| kept.spent == it)
            });
            if !kept {
                wrong.push(format!("{query}: told as charged, not charged"));
            }
        }
        for (query, kept) in &books.queries {
            let asked = self.asked.get(query).is_some_and(|asked| {
                (&asked.account, &asked.user) == (&kept.account, &kept.user)
                    && (asked.cost, asked.limit) == (kept.cost, kept.limit)
            });
            if !asked {
                wrong.push(format!("{query}: charged, but nobody asked"));
            }
            if kept.stand == Stand::Running {
                wrong.push(format!("{query}: runs after a restart"));
            }
        }
        books.wrong.extend(wrong);
    }

    /// Nothing that was told as released, held or failed is missing or different.
    fn hold_ends(&self, books: &mut Books) {
        let mut wrong = vec![];
        let stand = |query: &str| books.queries.get(query).map(|kept| kept.stand.clone());
        for (query, seq) in &self.answered {
            let end = books.queries.get(query).and_then(|kept| kept.end);
            let there = stand(query) == Some(Stand::Released);
            if !there || (seq.is_some() && *seq != end) {
                wrong.push(format!("{query}: told as released, not released"));
            }
        }
        for (query, end) in &self.ended {
            let stand = stand(query);
            let later = matches!(stand, Some(Stand::Released | Stand::Refused));
            let right = stand.as_ref() == Some(end) || (*end == Stand::Held && later);
            if !right {
                wrong.push(format!("{query}: told as {end:?}, found as {stand:?}"));
            }
        }
        for (query, state) in &self.settled {
            let right = if state == "released" { Stand::Released } else { Stand::Refused };
            if stand(query) != Some(right) {
                wrong.push(format!("{query}: the review ended as {state}, found otherwise"));
            }
        }
        for query in self.read.keys() {
            if stand(query) != Some(Stand::Released) {
                wrong.push(format!("{query}: somebody has the answer, but it was not released"));
            }
        }
        books.wrong.extend(wrong);
    }

    fn hold_rest(&self, books: &mut Books) {
        let mut wrong = vec![];
        for (query, checker) in self.votes.keys() {
            let kept = books.queries.get(query).is_some_and(|kept| kept.votes.contains(checker));
            if !kept {
                wrong.push(format!("{query}: the vote of {checker} is missing"));
            }
        }
        for (seq, hash) in &self.recorded {
            let found = usize::try_from(*seq).ok().and_then(|seq| books.hashes.get(seq));
            if found != Some(hash) {
                wrong.push(format!("entry {seq} is not the one that was told"));
            }
        }
        for (id, withdrawn) in &self.tokens {
            if books.tokens.get(id).is_none_or(|kept| *withdrawn && !kept) {
                wrong.push(format!("{id}: the token is not as it was told"));
            }
        }
        for (account, told) in &self.spent {
            if books.spent.get(account).copied().unwrap_or(0) < *told {
                wrong.push(format!("{account}: somebody was told {told}, less is spent"));
            }
        }
        if u64::try_from(books.hashes.len()).unwrap() < self.length {
            wrong.push("the log was longer".to_owned());
        }
        books.wrong.extend(wrong);
    }

    /// A key stands for one charge, in all lives together.
    fn hold_keys(&self, books: &mut Books) {
        let mut first = BTreeMap::new();
        let mut wrong = vec![];
        for query in books.queries.keys() {
            if let Some(of) = self.asked.get(query).and_then(key_of)
                && let Some(other) = first.insert(of, query)
            {
                wrong.push(format!("{query} and {other}: one key, charged twice"));
            }
        }
        for (asked, query) in &self.replays {
            let same = key_of(&self.asked[asked]).and_then(|key| first.get(&key).copied());
            if same != Some(query) {
                wrong.push(format!("{asked}: answered with {query}, which has another key"));
            }
        }
        books.wrong.extend(wrong);
    }

    async fn hold_answer(
        &self,
        books: &mut Books,
        ledger: &Ledger,
        query: &str,
    ) -> Result<(), LedgerError> {
        let stand = books.queries.get(query).map(|kept| kept.stand.clone());
        let answer = ledger.answer(query).await?;
        let right = match (&stand, &answer) {
            (Some(Stand::Released), Some(Answer::Released(stored))) => {
                let told = self.read.get(query).is_none_or(|it| *it == digest_of(&stored.bytes));
                told && stored.bytes == answer_to(query)
            }
            (Some(Stand::Held), Some(Answer::Held)) => true,
            (Some(Stand::Refused), Some(Answer::Refused)) => true,
            (None | Some(Stand::Failed | Stand::Forfeited), None) => true,
            _ => false,
        };
        books.must(right, || format!("{query} stands {stand:?}, but is served otherwise"));
        Ok(())
    }

    /// Some of the keys of the last life again: the same query, for nothing.
    async fn ask_again(&self, books: &mut Books, ledger: &Ledger) -> Result<(), LedgerError> {
        let charged = self.recent.iter().filter(|query| books.queries.contains_key(*query));
        let keyed = charged.filter_map(|query| Some((query, key_of(&self.asked[query])?)));
        let mut wrong = vec![];
        for (query, (account, user, key)) in keyed.take(3) {
            let body = self.asked[query].body.clone().unwrap_or_default();
            let mut again = repeatable("again", key, &body);
            (again.account, again.user) = (account.to_owned(), user.to_owned());
            match ledger.reserve(again).await? {
                Reservation::Replay { query_id } if query_id == *query => {}
                other => wrong.push(format!("{query}: its key gives {other:?}")),
            }
            let balance = ledger.balance(account).await?;
            if books.spent.get(account) != Some(&balance) {
                wrong.push(format!("{query}: a repeat was charged"));
            }
        }
        books.wrong.extend(wrong);
        Ok(())
    }
}

fn key_of(asked: &Asked) -> Option<(&str, &str, &str)> {
    Some((&asked.account, &asked.user, asked.key.as_deref()?))
}

/// The log, page by page.
pub(crate) async fn all_entries(ledger: &Ledger) -> Result<Vec<AuditEntry>, LedgerError> {
    let mut entries = vec![];
    loop {
        let from = u64::try_from(entries.len()).unwrap();
        let page = ledger.entries(from, 500).await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}

/// What was answered is remembered, in this order, and nothing else is.
fn hold_remembered(books: &mut Books, account: &str, remembered: &[(String, Vec<u8>)]) {
    let of_account = books.queries.iter().filter(|(_, charged)| charged.account == account);
    let answered = of_account.filter_map(|(query, charged)| match charged.stand {
        Stand::Released | Stand::Held | Stand::Refused => Some((charged.end, query.clone())),
        Stand::Running | Stand::Failed | Stand::Forfeited => None,
    });
    let mut answered: Vec<_> = answered.collect();
    answered.sort();
    let answered = answered.into_iter().map(|(_, query)| (query.clone(), query.into_bytes()));
    let kept = answered.eq(remembered.iter().cloned());
    books.must(kept, || format!("{account}: something else is remembered than was answered"));
}
