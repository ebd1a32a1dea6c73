//! Views of projects from the side of those who run the engine: what stops a start, what is listed, what is logged.

use std::sync::Arc;

use serde_json::Value;
use tests::ask::{ask, caller, request};
use tests::clinic::Clinic;
use tests::home::{AUDITOR, Home, RESEARCHER, VIEWED};
use tresor_core::engine::{Asked, Engine};

/// The project with one more view.
fn with_view(home: &Home, sql: &str) {
    let path = home.path().join("policies/projects/viewed.toml");
    let project = std::fs::read_to_string(&path).unwrap();
    let view = format!("{project}\n[views.more]\ndescription = \"One more.\"\nsql = \"{sql}\"\n");
    std::fs::write(path, view).unwrap();
}

async fn stopped(sql: &str) -> String {
    let home = Home::of(&Clinic::new(60, 1));
    with_view(&home, sql);
    Engine::open(home.config()).await.err().map(|error| error.0).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_does_not_fit_the_data_stops_the_start() {
    let column = stopped("select person_id, colour from people").await;
    assert_eq!(
        column,
        "policies/projects/viewed.toml:45:7: the view `more` does not fit the data that the project sees: there is \
         no column `colour` in the tables of this query; see GET /api/v1/datasets for the tables and columns of your \
         project"
    );
    let table = stopped("select * from donors").await;
    assert!(table.contains("there is no table `donors` in this project"), "{table}");
    let kind = stopped("select region from people where region > 3 + interval '1 day'").await;
    assert!(kind.contains("the view `more` does not fit the data"), "{kind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_listed_with_their_columns() {
    let home = Home::of(&Clinic::new(60, 1));
    let engine = home.engine().await;
    let listed = engine.datasets(&caller(RESEARCHER)).await.unwrap();
    let projects = listed["projects"].as_array().unwrap();
    let of = |id: &str| projects.iter().find(|project| project["id"] == id).unwrap();
    let views = of(VIEWED)["views"].as_array().unwrap();
    assert_eq!(views[0]["name"], "elderly");
    assert_eq!(views[0]["description"], "People born before 1960.");
    let columns = ["person_id", "sex", "region", "hiv", "birth_year"];
    assert_eq!(views[0]["columns"], serde_json::json!(columns));
    assert_eq!(of("exact")["views"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cause_of_a_view_that_cannot_be_used_is_for_the_auditor() {
    let home = Home::of(&Clinic::new(60, 1));
    let engine = home.engine().await;
    let refusal = ask(&engine, VIEWED, "select count(*) from richest").await.err().unwrap();
    assert!(!refusal.detail().contains("income"), "{refusal}");
    let entry = last_entry(&engine).await;
    let cause = entry["opened"]["cause"].as_str().unwrap();
    assert!(cause.starts_with("in the view `richest`: rows about people cannot be"), "{cause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_is_a_check_wherever_it_is_sent() {
    let home = Home::of(&Clinic::new(60, 1));
    let engine = home.engine().await;
    let sql = "select count(*) from people";
    let who = caller(RESEARCHER);
    let checked = engine.check(&who, request(VIEWED, sql)).await.unwrap();
    let explained = format!("/* what if */ explain {sql}");
    let Asked::Explained(asked) = engine.ask(&who, request(VIEWED, &explained)).await.unwrap()
    else {
        panic!("it was run");
    };
    assert_eq!(asked, checked);
    assert_eq!(asked["budget"]["spent"], 0);
    // Nor does the way of queries that run take it.
    let refusal = engine.submit(&who, request(VIEWED, &explained)).await.err().unwrap();
    assert_eq!(refusal.code().as_str(), "not_one_select");
    engine.ask(&who, request(VIEWED, "explain select person_id from people")).await.unwrap_err();
    assert_eq!(last_entry(&engine).await["body"]["check_only"], true);
}

async fn last_entry(engine: &Arc<Engine>) -> Value {
    let log = engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
    let entries = log["entries"].as_array().unwrap();
    let mut refusals = entries.iter().filter(|entry| entry["kind"] == "refusal");
    refusals.next_back().unwrap().clone()
}
