//! Access ends with the second in which person, project, approval, membership, training or accreditation ends: for
//! asking, for fetching what was asked before, and for roles outside projects.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tests::ask::{ask, caller, request};
use tests::clinic::Clinic;
use tests::home::{AUDITOR, EXACT, Home, RESEARCHER};
use tresor_core::clock::Clock;
use tresor_core::engine::{Engine, QueryState, ResultFormat};
use tresor_core::refusal::Code;

const SQL: &str = "select count(*) from people";
/// 2030-06-14 23:59:59 UTC.
const LAST_SECOND: i64 = 1_907_711_999;
const ENDS: &str = "2030-06-14";

/// A clock that tests set, in seconds.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> time::OffsetDateTime {
        time::OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Time passes; nobody sets the clock of a machine.
    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst).unsigned_abs())
    }
}

async fn engine_at(home: &Home, seconds: i64) -> (Arc<Engine>, Arc<SetClock>) {
    let clock = Arc::new(SetClock(AtomicI64::new(seconds)));
    let mut config = home.config();
    config.clock = Arc::<SetClock>::clone(&clock);
    (Engine::open(config).await.unwrap(), clock)
}

/// A home in which one thing ends on the day.
fn ending(file: &str, from: &str, to: &str) -> Home {
    let home = Home::of(&Clinic::new(200, 1));
    let text = home.policy(file);
    assert!(text.contains(from), "`{from}` is not in {file}");
    home.write_policy(file, &text.replacen(from, to, 1));
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_expires_may_neither_ask_nor_fetch() {
    let project = "projects/exact.toml";
    let accredited = format!(
        "training_until = 2099-12-31\naccreditation = {{ number = \"A\", until = {ENDS} }}"
    );
    let cases = [
        (
            "people.toml",
            "name = \"Ann\"",
            format!("name = \"Ann\"\nuntil = {ENDS}"),
            "your account",
        ),
        (project, "\nend = 2099-12-31", format!("\nend = {ENDS}"), "the project"),
        (
            project,
            "\"Testers\", until = 2099-12-31",
            format!("\"Testers\", until = {ENDS}"),
            "the approval of the project",
        ),
        (project, "\nuntil = 2099-12-31", format!("\nuntil = {ENDS}"), "your membership"),
        (
            project,
            "training_until = 2099-12-31",
            format!("training_until = {ENDS}"),
            "your training",
        ),
        (project, "training_until = 2099-12-31", accredited, "your accreditation"),
    ];
    for (file, from, to, what) in cases {
        let home = ending(file, from, &to);
        let (engine, clock) = engine_at(&home, LAST_SECOND).await;
        let who = caller(RESEARCHER);
        let id = engine.submit(&who, request(EXACT, SQL)).await.unwrap();
        while engine.status(&who, &id, Duration::from_secs(60)).await.unwrap().state
            == QueryState::Running
        {}
        engine.result(&who, &id, ResultFormat::Json).await.unwrap();

        clock.0.store(LAST_SECOND + 1, Ordering::SeqCst);
        let refusals = [
            ask(&engine, EXACT, SQL).await.err(),
            engine.check(&who, request(EXACT, SQL)).await.err(),
            engine.status(&who, &id, Duration::ZERO).await.err(),
            engine.result(&who, &id, ResultFormat::Json).await.err(),
        ];
        for refusal in refusals {
            let refusal = refusal.unwrap_or_else(|| panic!("{what} has ended"));
            assert_eq!(refusal.code(), Code::Expired);
            assert_eq!(refusal.detail(), format!("{what} ended on {ENDS}"));
        }
        // What has ended is not listed either.
        let listed = engine.datasets(&who).await.map(|listed| listed.to_string());
        assert!(!listed.is_ok_and(|listed| listed.contains("\"exact\"")), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_outside_projects_end_with_role_and_account() {
    for (from, to) in [
        ("until = 2099-12-31 }", format!("until = {ENDS} }}")),
        ("name = \"Ivy\"", format!("name = \"Ivy\"\nuntil = {ENDS}")),
    ] {
        let home = ending("people.toml", from, &to);
        let (engine, clock) = engine_at(&home, LAST_SECOND).await;
        assert!(engine.audit(&caller(AUDITOR), 0, 10).await.is_ok(), "{to}");
        clock.0.store(LAST_SECOND + 1, Ordering::SeqCst);
        let refusal = engine.audit(&caller(AUDITOR), 0, 10).await.err().unwrap();
        assert_eq!(refusal.code(), Code::Forbidden, "{to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_token_after_their_last_day() {
    let home = ending("people.toml", "name = \"Ivy\"", &format!("name = \"Ivy\"\nuntil = {ENDS}"));
    let (engine, clock) = engine_at(&home, LAST_SECOND).await;
    let (user, hour) = (caller(AUDITOR).user, Duration::from_secs(3_600));
    assert!(engine.issue_token(&user, hour).await.is_ok());
    clock.0.store(LAST_SECOND + 1, Ordering::SeqCst);
    assert_eq!(engine.issue_token(&user, hour).await.unwrap_err().code(), Code::Expired);
}
