//! Tokens and flags over HTTP, with the engine behind it and the shipped policies in it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use tresor_core::engine::{Caller, Engine};
use tresor_core::ids::UserId;
use tresor_core::progress::Silent;

use crate::home::Home;

/// One of each role of the shipped policies: researcher, officer, checker, auditor, administrator.
const EVERYBODY: [&str; 5] = ["ada", "grace", "chidi", "ines", "tom"];
const NO_TOKEN: &str = "0000000000000000";
/// The example of the NHS Data Dictionary.
const NHS_NUMBER: &str = "943 476 5919";

/// A demonstration that is served without a network.
struct Served {
    _folder: TempDir,
    engine: Arc<Engine>,
    router: Router,
}

struct Answer {
    status: u16,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    #[track_caller]
    fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json()
    }

    fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Served {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        crate::cli::demo_home(&Home::at(&home), &Silent).unwrap();
        let engine = crate::open(&home).await.unwrap();
        let router = crate::router(Arc::clone(&engine));
        Self { _folder: folder, engine, router }
    }

    async fn token(&self, user: &str) -> String {
        let user = UserId::new(user).unwrap();
        self.engine.issue_token(&user, Duration::from_secs(600)).await.unwrap()
    }

    async fn send(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1/{path}"));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(token, "GET", path, Value::Null).await
    }

    /// The log as the auditor reads it.
    async fn log(&self) -> Vec<Value> {
        let auditor = Caller { user: UserId::new("ines").unwrap() };
        let log = self.engine.audit(&auditor, 0, 1_000).await.unwrap();
        log["entries"].as_array().unwrap().clone()
    }

    async fn of_kind(&self, kind: &str) -> Vec<Value> {
        self.log().await.into_iter().filter(|entry| entry["kind"] == kind).collect()
    }
}

fn id_of(token: &str) -> String {
    token.split('_').nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_as_nobody_and_in_every_role() {
    let served = Served::new().await;
    let new = json!({ "user": "ada", "days": 1 });
    let gone = format!("tokens/{NO_TOKEN}");
    for (method, path, body) in [
        ("GET", "tokens", Value::Null),
        ("POST", "tokens", new.clone()),
        ("DELETE", gone.as_str(), Value::Null),
        ("GET", "audit/flags", Value::Null),
        ("POST", "audit/entries/999999/erasure", json!({ "fields": ["sql"], "reason": "r" })),
    ] {
        let nobody = served.send("", method, path, body.clone()).await;
        assert_eq!(nobody.problem(), (401, "not_signed_in".to_owned()), "{method} {path}");
        for user in EVERYBODY {
            let token = served.token(user).await;
            let told = served.send(&token, method, path, body.clone()).await;
            let expected = match (method, path, user) {
                ("GET", "tokens", _) => (200, String::new()),
                ("POST", "tokens", "tom") => (201, String::new()),
                ("DELETE", ..) => (404, "unknown_token".to_owned()),
                ("GET", "audit/flags", "grace" | "ines") => (200, String::new()),
                ("POST", "audit/entries/999999/erasure", "grace") => {
                    (404, "unknown_entry".to_owned())
                }
                _ => (403, "forbidden".to_owned()),
            };
            assert_eq!(told.problem(), expected, "{user}: {method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused() {
    let served = Served::new().await;
    let token = served.token("tom").await;
    for body in [
        json!({ "user": "ada" }),
        json!({ "user": "ada", "days": 0 }),
        json!({ "user": "ada", "days": 91 }),
        json!({ "user": "Ada", "days": 1 }),
        json!({ "user": "ada", "days": 1, "role": "officer" }),
    ] {
        let told = served.send(&token, "POST", "tokens", body.clone()).await;
        assert_eq!(told.problem(), (400, "bad_request".to_owned()), "{body}");
    }
    let stranger = json!({ "user": "nobody-we-know", "days": 1 });
    assert_eq!(served.send(&token, "POST", "tokens", stranger).await.status, 403);
    for path in ["tokens?user=ada", "audit/flags?since=1", "audit/flags?from=-1"] {
        assert_eq!(served.get(&token, path).await.status, 400, "{path}");
    }
    let malformed = served.send(&token, "DELETE", "tokens/mine", Value::Null).await;
    assert_eq!(malformed.problem(), (404, "unknown_token".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_issued_used_and_withdrawn_while_the_server_runs() {
    let served = Served::new().await;
    let tom = served.token("tom").await;
    let body = json!({ "user": "ada", "days": 30 });
    let issued = served.send(&tom, "POST", "tokens", body).await.ok();
    let (token, id) = (issued["token"].as_str().unwrap(), issued["id"].as_str().unwrap());
    assert_eq!(issued["user"], "ada");
    assert_eq!(served.get(token, "datasets").await.status, 200);
    let listed = served.get(&tom, "tokens").await;
    assert!(listed.text.contains(id) && !listed.text.contains(token));

    let path = format!("tokens/{id}");
    let ended = served.send(&tom, "DELETE", &path, Value::Null).await.ok();
    assert_eq!((&ended["valid"], &ended["revoked_by"]), (&json!(false), &json!("tom")));
    assert_eq!(served.get(token, "datasets").await.problem(), (401, "not_signed_in".to_owned()));
    // Once more changes nothing.
    let again = served.send(&tom, "DELETE", &path, Value::Null).await.ok();
    assert_eq!(again, ended);
    let (made, gone) =
        (served.of_kind("token_issued").await, served.of_kind("token_revoked").await);
    assert!(made.iter().any(|entry| entry["body"]["token_id"] == id && entry["actor"] == "tom"));
    assert_eq!(gone.len(), 1);
    assert!(
        made.iter().chain(&gone).all(|entry| entry["body"]["policy_revision"] == 1),
        "{gone:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_and_withdraws_their_own_and_no_others() {
    let served = Served::new().await;
    let (ada, grace) = (served.token("ada").await, served.token("grace").await);
    let tokens = served.get(&ada, "tokens").await.ok();
    let users: Vec<&Value> =
        tokens["tokens"].as_array().unwrap().iter().map(|token| &token["user"]).collect();
    assert_eq!(users, ["ada"]);
    let of_grace = format!("tokens/{}", id_of(&grace));
    let nobodys = format!("tokens/{NO_TOKEN}");
    let told = served.send(&ada, "DELETE", &of_grace, Value::Null).await;
    let absent = served.send(&ada, "DELETE", &nobodys, Value::Null).await;
    assert_eq!((told.status, &told.text), (404, &absent.text));
    assert_eq!(served.get(&grace, "tokens").await.status, 200);
    let own = format!("tokens/{}", id_of(&ada));
    assert_eq!(served.send(&ada, "DELETE", &own, Value::Null).await.status, 200);
    assert_eq!(served.get(&ada, "tokens").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_recorded_once_and_a_failure_without_its_secret() {
    let served = Served::new().await;
    let ada = served.token("ada").await;
    for _ in 0..3 {
        assert_eq!(served.get(&ada, "datasets").await.status, 200);
    }
    let signed_in = served.of_kind("sign_in").await;
    assert_eq!(signed_in.len(), 1);
    assert_eq!(signed_in[0]["actor"], "ada");
    assert_eq!(signed_in[0]["body"]["token_id"], id_of(&ada));
    assert_eq!(signed_in[0]["body"]["method"], "api_token");
    assert_eq!(signed_in[0]["opened"]["client_address"], "not known");

    let (start, secret) = ada.rsplit_once('_').unwrap();
    let guesses = [
        format!("{start}_{}", "ab".repeat(32)),
        "trs_aaaa_canarysecret".to_owned(),
        "nonsense".to_owned(),
    ];
    for guess in guesses.iter().cycle().take(30) {
        assert_eq!(served.get(guess, "datasets").await.status, 401);
    }
    let failed = served.of_kind("sign_in_failed").await;
    assert_eq!(failed.len(), 1, "one entry a minute");
    assert_eq!(failed[0]["body"]["failures"], 1);
    assert_eq!(failed[0]["body"]["last_reason"], "wrong_secret");
    let log = json!(served.log().await).to_string();
    for hidden in [secret, "ababab", "canarysecret", "nonsense"] {
        assert!(!log.contains(hidden), "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_see_what_is_flagged_and_never_the_text() {
    let served = Served::new().await;
    let (ada, grace) = (served.token("ada").await, served.token("grace").await);
    let asked = json!({
        "project": "heart-study",
        "sql": format!("select count(*) from patients where practice_code = '{NHS_NUMBER}'"),
    });
    let answered = served.send(&ada, "POST", "queries", asked).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    let refused = json!({
        "project": "heart-study",
        "sql": "select count(*) from patients where date_of_birth = '1961-03-12' and home = 'SW1A 1AA'",
    });
    assert_eq!(served.send(&ada, "POST", "queries", refused).await.status, 422);
    let plain = json!({ "project": "heart-study", "sql": "select count(*) from patients" });
    assert_eq!(served.send(&ada, "POST", "queries", plain).await.status, 200);

    let told = served.get(&grace, "audit/flags").await.ok();
    let flagged = told["flagged"].as_array().unwrap();
    assert_eq!(flagged.len(), 2, "{told:#}");
    assert_eq!(flagged[0]["flags"], json!(["nhs_number"]));
    assert_eq!(flagged[0]["user"], "ada");
    assert_eq!(flagged[1]["flags"], json!(["postcode", "date_of_birth"]));
    assert_eq!(flagged[1]["code"], "unknown_column");
    assert_eq!(told["next"], Value::Null);
    for text in [NHS_NUMBER, "1961", "SW1A", "practice_code"] {
        assert!(!told.to_string().contains(text), "{text}");
    }
    let after = flagged[0]["entry"].as_u64().unwrap() + 1;
    let rest = served.get(&grace, &format!("audit/flags?from={after}")).await.ok();
    assert_eq!(rest["flagged"].as_array().unwrap().len(), 1);
    let readings = served.of_kind("log_read").await;
    assert!(
        readings.iter().any(|entry| entry["actor"] == "grace" && entry["body"]["what"] == "flags")
    );

    // The open part of the log has no constant of the query; the auditor opens them.
    let log = served.log().await;
    let of = |kind: &str| log.iter().find(|entry| entry["kind"] == kind).unwrap();
    for entry in [of("intent"), of("refusal")] {
        assert!(!entry["body"].to_string().contains(NHS_NUMBER), "{entry:#}");
        assert!(!entry["body"].to_string().contains("1961"), "{entry:#}");
    }
    let intent = of("intent");
    assert_eq!(intent["body"]["details"]["tables"], json!(["sample.patients"]));
    assert_eq!(
        intent["body"]["details"]["conditions"],
        json!(["sample.patients.practice_code = ?"])
    );
    assert_eq!(intent["opened"]["literals"], json!([NHS_NUMBER]).to_string());
    let condition = format!("sample.patients.practice_code = '{NHS_NUMBER}'");
    assert_eq!(intent["opened"]["conditions"], json!([condition]).to_string());
    assert_eq!(of("refusal")["opened"]["literals"], json!(["1961-03-12", "SW1A 1AA"]).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_erases_the_texts_of_a_flagged_query_and_the_rest_stays() {
    let served = Served::new().await;
    let (ada, grace) = (served.token("ada").await, served.token("grace").await);
    let asked = json!({
        "project": "heart-study",
        "sql": format!("select count(*) from patients where practice_code = '{NHS_NUMBER}'"),
    });
    assert_eq!(served.send(&ada, "POST", "queries", asked).await.status, 200);
    let told = served.get(&grace, "audit/flags").await.ok();
    let entry = told["flagged"][0]["entry"].as_u64().unwrap();
    let path = format!("audit/entries/{entry}/erasure");
    let fields = ["sql", "literals", "conditions"];
    for body in [
        json!({ "fields": [], "reason": "r" }),
        json!({ "fields": fields, "reason": " " }),
        json!({ "fields": ["decision"], "reason": "r" }),
        json!({ "fields": fields, "reason": "r".repeat(1_001) }),
    ] {
        let refused = served.send(&grace, "POST", &path, body.clone()).await;
        assert_eq!(refused.problem(), (422, "policy_invalid".to_owned()), "{body}");
    }
    let absent = json!({ "fields": ["sql", "cause"], "reason": "r" });
    let refused = served.send(&grace, "POST", &path, absent).await;
    assert_eq!(refused.problem(), (404, "unknown_entry".to_owned()));
    let malformed = json!({ "fields": fields, "reason": "r" });
    let refused = served.send(&grace, "POST", "audit/entries/last/erasure", malformed).await;
    assert_eq!(refused.problem(), (404, "unknown_entry".to_owned()));

    let before = served.log().await;
    let body = json!({ "fields": fields, "reason": "an NHS number was sent by mistake" });
    let erased = served.send(&grace, "POST", &path, body.clone()).await.ok();
    let after = served.log().await;
    assert!(!json!(after).to_string().contains(NHS_NUMBER));
    let recorded = &after[usize::try_from(erased["recorded_as"].as_u64().unwrap()).unwrap()];
    assert_eq!(
        (&recorded["kind"], &recorded["actor"]),
        (&json!("opening_erased"), &json!("grace"))
    );
    assert_eq!(recorded["body"]["reason"], "an NHS number was sent by mistake");
    let hashes =
        |log: &[Value]| log.iter().map(|entry| entry["leaf_hash"].clone()).collect::<Vec<_>>();
    assert_eq!(hashes(&before), hashes(&after)[..before.len()]);
    assert_eq!(served.send(&grace, "POST", &path, body).await.status, 404);
    // It is still known that there was something.
    let told = served.get(&grace, "audit/flags").await.ok();
    assert_eq!(told["flagged"][0]["entry"], entry);
}
