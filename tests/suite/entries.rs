//! What the log says of everything beside queries: extracts, budgets, downloads, the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tests::ask::{ask, caller, request};
use tests::clinic::Clinic;
use tests::home::{AUDITOR, EXACT, Home, POOR, RESEARCHER};
use tresor_core::clock::Clock;
use tresor_core::engine::{Engine, EngineConfig, Markers, QueryState, ResultFormat};
use tresor_core::ids::QueryId;
use tresor_core::refusal::Code;
use tresor_ledger::digest_of;

const SQL: &str = "select count(*) from people";

/// The log as the auditor reads it.
async fn log(engine: &Engine) -> Vec<Value> {
    let (mut all, mut from) = (vec![], 0);
    loop {
        let part = engine.audit(&caller(AUDITOR), from, 1_000).await.unwrap();
        let entries = part["entries"].as_array().unwrap().clone();
        let reading = entries.last().is_none_or(|last| last["kind"] == "log_read");
        all.extend(entries);
        if reading {
            return all;
        }
        from = part["next"].as_u64().unwrap();
    }
}

async fn of_kind(engine: &Engine, kind: &str) -> Vec<Value> {
    log(engine).await.into_iter().filter(|entry| entry["kind"] == kind).collect()
}

async fn answered(engine: &Arc<Engine>) -> QueryId {
    let user = caller(RESEARCHER);
    let id = engine.submit(&user, request(EXACT, SQL)).await.unwrap();
    loop {
        let status = engine.status(&user, &id, Duration::from_secs(60)).await.unwrap();
        if status.state != QueryState::Running {
            return id;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_is_registered_once_and_withdrawn_when_it_is_gone() {
    let home = Home::of(&Clinic::new(200, 1));
    let engine = home.engine().await;
    let first = of_kind(&engine, "extract_registered").await;
    let datasets: Vec<&Value> = first.iter().map(|entry| &entry["body"]["dataset"]).collect();
    assert_eq!(datasets, ["clinic", "registry"]);
    let clinic = &first[0]["body"];
    assert_eq!((&clinic["persons"], &clinic["rows"]["people"]), (&json!(200), &json!(200)));
    assert_eq!(
        (&clinic["manifest_digest"], &clinic["policy_revision"]),
        (&clinic["snapshot"], &json!(1))
    );
    engine.close().await;
    drop(engine);

    let engine = home.engine().await;
    assert_eq!(of_kind(&engine, "extract_registered").await.len(), 2);
    engine.close().await;
    drop(engine);

    home.add(&Clinic::new(210, 2));
    let engine = home.engine().await;
    let gone = of_kind(&engine, "extract_withdrawn").await;
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0]["body"]["snapshot"], clinic["snapshot"]);
    let registered = of_kind(&engine, "extract_registered").await;
    assert_eq!(registered.len(), 3);
    assert_eq!(registered[2]["body"]["persons"], 210);
}

/// A budget belongs to a project, whatever the project reads: a dataset that comes again, under its own name or another,
/// gives nobody a point back.
#[tokio::test(flavor = "multi_thread")]
async fn registering_people_again_refunds_nothing() {
    let home = Home::of(&Clinic::new(200, 1));
    let config = home.config();
    let entropy = Arc::clone(&config.entropy);
    let engine = Engine::open(config).await.unwrap();
    let spent = async |engine: &Arc<Engine>| {
        let checked = engine.check(&caller(RESEARCHER), request(POOR, SQL)).await.unwrap();
        checked["budget"].clone()
    };
    ask(&engine, POOR, SQL).await.unwrap();
    assert_eq!(spent(&engine).await, json!({ "spent": 1, "remaining": 2 }));
    engine.close().await;
    drop(engine);

    home.add(&Clinic::new(200, 3));
    let source = home.path().join("source").join("clinic");
    let contract = std::fs::read_to_string(source.join("contract.toml")).unwrap();
    let renamed = contract.replace("dataset = \"clinic\"", "dataset = \"clinic_again\"");
    assert_ne!(renamed, contract);
    std::fs::write(source.join("contract.toml"), renamed).unwrap();
    home.add_from(&source, 97);
    let engine = Engine::open(EngineConfig { entropy, ..home.config() }).await.unwrap();
    assert_eq!(of_kind(&engine, "extract_registered").await.len(), 4);
    assert_eq!(spent(&engine).await, json!({ "spent": 1, "remaining": 2 }));
    ask(&engine, POOR, SQL).await.unwrap();
    ask(&engine, POOR, SQL).await.unwrap();
    let refused = ask(&engine, POOR, SQL).await.err().unwrap();
    assert_eq!(refused.code(), Code::BudgetExhausted);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fetch_is_a_download_with_the_digest_of_what_left() {
    let home = Home::of(&Clinic::new(200, 1));
    let engine = home.engine().await;
    let id = answered(&engine).await;
    let user = caller(RESEARCHER);
    assert!(of_kind(&engine, "download").await.is_empty());
    let mut left = vec![];
    for form in [ResultFormat::Json, ResultFormat::Json, ResultFormat::Csv(Markers::Columns)] {
        left.push(engine.result(&user, &id, form).await.unwrap().into_bytes());
    }
    let downloads = of_kind(&engine, "download").await;
    let forms: Vec<&Value> = downloads.iter().map(|entry| &entry["body"]["form"]).collect();
    assert_eq!(forms, ["json", "json", "csv"]);
    for (entry, bytes) in downloads.iter().zip(&left) {
        assert_eq!(
            (&entry["actor"], &entry["query_id"]),
            (&json!(RESEARCHER), &json!(id.as_str()))
        );
        assert_eq!((&entry["project"], &entry["role"]), (&json!(EXACT), &json!("researcher")));
        assert_eq!(entry["body"]["digest"], digest_of(bytes));
        assert_eq!(entry["body"]["bytes"], bytes.len());
    }
    // What is refused does not leave.
    let stranger = engine.result(&caller("bob"), &id, ResultFormat::Json).await;
    assert!(stranger.is_err());
    assert_eq!(of_kind(&engine, "download").await.len(), 3);
}

/// A clock whose time is set by hand, beside one that only counts.
struct TwoClocks {
    time: AtomicI64,
    counter: AtomicI64,
}

impl TwoClocks {
    fn pass(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::SeqCst);
        self.counter.fetch_add(seconds, Ordering::SeqCst);
    }

    fn set_by(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TwoClocks {
    fn now(&self) -> time::OffsetDateTime {
        time::OffsetDateTime::from_unix_timestamp(self.time.load(Ordering::SeqCst)).unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.counter.load(Ordering::SeqCst).unsigned_abs())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_released_until_a_clock_that_jumped_is_steady_again() {
    let home = Home::of(&Clinic::new(200, 1));
    let start = 1_790_000_000;
    let clock = Arc::new(TwoClocks { time: AtomicI64::new(start), counter: AtomicI64::new(5) });
    let mut config = home.config();
    config.clock = Arc::<TwoClocks>::clone(&clock);
    let engine = Engine::open(config).await.unwrap();
    let user = caller(RESEARCHER);
    let id = answered(&engine).await;
    clock.pass(100);
    assert!(engine.result(&user, &id, ResultFormat::Json).await.is_ok());
    for jump in [7_200, -7_200] {
        let jumps = of_kind(&engine, "clock_jump").await.len();
        clock.set_by(jump);
        let refused = engine.submit(&user, request(EXACT, SQL)).await.err().unwrap();
        assert_eq!(refused.code(), Code::Unavailable);
        assert!(refused.detail().contains("clock"), "{refused}");
        let refused = engine.result(&user, &id, ResultFormat::Json).await.err().unwrap();
        assert_eq!(refused.code(), Code::Unavailable);
        assert!(engine.ready().await.is_err());
        // What reads no answer goes on.
        assert!(engine.check(&user, request(EXACT, SQL)).await.is_ok());
        clock.pass(59);
        assert!(engine.result(&user, &id, ResultFormat::Json).await.is_err());
        clock.pass(1);
        assert!(engine.result(&user, &id, ResultFormat::Json).await.is_ok());
        assert!(engine.ready().await.is_ok());
        let told = of_kind(&engine, "clock_jump").await;
        assert_eq!(told.len(), jumps + 1);
        let body = &told[jumps]["body"];
        let (from, to) = (body["from"].as_i64().unwrap(), body["to"].as_i64().unwrap());
        assert_eq!((to - from) / 1_000_000, jump);
    }
    assert!(ask(&engine, EXACT, SQL).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_from_the_future_is_believed_after_a_minute() {
    let home = Home::of(&Clinic::new(200, 1));
    let start = 1_790_000_000;
    let at = async |seconds: i64| {
        let clock = TwoClocks { time: AtomicI64::new(seconds), counter: AtomicI64::new(0) };
        let clock = Arc::new(clock);
        let mut config = home.config();
        config.clock = Arc::<TwoClocks>::clone(&clock);
        (Engine::open(config).await.unwrap(), clock)
    };
    // The first life activates the policy, the second writes the last entry.
    for seconds in [start - 7_200, start] {
        let (engine, _) = at(seconds).await;
        engine.close().await;
    }
    let (engine, clock) = at(start - 3_600).await;
    let refused = ask(&engine, EXACT, SQL).await.err().unwrap();
    assert_eq!(refused.code(), Code::Unavailable);
    clock.pass(60);
    assert!(ask(&engine, EXACT, SQL).await.is_ok());
    assert_eq!(of_kind(&engine, "clock_jump").await.len(), 1);
}

/// Each body under a policy names the revision.
#[tokio::test(flavor = "multi_thread")]
async fn every_entry_names_the_policy_revision() {
    let home = Home::of(&Clinic::new(200, 1));
    let engine = home.engine().await;
    ask(&engine, EXACT, SQL).await.unwrap();
    let _refused = ask(&engine, EXACT, "select person_id from people").await.err().unwrap();
    let token =
        engine.issue_token(&caller(RESEARCHER).user, Duration::from_secs(600)).await.unwrap();
    assert!(engine.caller_of_token(&token, "192.0.2.1").await.unwrap().is_some());
    assert!(engine.caller_of_token("trs_0_0", "192.0.2.1").await.unwrap().is_none());
    engine.close().await;
    drop(engine);
    let engine = home.engine().await;
    let all = log(&engine).await;
    let kinds: Vec<&str> = all.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    for kind in [
        "intent",
        "outcome",
        "refusal",
        "download",
        "sign_in",
        "sign_in_failed",
        "token_issued",
        "start",
        "stop",
    ] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    for entry in all.iter().filter(|entry| entry["kind"] != "policy_activation") {
        assert_eq!(entry["body"]["policy_revision"], 1, "{entry:#}");
    }
}
