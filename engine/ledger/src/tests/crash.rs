//! The process dies at each step in turn; what is found afterwards must be explainable by the step.
//!
//! The test runs its own binary again as a child that lives through one story and aborts where it is told to. Whatever
//! the child was told by the ledger, it notes in a file of its own first: the parent holds the ledger to its word.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use tokio::runtime::Runtime;

use super::*;
use crate::{Kind, NewEntry, QueryState, ReviewState, Step, Steps, Voted};

/// Tells the child where to work and which step is its last: `<number>:<folder>:<address of a server, or nothing>`.
const CHILD: &str = "TRESOR_LEDGER_CRASH_CHILD";
/// A step that is never reached.
const NEVER: usize = Step::ALL.len();

struct DieAt(Option<Step>);

impl Steps for DieAt {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        if self.0 == Some(step) {
            std::process::abort();
        }
        Ok(())
    }
}

/// The story: a start, one query answered, one held and released by two people, one cut off, and the next start.
async fn live(folder: &Path, place: LedgerPlace, last: Option<Step>) {
    let config = || config(place.clone(), folder, Arc::new(DieAt(last)));
    let (ledger, _) = Ledger::open(config(), NOW).await.unwrap();
    ledger.record(NewEntry::new(Kind::Start, "system", NOW)).await.unwrap();
    note(folder, "started");
    let receipt = fresh(ledger.reserve(repeatable("q_1", "key-1", "body-1")).await.unwrap());
    note(folder, "charged q_1");
    ledger.settle(receipt, released("42"), NOW).await.unwrap();
    note(folder, "answered q_1");
    let receipt = fresh(ledger.reserve(intent("q_3")).await.unwrap());
    note(folder, "charged q_3");
    ledger.settle(receipt, held("43"), NOW).await.unwrap();
    assert_eq!(ledger.vote(vote("q_3", "chidi")).await.unwrap(), Voted::Counted(ReviewState::Held));
    note(folder, "chidi voted");
    let last_vote = ledger.vote(vote("q_3", "mira")).await.unwrap();
    assert_eq!(last_vote, Voted::Counted(ReviewState::Released));
    note(folder, "released q_3");
    let _cut_off = fresh(ledger.reserve(repeatable("q_2", "key-2", "body-2")).await.unwrap());
    note(folder, "charged q_2");
    ledger.close().await;
    let (ledger, _) = Ledger::open(config(), NOW).await.unwrap();
    note(folder, "forfeited q_2");
    ledger.close().await;
}

fn note(folder: &Path, fact: &str) {
    let mut notes =
        OpenOptions::new().create(true).append(true).open(folder.join("notes")).unwrap();
    writeln!(notes, "{fact}").unwrap();
}

#[expect(clippy::disallowed_methods, reason = "how this test tells its child from itself")]
fn orders() -> Option<String> {
    std::env::var(CHILD).ok()
}

#[test]
fn a_stop_at_any_step_loses_no_charge_and_no_answer() {
    let runtime = runtime();
    if let Some(orders) = orders() {
        let mut orders = orders.splitn(3, ':');
        let last = Step::ALL.get(orders.next().unwrap().parse::<usize>().unwrap()).copied();
        let folder = Path::new(orders.next().unwrap());
        let place = match orders.next().unwrap() {
            "" => LedgerPlace::File(folder.join("ledger.db")),
            address => LedgerPlace::Postgres(address.to_owned()),
        };
        return runtime.block_on(live(folder, place, last));
    }
    every_step_on(&runtime, On::Sqlite);
}

#[test]
fn a_stop_at_any_step_loses_nothing_on_a_server() {
    if postgres::installed() {
        every_step_on(&runtime(), On::Postgres);
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn every_step_on(runtime: &Runtime, on: On) {
    for number in 0..=NEVER {
        let home = Home::new(on);
        let survived = run_child(number, &home);
        assert_eq!(survived, number == NEVER, "step {number} is part of the story");
        runtime.block_on(examine(&home, Step::ALL.get(number).copied()));
    }
}

/// Whether the child came to the end of the story.
fn run_child(step: usize, home: &Home) -> bool {
    let address = match &home.place {
        LedgerPlace::File(_) => "",
        LedgerPlace::Postgres(address) => address,
    };
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::crash::a_stop_at_any_step_loses_no_charge_and_no_answer"])
        .env(CHILD, format!("{step}:{}:{address}", home.folder.path().display()))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!words.contains("panicked"), "the child failed instead of dying: {words}");
    output.status.success()
}

async fn examine(home: &Home, last: Option<Step>) {
    let notes = std::fs::read_to_string(home.folder.path().join("notes")).unwrap_or_default();
    let told = |fact: &str| notes.lines().any(|line| line == fact);
    // Opening proves the rest: the log without gaps, each balance the sum of its charges, each charge in the log.
    let (ledger, _) = home.try_open().await.unwrap_or_else(|error| panic!("{last:?}: {error}"));

    for query_id in ["q_1", "q_2", "q_3"] {
        let query = ledger.query(query_id).await.unwrap();
        assert!(query.is_some() || !told(&format!("charged {query_id}")), "{last:?}: lost charge");
        let answer = ledger.answer(query_id).await.unwrap().and_then(Answer::released);
        let state = query.map(|query| query.state);
        assert_eq!(answer.is_some(), state == Some(QueryState::Released), "{last:?}");
        assert_ne!(state, Some(QueryState::Running), "{last:?}");
    }
    if told("answered q_1") {
        assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42", "{last:?}");
    }
    if told("released q_3") {
        assert_eq!(answer_of(&ledger, "q_3").await.bytes, b"43", "{last:?}");
    }
    if told("chidi voted") {
        assert_eq!(ledger.vote(vote("q_3", "chidi")).await.unwrap(), Voted::Ended, "{last:?}");
    }
    assert_eq!(home.count("SELECT count(*) FROM votes").await, expected(last).votes, "{last:?}");
    assert_eq!(
        home.count("SELECT count(*) FROM answers").await,
        expected(last).answers,
        "{last:?}"
    );
    assert_eq!(
        home.count("SELECT count(*) FROM charges").await,
        expected(last).charges,
        "{last:?}"
    );
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), expected(last).spent(), "{last:?}");
    repeat(&ledger, last).await;
}

/// A client that got no word asks again with its key: it pays only if it had not paid.
async fn repeat(ledger: &Ledger, last: Option<Step>) {
    let before = ledger.balance(PROJECT).await.unwrap();
    match ledger.reserve(repeatable("q_9", "key-1", "body-1")).await.unwrap() {
        Reservation::Replay { query_id } => {
            assert_eq!((query_id.as_str(), before >= 10), ("q_1", true), "{last:?}");
            assert_eq!(ledger.balance(PROJECT).await.unwrap(), before);
        }
        Reservation::Fresh(_) => assert_eq!(before, 0, "{last:?}: paid twice"),
        other => panic!("{last:?}: {other:?}"),
    }
}

struct Expected {
    charges: i64,
    answers: i64,
    votes: i64,
}

impl Expected {
    fn spent(&self) -> u64 {
        u64::try_from(self.charges).unwrap() * 10
    }
}

/// What must be durable when the process dies where the step is first reached. `None`: it lived.
fn expected(last: Option<Step>) -> Expected {
    let (charges, answers, votes) = match last {
        Some(
            Step::BeforeSchema
            | Step::SchemaWritten
            | Step::SchemaCommitted
            | Step::BeforeEntry
            | Step::EntryWritten
            | Step::EntryCommitted
            | Step::BeforeIntent
            | Step::IntentWritten,
        ) => (0, 0, 0),
        Some(Step::IntentCommitted | Step::BeforeOutcome | Step::OutcomeWritten) => (1, 0, 0),
        Some(Step::OutcomeCommitted) => (1, 1, 0),
        Some(Step::BeforeVote | Step::VoteWritten) => (2, 2, 0),
        Some(Step::VoteCommitted) => (2, 2, 1),
        Some(
            Step::BeforeForfeit | Step::ForfeitWritten | Step::ForfeitCommitted | Step::LogFile,
        )
        | None => (3, 2, 2),
    };
    Expected { charges, answers, votes }
}
