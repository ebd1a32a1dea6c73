//! A held answer from question to end.

use std::time::Duration;

use serde_json::{Value, json};
use tests::ask::{ask, caller, request};
use tests::home::{AUDITOR, EXACT, RESEARCHER};
use tresor_core::engine::{Decision, Engine, Markers, QueryState, ResultFormat};
use tresor_core::ids::QueryId;
use tresor_core::refusal::Code;

use super::house::*;

async fn fetched(engine: &Engine, id: &QueryId) -> Result<Vec<u8>, Code> {
    let fetched = engine.result(&caller(RESEARCHER), id, ResultFormat::Json).await;
    fetched.map(|bytes| bytes.into_bytes()).map_err(|refusal| refusal.code())
}

async fn spent(engine: &Engine) -> u64 {
    let checked = engine.check(&caller(RESEARCHER), request(HELD, SQL)).await.unwrap();
    checked["budget"]["spent"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_checkers_release_it_and_the_researcher_gets_what_they_saw() {
    let home = home();
    let engine = home.engine().await;
    let id = held(&engine).await;
    let price = spent(&engine).await;
    assert!(price > 0);
    assert_eq!(fetched(&engine, &id).await, Err(Code::HeldForReview));

    let told = decide(&engine, CHECKERS[0], &id, Decision::Release).await.unwrap();
    assert_eq!((&told["state"], told["decisions"].as_array().unwrap().len()), (&json!("held"), 1));
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::Held);
    assert_eq!(fetched(&engine, &id).await, Err(Code::HeldForReview));

    let seen = engine.reviewed_answer(&caller(CHECKERS[1]), &id, ResultFormat::Json).await.unwrap();
    let told = decide(&engine, CHECKERS[1], &id, Decision::Release).await.unwrap();
    assert_eq!(told["state"], "released");
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::Succeeded);
    assert_eq!(fetched(&engine, &id).await.unwrap(), seen.into_bytes());
    assert_eq!(spent(&engine).await, price);

    let status = engine.status(&caller(RESEARCHER), &id, Duration::ZERO).await.unwrap();
    assert_eq!(status.comments, ["chidi to the author", "mira to the author"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refusal_keeps_it_in_and_the_researcher_reads_why() {
    for (first, second) in
        [(Decision::Refuse, Decision::Release), (Decision::Release, Decision::Refuse)]
    {
        let home = home();
        let engine = home.engine().await;
        let id = held(&engine).await;
        let price = spent(&engine).await;
        decide(&engine, CHECKERS[0], &id, first).await.unwrap();
        assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::Held);
        let told = decide(&engine, CHECKERS[1], &id, second).await.unwrap();
        assert_eq!(told["state"], "refused");
        assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::RefusedByReview);
        let refusal =
            engine.result(&caller(RESEARCHER), &id, ResultFormat::Json).await.err().unwrap();
        assert_eq!(refusal.code(), Code::RefusedByReview);
        for checker in &CHECKERS[..2] {
            assert!(refusal.detail().contains(&format!("{checker} to the author")), "{refusal}");
        }
        let status = engine.status(&caller(RESEARCHER), &id, Duration::ZERO).await.unwrap();
        assert_eq!(status.comments.len(), 2);
        let words = format!("{refusal} {:?}", status.comments);
        assert!(!words.contains("to the checkers"), "{words}");
        assert_eq!(spent(&engine).await, price, "nothing is refunded");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checker_finds_all_that_a_decision_needs() {
    let home = home();
    let engine = home.engine().await;
    let earlier = held(&engine).await;
    for checker in &CHECKERS[..2] {
        decide(&engine, checker, &earlier, Decision::Release).await.unwrap();
    }
    // Of another project: nothing to compare with, and nothing to review.
    ask(&engine, EXACT, SQL).await.unwrap();
    let sql = "select region, hiv, count(*) as n from people where birth_year < 1990 group by 1, 2";
    let id = asked(&engine, RESEARCHER, request(HELD, sql)).await;

    let checker = caller(CHECKERS[2]);
    let list = engine.reviews(&checker).await.unwrap();
    let [waiting] = list["held"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(waiting["query"], id.as_str());
    assert_eq!((&waiting["project"], &waiting["profile"]), (&json!(HELD), &json!(HELD)));
    assert_eq!(waiting["title"], "A project for tests");
    assert!(waiting["purpose"].is_string() && waiting["held_since"].is_string());
    assert_eq!(list["decided"][0]["query"], earlier.as_str());

    let review = engine.review(&checker, &id).await.unwrap();
    assert_eq!(review["sql"], sql);
    assert_eq!(review["earlier"].as_array().unwrap().len(), 1);
    assert_eq!(review["earlier"][0]["query"], earlier.as_str());
    assert!(review["earlier"][0]["sql_fingerprint"].as_str().unwrap().contains("region"));
    assert!(review["answer"].get("rows").is_none(), "the numbers are read on their own");
    let criteria = &review["answer"]["release"]["criteria"];
    let last = criteria["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(last, "two_people_decide_whether_it_leaves");

    let json = engine.reviewed_answer(&checker, &id, ResultFormat::Json).await.unwrap();
    let json: Value = serde_json::from_slice(&json.into_bytes()).unwrap();
    assert_eq!(json["summary"], review["answer"]["summary"]);
    assert!(json["summary"]["withheld"].as_u64().unwrap() > 0, "nothing is hidden: too easy");
    for part in ["rows", "values", "withheld"] {
        assert_eq!(json["summary"][part], waiting["cells"][part], "{part}");
    }
    for form in [ResultFormat::Csv(Markers::Columns), ResultFormat::Arrow, ResultFormat::Parquet] {
        assert!(engine.reviewed_answer(&checker, &id, form).await.is_ok(), "{form:?}");
    }
    // Every reading stands in the log, by whom and of what: the review, and four times the answer.
    let log = engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
    let read = |entry: &&Value| entry["kind"] == "review_read" && entry["query_id"] == id.as_str();
    let readings: Vec<&Value> = log["entries"].as_array().unwrap().iter().filter(read).collect();
    assert_eq!(readings.len(), 5);
    assert!(readings.iter().all(|entry| entry["actor"] == CHECKERS[2]));
    assert_eq!(readings.iter().filter(|entry| entry["body"]["what"] == "answer").count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_may_not_leave_is_not_shown_to_checkers_either() {
    let home = home();
    let text = home.policy("profiles/held.toml");
    let only_csv = text.replace("[\"json\", \"csv\", \"arrow\", \"parquet\"]", "[\"csv\"]");
    assert_ne!(text, only_csv);
    home.change_profile(HELD, &only_csv);
    let engine = home.engine().await;
    let id = held(&engine).await;
    let checker = caller(CHECKERS[0]);
    let refusal = engine.reviewed_answer(&checker, &id, ResultFormat::Json).await.err().unwrap();
    assert_eq!(refusal.code(), Code::FormNotAllowed);
    let csv = ResultFormat::Csv(Markers::Columns);
    assert!(engine.reviewed_answer(&checker, &id, csv).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_that_the_answer_will_be_held() {
    let home = home();
    let engine = home.engine().await;
    let checked = engine.check(&caller(RESEARCHER), request(HELD, SQL)).await.unwrap();
    assert!(checked["protection"]["review"].as_str().unwrap().contains("two output checkers"));
    let checked = engine.check(&caller(RESEARCHER), request(EXACT, SQL)).await.unwrap();
    assert!(checked["protection"].get("review").is_none());
}
