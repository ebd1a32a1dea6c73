//! One life of the process that has the ledger: it opens, lets clients work, and goes on until it is killed.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clients::{Desk, answered, moment, work};
use super::notes::{Asked, Note, Notebook};
use super::place::Place;
use crate::tests::dice::Dice;
use crate::{LedgerError, Reservation, Step, Steps};

/// Tells the child what to do; without it the test below does nothing.
const ORDERS: &str = "TRESOR_LEDGER_LIFE";
/// How long a server in the wrong order runs ahead of its ledger: a commit on a server takes longer than one in a file.
const HANDING_OUT: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(50)];
/// The child says this when its ledger is open.
pub(crate) const OPEN: &str = "the ledger is open";

/// What a child is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) place: Place,
    pub(crate) life: u64,
    pub(crate) mutant: Option<Mutant>,
    /// The ledger may be taken away from the clients: they then stop.
    pub(crate) may_close: bool,
    /// Clients at the same time; as many as chance wants, where nothing is said.
    pub(crate) clients: Option<u64>,
    /// How much every client does before the ledger is closed; nothing ends a life of work but a kill.
    pub(crate) acts: Option<u64>,
    /// How often it is opened.
    pub(crate) rounds: u64,
}

impl Orders {
    /// Work until the end.
    pub(crate) const fn for_ever(place: Place, life: u64) -> Self {
        Self { place, life, mutant: None, may_close: false, clients: None, acts: None, rounds: 1 }
    }
}

/// A server that does things in the wrong order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mutant {
    /// The answer leaves when the outcome is written, before it is durable.
    ReleasesBeforeCommit,
    /// The query runs when the intent is written, before it is durable.
    RunsBeforeCommit,
}

impl Mutant {
    const fn step(self) -> Step {
        match self {
            Self::ReleasesBeforeCommit => Step::OutcomeWritten,
            Self::RunsBeforeCommit => Step::IntentWritten,
        }
    }
}

/// Starts this program again, as a child that follows the orders.
pub(crate) fn command(orders: &Orders) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "tests::kill::life::life", "--nocapture"]);
    command.env(ORDERS, serde_json::to_string(orders).unwrap());
    command
}

#[test]
fn life() {
    let Some(orders) = orders() else { return };
    std::thread::spawn(die_with_parent);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(live(orders));
}

#[expect(clippy::disallowed_methods, reason = "how this test tells its child from itself")]
fn orders() -> Option<Orders> {
    Some(serde_json::from_str(&std::env::var(ORDERS).ok()?).unwrap())
}

/// The parent holds the other end of our input. Whatever ends it, ends us.
fn die_with_parent() {
    let mut end = vec![];
    drop(std::io::stdin().read_to_end(&mut end));
    std::process::abort();
}

async fn live(orders: Orders) {
    let notebook = Arc::new(Notebook::open(&orders.place.folder));
    for life in orders.life..orders.life + orders.rounds {
        let early = Arc::new(Early {
            notebook: Arc::clone(&notebook),
            at: orders.mutant.map(Mutant::step),
            word: Mutex::new(None),
            handing_out: HANDING_OUT[usize::from(orders.place.address.is_some())],
        });
        let steps: Arc<dyn Steps> = Arc::<Early>::clone(&early);
        let opened = orders.place.open_with(steps, moment(life)).await;
        let (ledger, recovery) = match opened {
            Ok(opened) => opened,
            Err(LedgerError::Unavailable(_)) if orders.may_close => return,
            Err(error) => panic!("{error}"),
        };
        notebook.note(&Note::Opened { entries: recovery.entries });
        writeln!(std::io::stdout(), "{OPEN}").unwrap();
        let desk = Arc::new(Desk {
            ledger,
            notebook: Arc::clone(&notebook),
            known: Mutex::default(),
            life,
            may_close: orders.may_close,
        });
        match orders.mutant {
            Some(mutant) => hurry(&desk, &early, mutant).await,
            None => work_together(&desk, orders.clients, orders.acts.unwrap_or(u64::MAX)).await,
        }
    }
}

async fn work_together(desk: &Arc<Desk>, clients: Option<u64>, acts: u64) {
    let clients = clients.unwrap_or_else(|| 4 + Dice::new(desk.life).below(5));
    let clients = (0..clients).map(|client| {
        let dice = Dice::new(desk.life << 8 | client);
        tokio::spawn(work(Arc::clone(desk), client, acts, dice))
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    desk.ledger.close().await;
}

/// Notes every step; and at one of them gives the word that should have waited.
struct Early {
    notebook: Arc<Notebook>,
    at: Option<Step>,
    word: Mutex<Option<Note>>,
    handing_out: Duration,
}

impl Steps for Early {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        self.notebook.note(&Note::Step { name: format!("{step:?}") });
        if self.at == Some(step)
            && let Some(word) = self.word.lock().unwrap().take()
        {
            self.notebook.note(&word);
            // Handing something out takes a while.
            std::thread::sleep(self.handing_out);
        }
        Ok(())
    }
}

/// A server in the wrong order, one query after the other.
async fn hurry(desk: &Desk, early: &Early, mutant: Mutant) {
    for number in 0.. {
        let query = format!("q_{}_{number}", desk.life);
        let mut intent = crate::tests::intent(&query);
        intent.limit = 1_000_000;
        desk.notebook.note(&Note::Asked(Asked::of(&intent)));
        let charged = Note::Charged { query: query.clone(), seq: None, spent: None };
        let released = Note::Answered { query: query.clone(), seq: None };
        let [first, word] = match mutant {
            Mutant::RunsBeforeCommit => [None, Some(charged)],
            Mutant::ReleasesBeforeCommit => [Some(charged), Some(released)],
        };
        *early.word.lock().unwrap() = word;
        let Reservation::Fresh(receipt) = desk.ledger.reserve(intent).await.unwrap() else {
            panic!("the budget is large and the query is new");
        };
        first.iter().for_each(|word| desk.notebook.note(word));
        desk.ledger.settle(receipt, answered(&query, 0), desk.at()).await.unwrap();
    }
}
