//! Until both have decided, neither knows what the other decided, nor does anybody else; the auditor reads the log.

use serde_json::{Value, json};
use tests::ask::caller;
use tests::home::{AUDITOR, RESEARCHER};
use tresor_core::engine::{Decision, QueryState};

use super::house::*;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_the_first_decision_before_the_second() {
    let home = home();
    let engine = home.engine().await;
    let id = held(&engine).await;
    let face = Face::of(&engine);
    let addresses = ["/api/v1/reviews".to_owned(), format!("/api/v1/reviews/{id}")];
    let told = async |user: &str| {
        let mut told = vec![];
        for address in &addresses {
            told.push(face.get(user, address).await.json());
        }
        told
    };
    let before = [told(CHECKERS[1]).await, told(AUDITOR).await];
    let status = face.get(RESEARCHER, &format!("/api/v1/queries/{id}")).await.text;
    decide(&engine, CHECKERS[0], &id, Decision::Refuse).await.unwrap();
    // Word for word what was told before.
    assert_eq!([told(CHECKERS[1]).await, told(AUDITOR).await], before);
    assert_eq!(face.get(RESEARCHER, &format!("/api/v1/queries/{id}")).await.text, status);
    // Their own they see.
    let own = &told(CHECKERS[0]).await[1]["decisions"];
    assert_eq!((&own[0]["checker"], &own[0]["decision"]), (&json!("chidi"), &json!("refuse")));

    decide(&engine, CHECKERS[1], &id, Decision::Release).await.unwrap();
    for user in [CHECKERS[0], CHECKERS[1], CHECKERS[2], AUDITOR] {
        let review = &told(user).await[1];
        assert_eq!(review["state"], "refused", "{user}");
        let decisions = review["decisions"].as_array().unwrap();
        let words = |name: &str| decisions.iter().map(|it| it[name].clone()).collect::<Vec<_>>();
        assert_eq!(words("checker"), [json!("chidi"), json!("mira")], "{user}");
        assert_eq!(words("decision"), [json!("refuse"), json!("release")], "{user}");
        assert_eq!(words("to_checkers"), ["chidi to the checkers", "mira to the checkers"]);
    }
}

/// What stands in the log unsealed is what may become public: no decision in it before the end, and never a comment.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_commits_to_a_decision_and_tells_it_after_the_end() {
    let home = home();
    let engine = home.engine().await;
    let id = held(&engine).await;
    let votes = async || -> Vec<Value> {
        let log = engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap();
        let entries = log["entries"].as_array().unwrap().clone();
        entries.into_iter().filter(|entry| entry["kind"] == "review").collect()
    };
    decide(&engine, CHECKERS[0], &id, Decision::Refuse).await.unwrap();
    let [first] = <[Value; 1]>::try_from(votes().await).unwrap();
    let body = first["body"].to_string();
    assert!(!body.contains("refuse") && !body.contains("release"), "{body}");
    assert_eq!((&first["actor"], &first["role"]), (&json!("chidi"), &json!("checker")));
    assert_eq!(first["opened"], json!({}), "not even to auditors, who may open all else");

    decide(&engine, CHECKERS[1], &id, Decision::Release).await.unwrap();
    let [first, last] = <[Value; 2]>::try_from(votes().await).unwrap();
    assert_eq!(first["opened"]["decision"], "refuse");
    assert_eq!(last["body"]["state"], "decided");
    assert_eq!(last["body"]["decisions"], json!({ "chidi": "refuse", "mira": "release" }));
    for entry in [first, last] {
        assert!(!entry["body"].to_string().contains("to the"), "{entry}");
    }
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::RefusedByReview);
}

/// Whatever address of the log is asked, in whatever way: the texts of a vote are opened after the end and not before.
#[tokio::test(flavor = "multi_thread")]
async fn no_tool_of_the_auditor_opens_a_vote_before_the_end() {
    let home = home();
    let engine = home.engine().await;
    let id = held(&engine).await;
    let face = Face::of(&engine);
    let first = face.get(CHECKERS[0], &format!("/api/v1/reviews/{id}")).await;
    assert_eq!(first.status, 200);
    decide(&engine, CHECKERS[0], &id, Decision::Refuse).await.unwrap();
    let votes = face.get(AUDITOR, "/api/v1/audit/entries?kind=review").await.json();
    let vote = votes["entries"][0]["seq"].as_u64().unwrap();
    let addresses = [
        "/api/v1/audit?limit=1000".to_owned(),
        "/api/v1/audit/entries?open=true&limit=1000".to_owned(),
        "/api/v1/audit/entries?open=true&text=chidi%20to".to_owned(),
        "/api/v1/audit/entries?kind=review&text=refuse".to_owned(),
        format!("/api/v1/audit/entries/{vote}?open=true"),
        format!("/api/v1/audit/timeline?query={id}&open=true"),
        "/api/v1/audit/export".to_owned(),
        "/api/v1/audit/export?format=csv".to_owned(),
    ];
    let told = async || {
        let mut told = String::new();
        for address in &addresses {
            let answer = face.get(AUDITOR, address).await;
            assert_eq!(answer.status, 200, "{address}: {}", answer.text);
            told += &answer.text;
        }
        told
    };
    let before = told().await;
    for word in ["chidi to the author", "chidi to the checkers", "\"refuse\"", "found_in"] {
        assert!(!before.contains(word), "{word}: {before}");
    }
    decide(&engine, CHECKERS[1], &id, Decision::Release).await.unwrap();
    let after = told().await;
    for word in ["chidi to the author", "chidi to the checkers", "\"refuse\"", "found_in"] {
        assert!(after.contains(word), "{word}: {after}");
    }
}
