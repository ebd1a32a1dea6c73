//! Ways to an answer that is held, and ways to a vote that is not one's own.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::ask::{caller, request};
use tests::home::{AUDITOR, OFFICERS, RESEARCHER, STRANGER};
use tresor_core::engine::{Decision, Engine, EngineConfig, Markers, QueryState, ResultFormat};
use tresor_core::ids::QueryId;
use tresor_core::refusal::Code;

use super::house::*;

const FORMS: [ResultFormat; 6] = [
    ResultFormat::Json,
    ResultFormat::Csv(Markers::Columns),
    ResultFormat::Csv(Markers::Shorthand),
    ResultFormat::Csv(Markers::Profile),
    ResultFormat::Arrow,
    ResultFormat::Parquet,
];

/// Every number of the answer, as text: none of them may be told.
async fn numbers(engine: &Engine, id: &QueryId) -> Vec<String> {
    let bytes = engine.reviewed_answer(&caller(CHECKERS[2]), id, ResultFormat::Json).await.unwrap();
    let answer: Value = serde_json::from_slice(&bytes.into_bytes()).unwrap();
    let rows = answer["rows"].as_array().unwrap().clone();
    let cells = rows.iter().flat_map(|row| row.as_array().unwrap().clone());
    let numbers: Vec<String> = cells.filter(Value::is_f64).map(|cell| cell.to_string()).collect();
    assert!(!numbers.is_empty(), "nothing to find: too easy");
    numbers
}

/// Tries every address and form as the researcher; what was told, all together.
async fn everything(engine: &Arc<Engine>, id: &QueryId) -> String {
    let face = Face::of(engine);
    let query = format!("/api/v1/queries/{id}");
    let review = format!("/api/v1/reviews/{id}");
    let mut told = String::new();
    let mut paths = vec![query.clone(), format!("{query}/result"), review.clone()];
    for form in ["json", "csv", "arrow", "parquet"] {
        paths.push(format!("{query}/result?format={form}"));
        paths.push(format!("{review}/answer?format={form}"));
    }
    for markers in ["columns", "shorthand", "profile"] {
        paths.push(format!("{query}/result?markers={markers}"));
    }
    paths.extend(["/api/v1/reviews", "/api/v1/audit", "/api/v1/datasets"].map(str::to_owned));
    for path in paths {
        let answer = face.get(RESEARCHER, &path).await;
        let may = path == query || path == "/api/v1/datasets";
        assert_eq!(answer.status == 200, may, "{path}: {}", answer.text);
        told.push_str(&answer.text);
    }
    // A repeat of the question: the same query, and no answer.
    let repeat = face.ask(RESEARCHER, SQL, "the-only-key").await;
    assert_eq!(repeat.status, 202, "{}", repeat.text);
    assert_eq!(
        (&repeat.json()["id"], &repeat.json()["state"]),
        (&json!(id.as_str()), &json!("held"))
    );
    told.push_str(&repeat.text);
    for form in FORMS {
        let refusal = engine.result(&caller(RESEARCHER), id, form).await.err().unwrap();
        assert_eq!(refusal.code(), Code::HeldForReview, "{form:?}");
        told.push_str(&refusal.to_string());
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_answer_is_at_no_address_in_no_form_and_no_repeat() {
    let home = home();
    let config = home.config();
    let entropy = Arc::clone(&config.entropy);
    let engine = Engine::open(config).await.unwrap();
    let face = Face::of(&engine);
    let first = face.ask(RESEARCHER, SQL, "the-only-key").await;
    assert_eq!((first.status, &first.json()["state"]), (202, &json!("held")));
    let id = QueryId::new(first.json()["id"].as_str().unwrap()).unwrap();
    let numbers = numbers(&engine, &id).await;
    let clean = |told: &str| {
        let found: Vec<&String> = numbers.iter().filter(|number| told.contains(*number)).collect();
        assert!(found.is_empty(), "{found:?} in {told}");
    };
    clean(&everything(&engine, &id).await);
    decide(&engine, CHECKERS[0], &id, Decision::Release).await.unwrap();
    clean(&everything(&engine, &id).await);
    // A restart holds it as before.
    engine.close().await;
    drop((engine, face));
    let engine = Engine::open(EngineConfig { entropy, ..home.config() }).await.unwrap();
    clean(&everything(&engine, &id).await);
    // And the search finds what is there to be found.
    decide(&engine, CHECKERS[1], &id, Decision::Release).await.unwrap();
    let result = Face::of(&engine).get(RESEARCHER, &format!("/api/v1/queries/{id}/result")).await;
    assert!(numbers.iter().all(|number| result.text.contains(number)));
}

/// An answer was refused: it stays away after a change of the profile and a restart, and a repeat finds the refusal.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_answer_stays_refused() {
    let home = home();
    let config = home.config();
    let entropy = Arc::clone(&config.entropy);
    let engine = Engine::open(config).await.unwrap();
    let id = asked(&engine, RESEARCHER, keyed(SQL)).await;
    for checker in &CHECKERS[..2] {
        decide(&engine, checker, &id, Decision::Refuse).await.unwrap();
    }
    engine.close().await;
    drop(engine);
    let engine = Engine::open(EngineConfig { entropy, ..home.config() }).await.unwrap();
    assert_eq!(engine.submit(&caller(RESEARCHER), keyed(SQL)).await.unwrap(), id);
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::RefusedByReview);
    for form in FORMS {
        let refusal = engine.result(&caller(RESEARCHER), &id, form).await.err().unwrap();
        assert_eq!(refusal.code(), Code::RefusedByReview, "{form:?}");
    }
    let refusal = decide(&engine, CHECKERS[2], &id, Decision::Release).await.err().unwrap();
    assert_eq!(refusal.code(), Code::ReviewConflict);
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::RefusedByReview);
}

/// To the author, and to members of the project whether or not their time has ended, it is not there: word for word as a
/// query that does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_reviews_their_own_work() {
    let home = home();
    let engine = home.engine().await;
    let id = asked(&engine, AUTHOR, request(HELD, SQL)).await;
    let none = QueryId::new("q_00000000000000000000000000000000").unwrap();
    for user in [AUTHOR, MEMBER] {
        let checker = caller(user);
        let list = engine.reviews(&checker).await.unwrap();
        assert_eq!(list, json!({ "held": [], "decided": [] }), "{user}");
        let told = async |id: &QueryId| {
            let review = engine.review(&checker, id).await.err().unwrap();
            let answer = engine.reviewed_answer(&checker, id, ResultFormat::Csv(Markers::Columns));
            let answer = answer.await.err().unwrap();
            let vote = decide(&engine, user, id, Decision::Release).await.err().unwrap();
            [review, answer, vote].map(|refusal| format!("{refusal:?}"))
        };
        assert_eq!(told(&id).await, told(&none).await, "{user}");
        assert!(told(&id).await[0].starts_with("unknown_review"), "{user}");
    }
    assert_eq!(state(&engine, AUTHOR, &id).await, QueryState::Held);
    // Answers that were never held are no matter of review.
    let other = engine.submit(&caller(RESEARCHER), request("exact", SQL)).await.unwrap();
    assert_eq!(state(&engine, RESEARCHER, &other).await, QueryState::Succeeded);
    let refusal = engine.review(&caller(CHECKERS[0]), &other).await.err().unwrap();
    assert_eq!(refusal.code(), Code::UnknownReview);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_roles_do_not_decide_and_most_do_not_read() {
    let home = home();
    let engine = home.engine().await;
    let id = held(&engine).await;
    for user in [RESEARCHER, STRANGER, OFFICERS[0], ADMINISTRATOR, AUDITOR, "nobody"] {
        let refusal = decide(&engine, user, &id, Decision::Release).await.err().unwrap();
        assert_eq!(refusal.code(), Code::Forbidden, "{user}");
        let reader = caller(user);
        let reads = user == AUDITOR;
        assert_eq!(engine.reviews(&reader).await.is_ok(), reads, "{user}");
        assert_eq!(engine.review(&reader, &id).await.is_ok(), reads, "{user}");
        let answer = engine.reviewed_answer(&reader, &id, ResultFormat::Json).await;
        assert_eq!(answer.is_ok(), reads, "{user}");
    }
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::Held);
    // What was refused stands in the log.
    let log = engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
    let acts = log["entries"].as_array().unwrap().iter();
    let refused = acts.filter(|entry| entry["body"]["act"] == "review_decide").count();
    assert_eq!(refused, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_checker_counts_once_under_many_requests_at_the_same_moment() {
    let home = home();
    let engine = home.engine().await;
    let id = held(&engine).await;
    let face = Face::of(&engine);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (face, id) = (face.clone(), id.clone());
            let body = json!({ "decision": "release" });
            tokio::spawn(async move { face.decide(CHECKERS[0], &id, body).await.problem() })
        })
        .collect();
    let mut told = vec![];
    for task in tasks {
        told.push(task.await.unwrap());
    }
    told.sort();
    assert_eq!(told[0].0, 200, "{told:?}");
    assert!(told[1..].iter().all(|it| *it == (409, "review_conflict".to_owned())), "{told:?}");
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::Held);
    let refusal = decide(&engine, CHECKERS[0], &id, Decision::Refuse).await.err().unwrap();
    assert_eq!(refusal.code(), Code::ReviewConflict);
    decide(&engine, CHECKERS[1], &id, Decision::Release).await.unwrap();
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::Succeeded);
    for checker in CHECKERS {
        let refusal = decide(&engine, checker, &id, Decision::Refuse).await.err().unwrap();
        assert_eq!(refusal.code(), Code::ReviewConflict, "after the end");
    }
}
