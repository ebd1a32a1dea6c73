//! `kill -9` at any moment, some thousand times, while several people work on the ledger.
//!
//! A child opens the ledger and lets clients work; whatever they are told they note first. The parent kills the child,
//! opens what is left, and holds the ledger to every word that anybody was ever told (`word.rs`), by a second ledger that
//! is made from the log alone (`books.rs`).

mod books;
pub(super) mod clients;
pub(super) mod life;
pub(super) mod notes;
pub(super) mod place;
pub(super) mod server;
pub(super) mod word;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use self::life::{Mutant, OPEN, Orders, command};
use self::notes::Note;
use self::place::Place;
use self::server::Server;
use self::word::Word;
use super::dice::Dice;
use super::{LATER, On, postgres};

/// Lives of one ledger. A new one is then begun, so that opening stays quick.
const LIVES: u64 = 25;
/// Kills where nobody asks for more.
const KILLS: u64 = 2_000;
/// Asks for more.
const MORE: &str = "TRESOR_KILLS";
/// One stop of the whole server of databases for so many kills.
const CRASHES: u64 = 50;
/// Ledgers at the same time.
const HANDS: usize = 3;

#[test]
fn a_kill_at_any_moment_breaks_no_word_in_a_file() {
    kill_often(On::Sqlite);
}

#[test]
fn a_kill_at_any_moment_breaks_no_word_on_a_server() {
    if postgres::installed() {
        kill_often(On::Postgres);
    }
}

fn kill_often(on: On) {
    let kills = times(MORE, KILLS);
    let began = Instant::now();
    let tally = every_home(on, kills / LIVES);
    tally.say(on, began.elapsed());
    assert!(tally.kills >= kills / LIVES * LIVES);
    assert!(tally.inside > 0, "no kill fell into a write");
}

/// The server of the databases dies, and we with it.
#[test]
fn a_server_of_databases_that_dies_breaks_no_word() {
    let Some(server) = Server::new() else { return };
    let rounds = times(MORE, KILLS) / CRASHES;
    let folder = tempfile::tempdir().unwrap();
    let place = Place { address: Some(server.address()), ..Place::file(folder.path()) };
    let mut home = Opened::new(place);
    let mut dice = Dice::new(11);
    for life in 0..rounds {
        let orders = Orders { may_close: true, ..Orders::for_ever(home.place.clone(), life) };
        let mut child = begin(&orders);
        wait_until_open(&mut child);
        wait_for_notes(&home.place, &mut child, dice.below(8_000));
        server.crash();
        end(child);
        server.start();
        let broken = home.examine();
        assert!(broken.is_empty(), "life {life}: {broken:#?}");
    }
    say(&format!(
        "Postgres: the server itself stopped {rounds} times, {} words kept",
        home.word.told()
    ));
}

#[test]
fn an_answer_that_leaves_before_its_commit_is_caught_in_a_file() {
    caught(On::Sqlite, Mutant::ReleasesBeforeCommit, "told as released, not released");
}

#[test]
fn an_answer_that_leaves_before_its_commit_is_caught_on_a_server() {
    if postgres::database().is_some() {
        caught(On::Postgres, Mutant::ReleasesBeforeCommit, "told as released, not released");
    }
}

#[test]
fn a_query_that_runs_before_its_commit_is_caught_in_a_file() {
    caught(On::Sqlite, Mutant::RunsBeforeCommit, "told as charged, not charged");
}

#[test]
fn a_query_that_runs_before_its_commit_is_caught_on_a_server() {
    if postgres::database().is_some() {
        caught(On::Postgres, Mutant::RunsBeforeCommit, "told as charged, not charged");
    }
}

/// How often something is tried: so often, unless the environment asks for more. The nightly run does.
#[expect(clippy::disallowed_methods, reason = "the nightly run asks for more")]
pub(super) fn times(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |times| times.parse().unwrap())
}

/// What was seen.
#[derive(Default)]
struct Tally {
    kills: u64,
    inside: u64,
    committing: u64,
    opening: u64,
    told: usize,
    forfeited: u64,
}

impl Tally {
    /// Where a kill found the child.
    fn count(&mut self, notes: &[Note]) {
        self.kills += 1;
        let last = notes.iter().rev().find_map(step_of).unwrap_or_default();
        self.opening += u64::from(!notes.iter().any(|note| matches!(note, Note::Opened { .. })));
        self.inside += u64::from(last.starts_with("Before") || last.ends_with("Written"));
        self.committing += u64::from(last.ends_with("Written"));
    }

    fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.inside += other.inside;
        self.committing += other.committing;
        self.opening += other.opening;
        self.told += other.told;
        self.forfeited += other.forfeited;
    }

    fn say(&self, on: On, took: Duration) {
        let Self { kills, inside, committing, opening, told, forfeited } = self;
        say(&format!(
            "{on:?}: {kills} kills in {} s, {inside} inside a write ({committing} of them inside its commit), {opening} before the ledger was open; \
             {told} words kept, {forfeited} queries forfeited",
            took.as_secs(),
        ));
    }
}

/// Past the capture of the test runner: how often it was killed is worth reading in every run.
pub(super) fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap();
}

fn every_home(on: On, homes: u64) -> Tally {
    let next = AtomicU64::new(0);
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|_| {
                scope.spawn(|| {
                    let mut sum = Tally::default();
                    loop {
                        let home = next.fetch_add(1, Ordering::SeqCst);
                        if home >= homes {
                            return sum;
                        }
                        let (tally, broken) = one_home(on, home, LIVES, None);
                        assert!(broken.is_empty(), "ledger {home}: {broken:#?}");
                        sum.add(&tally);
                    }
                })
            })
            .collect();
        for hand in hands {
            total.add(&hand.join().unwrap());
        }
    });
    total
}

/// All lives of one ledger; ends early with the words that were broken.
fn one_home(on: On, seed: u64, lives: u64, mutant: Option<Mutant>) -> (Tally, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut home = Opened::new(Place::new(on, folder.path()));
    let mut dice = Dice::new(seed);
    for life in 0..lives {
        let orders = Orders { mutant, ..Orders::for_ever(home.place.clone(), life) };
        live_and_die(&orders, &mut dice);
        let broken = home.examine();
        if !broken.is_empty() {
            return (home.tally, broken);
        }
    }
    home.tally.told = home.word.told();
    (home.tally, vec![])
}

/// A ledger whose process dies again and again.
struct Opened {
    place: Place,
    runtime: Runtime,
    word: Word,
    tally: Tally,
    read: usize,
}

impl Opened {
    fn new(place: Place) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { place, runtime, word: Word::default(), tally: Tally::default(), read: 0 }
    }

    /// Hears what was told in one more life, and opens what is left.
    fn examine(&mut self) -> Vec<String> {
        let (notes, end) = notes::read(&self.place.folder, self.read);
        self.read = end;
        self.tally.count(&notes);
        self.word.hear(notes);
        let Self { place, runtime, word, tally, .. } = self;
        runtime.block_on(examine(place, word, tally))
    }
}

fn step_of(note: &Note) -> Option<&str> {
    match note {
        Note::Step { name } => Some(name),
        _ => None,
    }
}

async fn examine(place: &Place, word: &Word, tally: &mut Tally) -> Vec<String> {
    let (ledger, recovery) = match place.open(LATER).await {
        Ok(opened) => opened,
        Err(error) => return vec![format!("the ledger does not open: {error}")],
    };
    tally.forfeited += recovery.forfeited;
    let mut broken = word.broken(&ledger).await.unwrap_or_else(|error| vec![error.to_string()]);
    broken.extend(place.close(ledger).await);
    broken
}

/// Starts a child and kills it: mostly at work, sometimes while it opens the ledger.
fn live_and_die(orders: &Orders, dice: &mut Dice) {
    let mut child = begin(orders);
    match dice.below(8) {
        0 => std::thread::sleep(Duration::from_micros(dice.below(20_000))),
        1..4 => {
            wait_until_open(&mut child);
            std::thread::sleep(Duration::from_micros(2_000 + dice.below(38_000)));
        }
        _ => {
            wait_until_open(&mut child);
            wait_for_notes(&orders.place, &mut child, dice.below(4_000));
        }
    }
    end(child);
}

fn begin(orders: &Orders) -> Child {
    let mut command = command(orders);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
    let mut words = String::new();
    child.stderr.take().unwrap().read_to_string(&mut words).unwrap();
    assert!(!words.contains("panicked"), "the child failed instead of dying: {words}");
}

/// Lets the clients work until they have noted so many bytes more, however busy the machine is.
fn wait_for_notes(place: &Place, child: &mut Child, bytes: u64) {
    let until = notes::length(&place.folder) + bytes;
    while notes::length(&place.folder) < until && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn wait_until_open(child: &mut Child) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines {
        if line.unwrap().contains(OPEN) {
            return;
        }
    }
}

/// The harness finds a server that does things in the wrong order, and soon.
fn caught(on: On, mutant: Mutant, finding: &str) {
    let (tally, broken) = one_home(on, 7, 100, Some(mutant));
    say(&format!("{on:?}, {mutant:?}: caught after {} kills", tally.kills));
    assert!(broken.iter().any(|words| words.contains(finding)), "not caught: {broken:?}");
}
