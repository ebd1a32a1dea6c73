//! The process dies at every durable step of a decision: the answer is held, or both have decided and it is out.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tests::ask::{ask_as, caller};
use tests::home::{AUDITOR, RESEARCHER, config};
use tresor_core::engine::{Decision, Engine, QueryState};
use tresor_core::ids::QueryId;
use tresor_ledger::{Step, Steps};

use super::house::*;

const FOLDER: &str = "TRESOR_REVIEW_FOLDER";
const STEP: &str = "TRESOR_REVIEW_STEP";

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
        let id = asked(&engine, RESEARCHER, keyed(SQL)).await;
        for checker in &CHECKERS[..2] {
            decide(&engine, checker, &id, Decision::Release).await.unwrap();
        }
        engine.close().await;
    });
}

#[expect(clippy::disallowed_methods, reason = "how the parent tells its child when to die")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// After a death at this step, reached for the nth time: how many votes are durable.
const DEATHS: [(Step, usize, usize); 7] = [
    (Step::OutcomeCommitted, 1, 0),
    (Step::BeforeVote, 1, 0),
    (Step::VoteWritten, 1, 0),
    (Step::VoteCommitted, 1, 1),
    (Step::BeforeVote, 2, 1),
    (Step::VoteWritten, 2, 1),
    (Step::VoteCommitted, 2, 2),
];

#[tokio::test(flavor = "multi_thread")]
async fn votes_and_release_are_durable_together() {
    for (step, nth, votes) in DEATHS {
        let home = home();
        let lived = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "reviews::death::child"])
            .env(FOLDER, home.path())
            .env(STEP, format!("{step:?} {nth}"))
            .output()
            .unwrap();
        assert!(!lived.status.success(), "{step:?} {nth} was never reached");
        let words = String::from_utf8_lossy(&lived.stderr);
        assert!(!words.contains("panicked"), "{words}");

        let engine = home.engine().await;
        let log = engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
        let entries = log["entries"].as_array().unwrap();
        let of = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).count();
        assert_eq!((of("outcome"), of("review")), (1, votes), "{step:?} {nth}");
        let id = engine.submit(&caller(RESEARCHER), keyed(SQL)).await.unwrap();
        let expected = if votes == 2 { QueryState::Succeeded } else { QueryState::Held };
        assert_eq!(state(&engine, RESEARCHER, &id).await, expected, "{step:?} {nth}");
        finish(&engine, &id, votes).await;
    }
}

/// Who got no word tries again: their vote counts once, and the answer comes out with the second.
async fn finish(engine: &Arc<Engine>, id: &QueryId, votes: usize) {
    for (number, checker) in CHECKERS[..2].iter().enumerate() {
        let again = decide(engine, checker, id, Decision::Release).await;
        assert_eq!(again.is_ok(), number >= votes, "{checker} after {votes}");
    }
    assert_eq!(state(engine, RESEARCHER, id).await, QueryState::Succeeded);
    assert!(ask_as(engine, RESEARCHER, keyed(SQL)).await.is_ok());
}
