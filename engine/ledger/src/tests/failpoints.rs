//! The disk fails at every step of the write path, once and twice.
//!
//! Whatever fails: no word is lost, nothing is charged twice, everybody is told that the ledger must be opened again, and
//! opening it again is all it takes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::kill::clients::answered;
use super::kill::notes::{Asked, Note};
use super::kill::place::Place;
use super::kill::say;
use super::kill::word::Word;
use super::*;
use crate::{Kind, NewEntry, NewToken, Step, Voted};

on_both![a_step_that_fails_breaks_no_word, two_steps_that_fail_one_after_the_other_break_no_word,];

/// Fails when a step is reached for the nth time, and counts all steps.
struct Fails {
    at: Option<(Step, usize)>,
    seen: Mutex<Vec<Step>>,
    failed: AtomicUsize,
}

impl Fails {
    fn new(at: Option<(Step, usize)>) -> Arc<Self> {
        Arc::new(Self { at, seen: Mutex::default(), failed: AtomicUsize::new(0) })
    }
}

impl Steps for Fails {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        let mut seen = self.seen.lock().unwrap();
        seen.push(step);
        let count = seen.iter().filter(|before| **before == step).count();
        if self.at == Some((step, count)) {
            self.failed.fetch_add(1, Ordering::SeqCst);
            return Err(std::io::Error::other("the disk failed"));
        }
        Ok(())
    }
}

/// A ledger that lives again and again, and what was told in all its lives.
struct Tried {
    _folder: TempDir,
    place: Place,
    word: Word,
    life: usize,
}

impl Tried {
    fn new(on: On) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(on, folder.path());
        Self { _folder: folder, place, word: Word::default(), life: 0 }
    }

    /// One life, in which a step fails. Gives the steps that were reached, and whether one of them failed.
    async fn live(&mut self, at: Option<(Step, usize)>) -> (Vec<Step>, bool) {
        let steps = Fails::new(at);
        self.life += 1;
        let mut notes = vec![];
        let ended = self.story(Arc::<Fails>::clone(&steps), &mut notes).await;
        self.word.hear(notes);
        let failed = steps.failed.load(Ordering::SeqCst) > 0;
        match ended {
            // What cannot be published at the end of the day is published at the next start.
            Ok(()) if matches!(at, Some((Step::LogFile, _))) => {}
            Ok(()) => assert!(!failed, "{at:?}: nobody was told"),
            Err(error) => {
                assert!(failed, "{at:?}: {error}");
                let words = error.to_string();
                assert!(words.contains("until it is opened again"), "{at:?}: {words}");
            }
        }
        let seen = steps.seen.lock().unwrap().clone();
        (seen, failed)
    }

    /// A day of the ledger; what is told is noted.
    async fn story(&self, steps: Arc<Fails>, notes: &mut Vec<Note>) -> Result<(), LedgerError> {
        let (ledger, recovery) = self.place.open_with(steps, NOW).await?;
        notes.push(Note::Opened { entries: recovery.entries });
        let ended = self.day(&ledger, notes).await;
        if ended.is_err() {
            refuses_everything(&ledger, self.life).await;
        }
        ledger.close().await;
        ended
    }

    async fn day(&self, ledger: &Ledger, notes: &mut Vec<Note>) -> Result<(), LedgerError> {
        let life = self.life;
        let start = ledger.record(NewEntry::new(Kind::Start, "system", NOW)).await?;
        notes.push(Note::Recorded { seq: start.seq(), hash: start.leaf_hash().to_string() });
        let [first, second, third] = [1, 2, 3].map(|number| format!("q_{life}_{number}"));
        let key = format!("key-{life}");

        // Never settled: it is there to be forfeited at the next start, whatever fails from here on.
        let _running = fresh(ask(ledger, intent(&third), notes).await?);

        let receipt = fresh(ask(ledger, repeatable(&first, &key, "body"), notes).await?);
        let outcome = answered(&first, 0);
        let seq = ledger.settle(receipt, outcome, NOW).await?.entry().seq();
        notes.push(Note::Answered { query: first.clone(), seq: Some(seq) });

        let receipt = fresh(ask(ledger, intent(&second), notes).await?);
        ledger.settle(receipt, answered(&second, REVIEWERS), NOW).await?;
        notes.push(Note::Held { query: second.clone() });
        for checker in ["chidi", "mira"] {
            let Voted::Counted(state) = ledger.vote(vote(&second, checker)).await? else {
                panic!("both are others, and vote once");
            };
            notes.push(Note::voted(&second, checker, Decision::Release, state));
        }

        let id = format!("t_{life}");
        ledger.store_token(token(&id)).await?;
        notes.push(Note::Token { id: id.clone(), withdrawn: false });
        ledger.revoke_token(&id, "ana", Some(1), NOW).await?;
        notes.push(Note::Token { id, withdrawn: true });

        let again = ask(ledger, repeatable("again", &key, "body"), notes).await?;
        assert!(matches!(again, Reservation::Replay { query_id } if query_id == first));
        Ok(())
    }

    /// Opened again without any help, it keeps its word and works.
    async fn check(&self, what: &str) {
        let (ledger, _) = self.place.open(LATER).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        let broken = self.word.broken(&ledger).await.unwrap();
        assert!(broken.is_empty(), "{what}: {broken:#?}");
        ledger.close().await;
    }
}

async fn ask(
    ledger: &Ledger,
    mut intent: Intent,
    notes: &mut Vec<Note>,
) -> Result<Reservation, LedgerError> {
    intent.limit = 1_000_000;
    notes.push(Note::Asked(Asked::of(&intent)));
    let query = intent.query_id.clone();
    let reservation = ledger.reserve(intent).await?;
    if let Reservation::Fresh(receipt) = &reservation {
        let (seq, spent) = (Some(receipt.entry().seq()), Some(receipt.spent()));
        notes.push(Note::Charged { query, seq, spent });
    }
    Ok(reservation)
}

fn token(id: &str) -> NewToken {
    NewToken {
        token_id: id.to_owned(),
        user: "ana".to_owned(),
        secret_hash: [3; 32],
        issued_at: NOW,
        expires_at: LATER,
        issued_by: "ana".to_owned(),
        policy_revision: Some(1),
    }
}

/// After the failure nothing is charged, nothing recorded and nothing served until the ledger is opened again.
async fn refuses_everything(ledger: &Ledger, life: usize) {
    let first = format!("q_{life}_1");
    let refusals = [
        ledger.reserve(intent("q_late")).await.err(),
        ledger.record(NewEntry::new(Kind::Start, "system", NOW)).await.err(),
        ledger.vote(vote(&first, "noor")).await.err(),
        ledger.store_token(token("t_late")).await.err(),
        ledger.answer(&first).await.err(),
        ledger.balance(PROJECT).await.err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Some(LedgerError::Unavailable(_))), "{refusal:?}");
    }
}

/// Every step of a whole day, each time that it is reached.
async fn a_step_that_fails_breaks_no_word(on: On) {
    let (whole, _) = Tried::new(on).live(None).await;
    let mut tried = Tried::new(on);
    for (index, step) in whole.iter().enumerate() {
        let nth = whole[..=index].iter().filter(|before| *before == step).count();
        if of_schema(*step) {
            tried = Tried::new(on);
        }
        tried.live(Some((*step, nth))).await;
        tried.check(&format!("{step:?} {nth}")).await;
    }
    say(&format!("{on:?}: the disk failed at each of {} steps of a day", whole.len()));
}

/// Every ordered pair of steps: the second fails in the life after the one in which the first failed.
async fn two_steps_that_fail_one_after_the_other_break_no_word(on: On) {
    let mut tried = Tried::new(on);
    let (mut whole, _) = tried.live(None).await;
    whole.extend(tried.live(None).await.0.iter().filter(|step| of_forfeit(**step)));
    let mut both = 0;
    for first in Step::ALL {
        // The last time that it is reached: by then there is something that the next start has to forfeit.
        let nth = whole.iter().filter(|step| **step == first).count();
        let mut tried = begun(on, first).await;
        for second in Step::ALL {
            if of_schema(first) {
                tried = begun(on, first).await;
            }
            let what = format!("{first:?}, then {second:?}");
            let (_, failed) = tried.live(Some((first, nth))).await;
            assert!(failed, "{what}: the first is part of a day");
            let (_, again) = tried.live(Some((second, 1))).await;
            let nothing_runs = of_schema(first) || first == Step::ForfeitCommitted;
            let reachable = !(of_schema(second) || nothing_runs && of_forfeit(second));
            assert!(again || !reachable, "{what}: the second is part of a day");
            both += u32::from(again);
            tried.check(&what).await;
            // A day without failures: nothing has to be repaired, and something is left to be forfeited.
            tried.live(None).await;
        }
    }
    say(&format!("{on:?}: the disk failed twice, in {both} pairs of steps"));
}

/// A ledger at which the step can be reached: a new one for those of the schema.
async fn begun(on: On, first: Step) -> Tried {
    let mut tried = Tried::new(on);
    if !of_schema(first) {
        tried.live(None).await;
    }
    tried
}

fn of_schema(step: Step) -> bool {
    matches!(step, Step::BeforeSchema | Step::SchemaWritten | Step::SchemaCommitted)
}

fn of_forfeit(step: Step) -> bool {
    matches!(step, Step::BeforeForfeit | Step::ForfeitWritten | Step::ForfeitCommitted)
}
