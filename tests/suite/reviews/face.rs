//! Every address of review: as nobody, in a wrong role, in a wrong project, as the author, with a bad body.

use serde_json::{Value, json};
use tests::ask::request;
use tests::home::{AUDITOR, OFFICERS, RESEARCHER, STRANGER};

use super::house::*;

const NONE: &str = "q_00000000000000000000000000000000";

fn addresses(id: &str) -> [(&'static str, String, Option<Value>); 4] {
    [
        ("GET", "/api/v1/reviews".to_owned(), None),
        ("GET", format!("/api/v1/reviews/{id}"), None),
        ("GET", format!("/api/v1/reviews/{id}/answer?format=csv"), None),
        ("POST", format!("/api/v1/reviews/{id}/decide"), Some(json!({ "decision": "release" }))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_asks_who_it_is() {
    let home = home();
    let engine = home.engine().await;
    let id = asked(&engine, AUTHOR, request(HELD, SQL)).await;
    let face = Face::of(&engine);
    for (method, path, body) in addresses(id.as_str()) {
        let send =
            async |user: Option<&str>| face.send(user, method, &path, body.clone()).await.problem();
        assert_eq!(send(None).await, (401, "not_signed_in".to_owned()), "{path}");
        for user in [RESEARCHER, STRANGER, OFFICERS[0], ADMINISTRATOR] {
            assert_eq!(send(Some(user)).await, (403, "forbidden".to_owned()), "{user} {path}");
        }
        let one = path != "/api/v1/reviews";
        for user in [AUTHOR, MEMBER] {
            let expected =
                if one { (404, "unknown_review".to_owned()) } else { (200, String::new()) };
            assert_eq!(send(Some(user)).await, expected, "{user} {path}");
        }
        let decides = method == "POST";
        let expected = if decides { (403, "forbidden".to_owned()) } else { (200, String::new()) };
        assert_eq!(send(Some(AUDITOR)).await, expected, "{path}");
        assert_eq!(send(Some(CHECKERS[0])).await.0, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_not_there_and_no_ids_are_not_found() {
    let home = home();
    let engine = home.engine().await;
    let face = Face::of(&engine);
    for (method, path, body) in addresses(NONE).into_iter().skip(1) {
        let told = face.send(Some(CHECKERS[0]), method, &path, body).await;
        assert_eq!(told.problem(), (404, "unknown_review".to_owned()), "{path}");
    }
    for (method, path, body) in addresses("nonsense").into_iter().skip(1) {
        let told = face.send(Some(CHECKERS[0]), method, &path, body).await;
        assert_eq!(told.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_does_not_fit_is_none() {
    let home = home();
    let engine = home.engine().await;
    let id = held(&engine).await;
    let face = Face::of(&engine);
    for (body, word) in [
        (json!({}), "decision"),
        (json!({ "decision": "perhaps" }), "perhaps"),
        (json!({ "decision": "refuse" }), "to_author"),
        (json!({ "decision": "refuse", "to_author": "  " }), "to_author"),
        (json!({ "decision": "release", "to_author": "x".repeat(4_001) }), "4000"),
        (json!({ "decision": "release", "to_checkers": "\u{7}" }), "to_checkers"),
        (json!({ "decision": "release", "checker": "mira" }), "checker"),
    ] {
        let told = face.decide(CHECKERS[0], &id, body).await;
        assert_eq!(told.problem(), (400, "bad_request".to_owned()), "{}", told.text);
        assert!(told.text.contains(word), "{}", told.text);
    }
    let review = face.get(CHECKERS[0], &format!("/api/v1/reviews/{id}")).await.json();
    assert_eq!(review["decisions"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_researcher_sees_the_states_and_the_comments() {
    let home = home();
    let engine = home.engine().await;
    let face = Face::of(&engine);
    let asked = face.ask(RESEARCHER, SQL, "key").await;
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let result = face.get(RESEARCHER, &format!("/api/v1/queries/{id}/result")).await;
    assert_eq!(result.problem(), (409, "held_for_review".to_owned()));
    assert_eq!(result.json()["instance"], format!("/api/v1/queries/{id}"));
    let query = tresor_core::ids::QueryId::new(id.clone()).unwrap();
    let refuse = json!({ "decision": "refuse", "to_author": "Drop the mean.", "to_checkers": "!" });
    assert_eq!(face.decide(CHECKERS[0], &query, refuse).await.status, 200);
    let status = face.get(RESEARCHER, &format!("/api/v1/queries/{id}")).await.json();
    assert_eq!((&status["state"], status.get("comments")), (&json!("held"), None));
    let release = json!({ "decision": "release" });
    assert_eq!(face.decide(CHECKERS[1], &query, release).await.status, 200);
    let status = face.get(RESEARCHER, &format!("/api/v1/queries/{id}")).await.json();
    assert_eq!(status["state"], "refused_by_review");
    assert_eq!(status["comments"], json!(["Drop the mean."]));
    for told in [
        face.get(RESEARCHER, &format!("/api/v1/queries/{id}/result")).await,
        face.ask(RESEARCHER, SQL, "key").await,
    ] {
        assert_eq!(told.problem(), (409, "refused_by_review".to_owned()));
        assert!(told.json()["detail"].as_str().unwrap().contains("Drop the mean."));
    }
    let page = face.send(None, "GET", "/problems/held_for_review", None).await;
    assert_eq!(page.status, 200);
}
