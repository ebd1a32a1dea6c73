//! Every address of the desk, as everybody and with everything that does not fit.

use serde_json::{Value, json};

use super::*;

/// Everything that can be asked, with bodies that fit, about a change and a freeze that are not there; and whether it is
/// only read.
fn operations() -> Vec<(&'static str, String, Value, bool)> {
    let key = format!("ed25519:{}", "ab".repeat(32));
    let signed = json!({ "key": key, "signature": "ab".repeat(64) });
    let consent = json!({ "bundle": "ab".repeat(32), "signed": signed });
    let texts = json!({ "set": { "people.toml": "" }, "remove": [] });
    let begun = json!({ "title": "t", "reason": "r", "set": { "people.toml": "" } });
    let frozen = json!({ "scope": "everything", "reason": "r" });
    let of_change = |name: &str| format!("policies/changes/{NO_CHANGE}{name}");
    let nothing = Value::Null;
    vec![
        ("GET", "policies".to_owned(), nothing.clone(), true),
        ("GET", "policies/revisions".to_owned(), nothing.clone(), true),
        ("GET", "policies/revisions/99/files".to_owned(), nothing.clone(), true),
        ("GET", "policies/revisions/99/access".to_owned(), nothing.clone(), true),
        ("GET", "policies/changes".to_owned(), nothing.clone(), true),
        ("POST", "policies/changes".to_owned(), begun, false),
        ("GET", of_change(""), nothing.clone(), true),
        ("GET", of_change("/files"), nothing.clone(), true),
        ("PATCH", of_change("/files"), texts.clone(), false),
        ("GET", of_change("/access"), nothing.clone(), true),
        ("POST", of_change("/validate"), nothing.clone(), true),
        ("GET", of_change("/diff"), nothing.clone(), true),
        ("POST", of_change("/what-if"), json!({ "last": 10 }), false),
        ("POST", of_change("/rebase"), texts, false),
        ("GET", of_change("/statement"), nothing.clone(), false),
        ("POST", of_change("/propose"), consent.clone(), false),
        ("POST", of_change("/approve"), consent, false),
        ("POST", of_change("/activate"), nothing.clone(), false),
        ("POST", of_change("/withdraw"), nothing.clone(), false),
        ("GET", "register.json".to_owned(), nothing.clone(), true),
        ("GET", "register.csv".to_owned(), nothing.clone(), true),
        ("GET", "freezes".to_owned(), nothing.clone(), true),
        ("POST", "freezes".to_owned(), frozen, false),
        ("POST", format!("freezes/{NO_FREEZE}/thaw"), nothing, false),
    ]
}

/// Whether an address names something, so that it can name what is not there.
fn names_something(path: &str) -> bool {
    path.contains(NO_CHANGE) || path.contains(NO_FREEZE) || path.contains("99")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_the_wrong_roles_get_nothing() {
    let served = Served::new().await;
    for user in ["", "ada", "chidi", "tom", "ines"] {
        let token = if user.is_empty() { String::new() } else { served.token(user).await };
        for (method, path, body, is_reading) in operations() {
            let answer = served.ask(&token, (method, &path, &body)).await;
            if user == "ines" && is_reading {
                let there = answer.status == 200 && !names_something(&path);
                assert!(there || answer.problem() == (404, "unknown_change"), "{method} {path}");
                continue;
            }
            let expected =
                if user.is_empty() { (401, "not_signed_in") } else { (403, "forbidden") };
            assert_eq!(answer.problem(), expected, "{user} {method} {path}");
        }
    }
    let officer = served.token("grace").await;
    assert_eq!(served.get(&officer, "policies/changes").await, json!({ "changes": [] }));
    assert_eq!(served.get(&officer, "freezes").await, json!({ "freezes": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_what_cannot_be_are_told_apart_by_nobody() {
    let served = Served::new().await;
    let token = served.token("grace").await;
    for (method, path, body, _) in operations().iter().filter(|(_, path, ..)| names_something(path))
    {
        let answer = served.ask(&token, (method, path, body)).await;
        assert_eq!(answer.problem(), (404, "unknown_change"), "{method} {path}");
        let malformed =
            path.replace(NO_CHANGE, "c_1").replace(NO_FREEZE, "freeze-1").replace("99", "latest");
        let answer = served.ask(&token, (method, &malformed, body)).await;
        assert_eq!(answer.problem(), (404, "unknown_change"), "{method} {malformed}");
    }
    let reverting = json!({ "title": "t", "reason": "r", "reverts": 99 });
    let answer = served.post(&token, "policies/changes", reverting).await;
    assert_eq!(answer.problem(), (404, "unknown_change"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_parameters_that_do_not_fit_are_refused() {
    let served = Served::new().await;
    let token = served.token("grace").await;
    for (method, path, body, _) in operations() {
        let with_parameter = format!("{path}?colour=red");
        let answer = served.ask(&token, (method, &with_parameter, &body)).await;
        assert_eq!(answer.problem(), (400, "bad_request"), "{method} {with_parameter}");
        if method == "GET" {
            continue;
        }
        let mut more = body.clone();
        if let Some(more) = more.as_object_mut() {
            more.insert("colour".to_owned(), json!("red"));
            let answer = served.ask(&token, (method, &path, &Value::Null)).await;
            assert_eq!(answer.problem(), (415, "unsupported_media_type"), "{method} {path}");
        } else {
            more = json!({ "colour": "red" });
        }
        let answer = served.ask(&token, (method, &path, &more)).await;
        assert_eq!(answer.problem(), (400, "bad_request"), "{method} {path}");
    }
    for (path, body) in [
        ("freezes".to_owned(), json!({ "scope": { "team": "x" }, "reason": "r" })),
        ("freezes".to_owned(), json!({ "scope": "project", "reason": "r" })),
        ("freezes".to_owned(), json!({ "scope": { "project": "Heart" }, "reason": "r" })),
        ("policies/changes".to_owned(), json!({ "title": "t" })),
        ("policies/changes".to_owned(), json!({ "title": 1, "reason": "r" })),
        (format!("policies/changes/{NO_CHANGE}/what-if"), json!({ "last": -1 })),
        (
            format!("policies/changes/{NO_CHANGE}/approve"),
            json!({ "bundle": "ab".repeat(32), "signed": { "key": "ab".repeat(32), "signature": "ab".repeat(64) } }),
        ),
        (
            format!("policies/changes/{NO_CHANGE}/approve"),
            json!({ "bundle": "ab".repeat(32), "signed": { "key": format!("ed25519:{}", "ab".repeat(32)), "signature": "" } }),
        ),
        (
            format!("policies/changes/{NO_CHANGE}/approve"),
            json!({ "bundle": "../../etc", "signed": { "key": format!("ed25519:{}", "ab".repeat(32)), "signature": "ab".repeat(64) } }),
        ),
    ] {
        let answer = served.post(&token, &path, body.clone()).await;
        assert_eq!(answer.problem(), (400, "bad_request"), "{path} {body}");
    }
    let path = format!("policies/changes/{NO_CHANGE}/statement?effective_at=tomorrow");
    let answer = served.ask(&token, ("GET", &path, &Value::Null)).await;
    assert_eq!(answer.problem(), (400, "bad_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_may_be_large_and_other_bodies_may_not() {
    let served = Served::new().await;
    let token = served.token("grace").await;
    let of_bytes = |bytes: usize| {
        let text = "#".repeat(bytes);
        json!({ "title": "large", "reason": "r", "set": { "profiles/large.toml": text } })
    };
    let kept = served.post(&token, "policies/changes", of_bytes(2 << 20)).await;
    assert_eq!(kept.status, 201);
    let answer = served.post(&token, "policies/changes", of_bytes(9 << 20)).await;
    assert_eq!(answer.problem(), (422, "policy_invalid"));
    let answer = served.post(&token, "policies/changes", of_bytes(12 << 20)).await;
    assert_eq!(answer.problem(), (413, "body_too_large"));
    let reason = "x".repeat(200 * 1024);
    let frozen = json!({ "scope": "everything", "reason": reason });
    let answer = served.post(&token, "freezes", frozen).await;
    assert_eq!(answer.problem(), (413, "body_too_large"));
}
