//! The machine under the server fails: nothing is released, the client is told so in a problem without secrets, and when the
//! cause is gone a start is all it takes (FAIL-CLOSED).
//!
//! What the ledger does by itself is tested in its own package; here is what people see.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tests::clinic::Clinic;
use tests::home::{EXACT, Home, RESEARCHER};
use tower::ServiceExt as _;
use tresor_core::engine::Engine;
use tresor_core::ids::UserId;
use tresor_ledger::{Step, Steps};

const EARLIER: &str = "select count(*) from people";
const SQL: &str = "select region, count(*) n from people group by region";
/// Stands in the text of every failure, which only those who run the server may read.
const CAUSE: &str = "sector 4711";

/// A disk that fails at a step from the moment on at which it is told to.
#[derive(Default)]
struct Disk(Mutex<Option<Step>>);

impl Disk {
    fn fail_at(&self, step: Step) {
        *self.0.lock().unwrap() = Some(step);
    }
}

impl Steps for Disk {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        if *self.0.lock().unwrap() == Some(step) {
            return Err(std::io::Error::other(CAUSE));
        }
        Ok(())
    }
}

/// A client of the API.
struct Client {
    router: Router,
    token: String,
}

/// What a client was told.
struct Told {
    status: u16,
    retry: bool,
    text: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Nothing is answered, and nothing is told of why but that it cannot be.
    fn must_be_unavailable(&self, what: &str, home: &Path) {
        assert_eq!(self.status, 503, "{what}: {}", self.text);
        assert_eq!(self.json()["code"], "unavailable", "{what}: {}", self.text);
        assert!(self.retry, "{what}: no word on when to come back");
        let secrets = [CAUSE, "ledger", "sqlite", "commit", home.to_str().unwrap()];
        for secret in secrets {
            assert!(!self.text.contains(secret), "{what}: {}", self.text);
        }
    }
}

impl Client {
    async fn of(engine: &Arc<Engine>) -> Self {
        let user = UserId::new(RESEARCHER).unwrap();
        let token = engine.issue_token(&user, Duration::from_secs(86_400)).await.unwrap();
        Self { router: tresor::router(Arc::clone(engine)), token }
    }

    async fn ask(&self, sql: &str, key: &str) -> Told {
        let body = json!({ "sql": sql, "project": EXACT, "wait": "60s" });
        let request = Request::post("/api/v1/queries")
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.send(request, Body::from(body.to_string())).await
    }

    async fn get(&self, path: &str) -> Told {
        self.send(Request::get(path), Body::empty()).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> Told {
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (status, retry) =
            (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Told { status, retry, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// Asks, breaks something, looks at what people see, mends it, starts again, and looks once more.
async fn breaks(what: &str, step: Option<Step>, cause: impl Fn(&Path), mend: impl Fn(&Path)) {
    let home = Home::of(&Clinic::new(200, 5));
    let disk = Arc::new(Disk::default());
    let mut config = home.config();
    config.steps = Arc::<Disk>::clone(&disk);
    let entropy = Arc::clone(&config.entropy);
    let engine = Engine::open(config).await.unwrap();
    let client = Client::of(&engine).await;
    let earlier = client.ask(EARLIER, "earlier").await;
    assert_eq!(earlier.status, 200, "{what}: {}", earlier.text);
    let id = earlier.json()["id"].as_str().unwrap().to_owned();
    let address = format!("/api/v1/queries/{id}/result");
    assert_eq!(client.get("/readyz").await.status, 200, "{what}");

    cause(home.path());
    step.iter().for_each(|step| disk.fail_at(*step));
    client.ask(SQL, "in-trouble").await.must_be_unavailable(what, home.path());
    client.ask(SQL, "in-trouble").await.must_be_unavailable(what, home.path());
    client.get(&address).await.must_be_unavailable(what, home.path());
    client.get("/readyz").await.must_be_unavailable(what, home.path());
    assert_eq!(client.get("/livez").await.status, 200, "{what}");
    engine.close().await;
    drop(engine);

    mend(home.path());
    let mut config = home.config();
    // Chance goes on: it would give the same ids once more.
    config.entropy = entropy;
    let engine = Engine::open(config).await.unwrap();
    let client = Client { router: tresor::router(Arc::clone(&engine)), ..client };
    let again = client.get(&address).await;
    assert_eq!((again.status, &again.text), (200, &earlier.text), "{what}: the same answer");
    // The same key: an answer, or the word that the query was cut off. It is charged once.
    let told = client.ask(SQL, "in-trouble").await;
    assert!(told.status == 200 || told.status == 500, "{what}: {}", told.text);
    let anew = client.ask(SQL, "after-the-trouble").await;
    assert_eq!(anew.status, 200, "{what}: {}", anew.text);
    let repeated = client.ask(SQL, "in-trouble").await;
    assert_eq!(repeated.status, told.status, "{what}: {}", repeated.text);
    engine.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_at_any_step_of_a_query_releases_nothing() {
    let steps = [
        Step::BeforeIntent,
        Step::IntentWritten,
        Step::IntentCommitted,
        Step::BeforeOutcome,
        Step::OutcomeWritten,
        Step::OutcomeCommitted,
    ];
    for step in steps {
        breaks(&format!("{step:?}"), Some(step), |_| {}, |_| {}).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_whose_files_are_taken_away_releases_nothing() {
    for file in ["ledger.sqlite.lock", "ledger.sqlite", "ledger.sqlite-wal"] {
        let state = |home: &Path| home.join("state").join(file);
        let aside = |home: &Path| home.join("aside");
        breaks(
            file,
            None,
            |home| std::fs::rename(state(home), aside(home)).unwrap(),
            |home| std::fs::rename(aside(home), state(home)).unwrap(),
        )
        .await;
    }
}
