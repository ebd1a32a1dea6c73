//! A change from draft to revert, and a freeze, as officers go through them.

use serde_json::{Value, json};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_goes_from_draft_to_revision_and_back() {
    let served = Served::new().await;
    let (grace, olu) = (served.token("grace").await, served.token("olu").await);
    let files = served.get(&grace, "policies/revisions/1/files").await;
    let project = files["files"]["projects/heart-study.toml"].as_str().unwrap();
    let mistaken = project.replace("budget", "bugdet");
    let begun = json!({
        "title": "a larger budget",
        "reason": "the study goes on",
        "set": { "projects/heart-study.toml": mistaken },
    });
    let answer = served.post(&grace, "policies/changes", begun).await;
    assert_eq!(answer.status, 201);
    let id = answer.json["id"].as_str().unwrap().to_owned();
    let place = format!("/api/v1/policies/changes/{id}");
    assert_eq!(answer.headers["location"], place);
    let on = |name: &str| format!("policies/changes/{id}/{name}");

    // Every mistake has its place.
    let found = served.post(&grace, &on("validate"), Value::Null).await.ok();
    assert_eq!(found["valid"], false);
    assert_eq!(found["errors"][0]["file"], "policies/projects/heart-study.toml");
    let consent = signature(&served, &grace, "grace", &id).await;
    let answer = served.post(&grace, &on("propose"), consent).await;
    assert_eq!(answer.problem(), (422, "policy_invalid"));
    assert_eq!(answer.json["errors"], found["errors"]);
    let errors = found["errors"].as_array().unwrap();
    assert!(errors.iter().any(|error| error["line"].as_u64().unwrap() > 1), "{found:#}");
    let answer = served.ask(&grace, ("GET", &on("access"), &Value::Null)).await;
    assert_eq!(answer.problem(), (422, "policy_invalid"));

    let mended = format!("{project}\n# mended\n");
    let texts = json!({ "set": { "projects/heart-study.toml": mended } });
    served.ask(&grace, ("PATCH", &on("files"), &texts)).await.ok();
    let answer = served.ask(&olu, ("PATCH", &on("files"), &texts)).await;
    assert_eq!(answer.problem(), (403, "own_change"));
    let found = served.post(&grace, &on("validate"), Value::Null).await.ok();
    assert_eq!(found["valid"], true, "{found:#}");
    let difference = served.get(&olu, &on("diff")).await;
    assert!(difference["files"][0]["difference"].as_str().unwrap().contains("+# mended"));
    let effects = served.post(&grace, &on("what-if"), json!({ "last": 10 })).await.ok();
    assert_eq!(effects["asked"], 0);

    let consent = signature(&served, &grace, "grace", &id).await;
    let answer = served.post(&grace, &on("approve"), consent.clone()).await;
    assert_eq!(answer.problem(), (409, "change_conflict"));
    assert_eq!(
        served.post(&grace, &on("propose"), consent.clone()).await.ok()["state"],
        "proposed"
    );
    let answer = served.post(&grace, &on("approve"), consent.clone()).await;
    assert_eq!(answer.problem(), (403, "own_change"));
    let answer = served.post(&olu, &on("approve"), consent).await;
    assert_eq!(answer.problem(), (403, "signature_invalid"));
    let answer = served.post(&grace, &on("activate"), Value::Null).await;
    assert_eq!(answer.problem(), (409, "change_conflict"));

    let consent = signature(&served, &olu, "olu", &id).await;
    served.post(&olu, &on("approve"), consent).await.ok();
    let revision = served.post(&olu, &on("activate"), Value::Null).await.ok();
    assert_eq!((&revision["number"], &revision["state"]), (&json!(2), &json!("in force")));
    assert_eq!(served.get(&grace, "policies").await["in_force"]["number"], 2);
    let answer = served.post(&grace, &on("withdraw"), Value::Null).await;
    assert_eq!(answer.problem(), (409, "change_conflict"));

    let back = json!({ "title": "back", "reason": "a mistake", "reverts": 1 });
    let change = served.post(&olu, "policies/changes", back).await.ok();
    assert_eq!(change["bundle"], files["bundle"]);
    let id = change["id"].as_str().unwrap();
    let withdraw = format!("policies/changes/{id}/withdraw");
    assert_eq!(served.post(&olu, &withdraw, Value::Null).await.ok()["state"], "withdrawn");
    let history = served.get(&grace, "policies/revisions").await;
    assert_eq!(history["revisions"].as_array().unwrap().len(), 2);
    let access = served.get(&grace, "policies/revisions/2/access").await;
    assert!(access["matrix"].as_str().unwrap().contains("officer | outside projects"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_stops_queries_until_two_officers_lift_it() {
    let served = Served::new().await;
    let (grace, olu) = (served.token("grace").await, served.token("olu").await);
    let ada = served.token("ada").await;
    let question = json!({ "sql": "select count(*) from patients", "project": "heart-study" });
    served.post(&ada, "queries:check", question.clone()).await.ok();

    let misspelt = json!({ "scope": { "project": "hart-study" }, "reason": "r" });
    let answer = served.post(&grace, "freezes", misspelt).await;
    assert_eq!(answer.problem(), (422, "policy_invalid"));
    let frozen = json!({ "scope": { "project": "heart-study" }, "reason": "a leaked laptop" });
    let answer = served.post(&grace, "freezes", frozen.clone()).await;
    assert_eq!(answer.status, 201);
    let id = answer.json["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.headers["location"], format!("/api/v1/freezes/{id}"));
    let answer = served.post(&ada, "queries:check", question.clone()).await;
    assert_eq!(answer.problem(), (403, "frozen"));
    let answer = served.post(&olu, "freezes", frozen).await;
    assert_eq!(answer.problem(), (409, "change_conflict"));

    let thaw = format!("freezes/{id}/thaw");
    assert_eq!(served.post(&grace, &thaw, Value::Null).await.ok()["holds"], true);
    let answer = served.post(&grace, &thaw, json!({})).await;
    assert_eq!(answer.problem(), (409, "change_conflict"));
    assert_eq!(served.post(&olu, &thaw, Value::Null).await.ok()["holds"], false);
    served.post(&ada, "queries:check", question).await.ok();
}
