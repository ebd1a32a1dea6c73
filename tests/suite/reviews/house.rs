//! A home whose project `held` has every answer reviewed, with checkers, and the API over it for whoever is asked for.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tests::ask::{caller, request};
use tests::clinic::Clinic;
use tests::home::{Home, RESEARCHER};
use tests::profile;
use tower::ServiceExt as _;
use tresor_core::engine::{Decision, Engine, QueryRequest, QueryState, Verdict};
use tresor_core::ids::{QueryId, UserId};
use tresor_core::refusal::Refusal;

/// The project whose answers are reviewed.
pub(super) const HELD: &str = "held";
/// Output checkers who are in no project.
pub(super) const CHECKERS: [&str; 3] = ["chidi", "mira", "zoe"];
/// A checker who asks questions, too.
pub(super) const AUTHOR: &str = "ada";
/// A checker who is a member of the project, and was so until last year.
pub(super) const MEMBER: &str = "max";
/// Keeps the service running.
pub(super) const ADMINISTRATOR: &str = "tom";

pub(super) const SQL: &str =
    "select region, count(*) as n, avg(income) from people group by region";

const RULES: &str = "
p, checker, *, reviews, read, allow
p, checker, *, reviews, decide, allow
p, auditor, *, reviews, read, allow
p, administrator, *, status, read, allow
";

/// The home; engines over it know everybody above.
pub(super) fn home() -> Home {
    let home = Home::of(&Clinic::new(300, 5));
    let held = "release = { max_rows = 5000, max_bytes = 16777216, \
                formats = [\"json\", \"csv\", \"arrow\", \"parquet\"], review = true }";
    let profile = profile::with(&["id = \"held\"", held]);
    let member = |user: &str, until: &str| {
        format!(
            "[[members]]\nuser = \"{user}\"\nrole = \"researcher\"\nfrom = 2024-01-01\n\
             until = {until}\ntraining_until = 2099-12-31\n"
        )
    };
    let members = [member(AUTHOR, "2099-12-31"), member(MEMBER, "2025-12-31")].concat();
    home.change_profile(HELD, &profile);
    home.add_project_with(HELD, HELD, &members);
    home.write_policy("access/rules.csv", &format!("{}{RULES}", home.policy("access/rules.csv")));
    let person = |user: &str, role: &str| {
        format!(
            "[[people]]\nuser = \"{user}\"\nname = \"Somebody\"\n\
             roles = [{{ role = \"{role}\", until = 2099-12-31 }}]\n"
        )
    };
    let checkers = CHECKERS.iter().chain(&[AUTHOR, MEMBER]).map(|user| person(user, "checker"));
    let people = checkers.chain([person(ADMINISTRATOR, "administrator")]).collect::<String>();
    home.write_policy("people.toml", &format!("{}{people}", home.policy("people.toml")));
    home
}

/// The same question, recognisable as such.
pub(super) fn keyed(sql: &str) -> QueryRequest {
    QueryRequest { idempotency_key: Some("the-only-key".to_owned()), ..request(HELD, sql) }
}

/// Asks as a researcher and waits until it is held.
pub(super) async fn asked(engine: &Arc<Engine>, user: &str, request: QueryRequest) -> QueryId {
    let id = engine.submit(&caller(user), request).await.unwrap();
    assert_eq!(state(engine, user, &id).await, QueryState::Held);
    id
}

/// The same about the only question that most tests need.
pub(super) async fn held(engine: &Arc<Engine>) -> QueryId {
    asked(engine, RESEARCHER, request(HELD, SQL)).await
}

pub(super) async fn state(engine: &Arc<Engine>, user: &str, id: &QueryId) -> QueryState {
    engine.status(&caller(user), id, Duration::from_secs(60)).await.unwrap().state
}

/// A decision with comments that say whose they are.
pub(super) async fn decide(
    engine: &Arc<Engine>,
    checker: &str,
    id: &QueryId,
    decision: Decision,
) -> Result<Value, Refusal> {
    let to_author = format!("{checker} to the author");
    let verdict = Verdict::new(decision, &to_author, &format!("{checker} to the checkers"));
    engine.decide(&caller(checker), id, verdict.unwrap()).await
}

/// The API over an engine, with everybody's tokens.
#[derive(Clone)]
pub(super) struct Face {
    engine: Arc<Engine>,
    router: Router,
}

/// What a client was told.
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Told {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Status, and the code of the problem if it is one.
    pub(super) fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Face {
    pub(super) fn of(engine: &Arc<Engine>) -> Self {
        Self { engine: Arc::clone(engine), router: tresor::router(Arc::clone(engine)) }
    }

    pub(super) async fn get(&self, user: &str, path: &str) -> Told {
        self.send(Some(user), "GET", path, None).await
    }

    pub(super) async fn decide(&self, user: &str, id: &QueryId, body: Value) -> Told {
        let path = format!("/api/v1/reviews/{id}/decide");
        self.send(Some(user), "POST", &path, Some(body)).await
    }

    pub(super) async fn ask(&self, user: &str, sql: &str, key: &str) -> Told {
        let body = json!({ "sql": sql, "project": HELD, "wait": "60s" });
        self.send_with(Some(user), "POST", "/api/v1/queries", Some(body), Some(key)).await
    }

    pub(super) async fn send(
        &self,
        user: Option<&str>,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Told {
        self.send_with(user, method, path, body, None).await
    }

    async fn send_with(
        &self,
        user: Option<&str>,
        method: &str,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Told {
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        if let Some(user) = user {
            let user = UserId::new(user).unwrap();
            let token = self.engine.issue_token(&user, Duration::from_secs(3_600)).await.unwrap();
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Told { status, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}
