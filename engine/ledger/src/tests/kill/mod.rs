//! `kill -9` at any moment, some thousand times, while several people work on the ledger.
//!
//! A child opens the ledger and lets clients work; whatever they are told they note first. The parent kills the child,
//! opens what is left, and holds the ledger to every word that anybody was ever told (`word.rs`), by a second ledger that
//! is made from the log alone (`books.rs`).

mod books;
mod clients;
pub(super) mod life;
pub(super) mod notes;
pub(super) mod place;
pub(super) mod word;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use self::life::{Mutant, OPEN, Orders, command};
use self::notes::Note;
use self::place::Place;
use self::word::Word;
use super::dice::Dice;
use super::{LATER, On, postgres};

/// Lives of one ledger. A new one is then begun, so that opening stays quick.
const LIVES: u64 = 25;
/// Kills where nobody asks for more.
const KILLS: u64 = 2_000;
/// Asks for more.
const MORE: &str = "TRESOR_KILLS";
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
    let kills = wanted();
    let began = Instant::now();
    let tally = every_home(on, kills / LIVES);
    tally.say(on, began.elapsed());
    assert!(tally.kills >= kills / LIVES * LIVES);
    assert!(tally.inside > 0, "no kill fell into a write");
}

#[test]
fn an_answer_that_leaves_before_its_commit_is_caught() {
    caught(Mutant::ReleasesBeforeCommit, "told as released, not released");
}

#[test]
fn a_query_that_runs_before_its_commit_is_caught() {
    caught(Mutant::RunsBeforeCommit, "told as charged, not charged");
}

#[expect(clippy::disallowed_methods, reason = "the nightly run asks for more kills")]
fn wanted() -> u64 {
    std::env::var(MORE).ok().map_or(KILLS, |kills| kills.parse().unwrap())
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
    let address = match on {
        On::Sqlite => None,
        On::Postgres => postgres::database(),
    };
    let place = Place { address, ..Place::file(folder.path()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut dice = Dice::new(seed);
    let (mut tally, mut word, mut read) = (Tally::default(), Word::default(), 0);
    for life in 0..lives {
        let orders = Orders { mutant, ..Orders::for_ever(place.clone(), life) };
        live_and_die(&orders, &mut dice);
        let (notes, end) = notes::read(&place.folder, read);
        read = end;
        tally.count(&notes);
        word.hear(notes);
        let broken = runtime.block_on(examine(&place, &word, &mut tally));
        if !broken.is_empty() {
            return (tally, broken);
        }
    }
    tally.told = word.told();
    (tally, vec![])
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
    let broken = word.broken(&ledger).await.unwrap_or_else(|error| vec![error.to_string()]);
    ledger.close().await;
    broken
}

/// Starts a child and kills it: mostly at work, sometimes while it opens the ledger.
fn live_and_die(orders: &Orders, dice: &mut Dice) {
    let mut child = command(orders)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if dice.one_in(8) {
        std::thread::sleep(Duration::from_micros(dice.below(20_000)));
    } else {
        wait_until_open(&mut child);
        std::thread::sleep(Duration::from_micros(2_000 + dice.below(38_000)));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut words = String::new();
    child.stderr.take().unwrap().read_to_string(&mut words).unwrap();
    assert!(!words.contains("panicked"), "the child failed instead of dying: {words}");
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
fn caught(mutant: Mutant, finding: &str) {
    let (tally, broken) = one_home(On::Sqlite, 7, 100, Some(mutant));
    say(&format!("{mutant:?}: caught after {} kills", tally.kills));
    assert!(broken.iter().any(|words| words.contains(finding)), "not caught: {broken:?}");
}
