//! The process dies at every durable step of a query (CHARGE-FIRST).
//!
//! The test starts itself again as a child, with a step at which the child kills itself. The parent opens what is left.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tests::ask::{ask_as, caller, request};
use tests::clinic::Clinic;
use tests::home::{AUDITOR, EXACT, Home, RESEARCHER, config};
use tresor_core::engine::{Engine, QueryRequest, QueryState};
use tresor_ledger::{Step, Steps};

const FOLDER: &str = "TRESOR_KILL_FOLDER";
const STEP: &str = "TRESOR_KILL_STEP";
const SQL: &str = "select region, count(*) n, avg(income) from people group by region";

fn keyed() -> QueryRequest {
    QueryRequest { idempotency_key: Some("the-only-key".to_owned()), ..request(EXACT, SQL) }
}

/// Kills the process when a step is reached for the nth time.
struct Killer {
    at: Step,
    left: AtomicUsize,
}

impl Steps for Killer {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        if step == self.at && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
        Ok(())
    }
}

/// The child: does nothing unless a parent asked for it.
#[test]
fn child() {
    let (Some(folder), Some(step)) = (variable(FOLDER), variable(STEP)) else { return };
    let (name, nth) = step.split_once(' ').unwrap();
    let at = Step::ALL.into_iter().find(|step| format!("{step:?}") == name).unwrap();
    let mut config = config(PathBuf::from(folder));
    config.steps = Arc::new(Killer { at, left: AtomicUsize::new(nth.parse().unwrap()) });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let engine = Engine::open(config).await.unwrap();
        ask_as(&engine, RESEARCHER, keyed()).await.unwrap();
        engine.close().await;
    });
}

#[expect(clippy::disallowed_methods, reason = "how the parent tells its child when to die")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Runs the child in a folder; whether it came to its end.
fn run_child(folder: &Path, step: Step, nth: usize) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child"])
        .env(FOLDER, folder)
        .env(STEP, format!("{step:?} {nth}"))
        .output()
        .unwrap()
        .status
        .success()
}

/// What the killed process left: what was spent, and how many intents and outcomes the log has.
struct Left {
    engine: Arc<Engine>,
    spent: u64,
    kinds: Vec<String>,
}

impl Left {
    async fn of(home: &Home) -> Self {
        let engine = home.engine().await;
        let log = engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
        let entries = log["entries"].as_array().unwrap();
        let kinds =
            entries.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect();
        let spent = spent(&engine).await;
        Self { engine, spent, kinds }
    }

    fn count(&self, kind: &str) -> usize {
        self.kinds.iter().filter(|found| *found == kind).count()
    }
}

async fn spent(engine: &Engine) -> u64 {
    let checked = engine.check(&caller(RESEARCHER), request(EXACT, SQL)).await.unwrap();
    checked["budget"]["spent"].as_u64().unwrap()
}

async fn cost(engine: &Engine) -> u64 {
    let checked = engine.check(&caller(RESEARCHER), request(EXACT, SQL)).await.unwrap();
    checked["cost"]["points"].as_u64().unwrap()
}

/// What must hold after a death at this step: is the charge durable, is the answer durable?
const DEATHS: [(Step, bool, bool); 6] = [
    (Step::BeforeIntent, false, false),
    (Step::IntentWritten, false, false),
    (Step::IntentCommitted, true, false),
    (Step::BeforeOutcome, true, false),
    (Step::OutcomeWritten, true, false),
    (Step::OutcomeCommitted, true, true),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_without_charge_and_no_second_charge() {
    for (step, charged, answered) in DEATHS {
        let home = Home::of(&Clinic::new(200, 5));
        assert!(!run_child(home.path(), step, 1), "{step:?} was never reached");
        let left = Left::of(&home).await;
        let cost = cost(&left.engine).await;
        assert!(cost > 0);
        assert_eq!(left.spent, if charged { cost } else { 0 }, "{step:?}");
        assert_eq!(left.count("intent"), usize::from(charged), "{step:?}");
        assert_eq!(left.count("outcome"), usize::from(answered), "{step:?}");
        assert_eq!(left.count("forfeited"), usize::from(charged && !answered), "{step:?}");

        // The same key after the restart: the same query, no second charge.
        let (engine, researcher) = (&left.engine, caller(RESEARCHER));
        let id = engine.submit(&researcher, keyed()).await.unwrap();
        let status = engine.status(&researcher, &id, Duration::from_secs(60)).await.unwrap();
        let expected =
            if charged && !answered { QueryState::Failed } else { QueryState::Succeeded };
        assert_eq!(status.state, expected, "{step:?}");
        assert_eq!(spent(engine).await, cost, "{step:?}");
        let again = engine.submit(&researcher, keyed()).await.unwrap();
        assert_eq!(again, id, "{step:?}");
        assert_eq!(spent(engine).await, cost, "{step:?}");
        let result = engine.result(&researcher, &id, tresor_core::engine::ResultFormat::Json).await;
        assert_eq!(result.is_ok(), expected == QueryState::Succeeded, "{step:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_any_other_step_leaves_a_ledger_that_opens() {
    let others =
        Step::ALL.into_iter().filter(|step| DEATHS.iter().all(|(death, ..)| death != step));
    for step in others {
        let home = Home::of(&Clinic::new(100, 5));
        // A first life to its end, so that forfeiture has something to look at in the second.
        run_child(home.path(), Step::BeforeOutcome, 1);
        let before = {
            let left = Left::of(&home).await;
            left.engine.close().await;
            left.spent
        };
        run_child(home.path(), step, 1);
        let left = Left::of(&home).await;
        assert_eq!(left.spent, before, "{step:?}: the same key is charged once");
        assert_eq!(left.count("intent"), 1, "{step:?}");
    }
}
